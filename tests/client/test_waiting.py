"""What people and builds see while a run goes on."""

from __future__ import annotations

import io
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from rich.console import Console

from evalhub.client import Client, Run
from evalhub.client.command.session import Exit, Session
from evalhub.client.command.waiting import tell_trouble, wait_for_runs
from evalhub.client.transport import Transport

_COUNTS = {"items": 80, "scored": 78, "errored": 2, "failing": 1}


def _told(state: str, done: int | None = None) -> dict[str, Any]:
    return {
        "id": "7",
        "project": "1",
        "name": "Friday",
        "state": state,
        "error": "",
        "page": "/runs/7/",
        "dataset": {"id": "2", "key": "sums", "name": "Sums", "version": 1},
        "counts": _COUNTS,
        "tags": [],
        "target": {"id": "3", "name": "bot", "version": ""},
        "overall": None,
        "grade": "",
        "passed": None,
        "is_baseline": False,
        "created_at": "",
        "finished_at": None,
        "cost": 0.0,
        "metrics": [],
        "progress": None if done is None else {"total": 80, "done": done, "seconds_left": None},
    }


def _session(answers: Iterator[dict[str, Any]], *, is_terminal: bool) -> tuple[Session, io.StringIO]:
    network = httpx2.MockTransport(lambda request: httpx2.Response(200, json=next(answers)))
    said = io.StringIO()
    session = Session(Namespace())
    session.client = Client("", "", transport=Transport("http://evalhub.example.org", "vq_1", network=network))
    session.err = Console(file=said, force_terminal=is_terminal, width=100)
    return session, said


@pytest.mark.parametrize("is_terminal", [True, False])
def test_progress_is_drawn_for_people_and_told_in_lines_to_builds(is_terminal: bool) -> None:
    answers = [_told("answering", 20), _told("answering", 20), _told("scoring", 60), _told("partial")]
    session, said = _session(iter(answers), is_terminal=is_terminal)
    runs = wait_for_runs(session, [Run.told(_told("queued"))])
    assert [run.state for run in runs] == ["partial"]
    if is_terminal:
        assert "━" in said.getvalue()
        assert "80/80" in said.getvalue()
    else:
        lines = ["Friday: answering, 20 of 80 items", "Friday: scoring, 60 of 80 items", "Friday: partial"]
        assert said.getvalue().splitlines() == lines


@pytest.mark.parametrize(
    ("state", "ends", "says"),
    [
        ("finished", Exit.DONE, ""),
        ("partial", Exit.DONE, "Friday: 2 of 80 items ended in an error.\n"),
        ("queued", Exit.DONE, ""),
        ("cancelled", Exit.RUN_FAILED, "Friday is cancelled.\n"),
    ],
)
def test_how_a_run_ended_is_the_exit(state: str, ends: Exit, says: str) -> None:
    session, said = _session(iter(()), is_terminal=False)
    assert tell_trouble(session, [Run.told(_told(state))]) == ends
    assert said.getvalue() == says
