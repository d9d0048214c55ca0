"""`valiqor eval …` as people type it, against a live server and a real worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from runs.models import Run
from tests.facades.valiqor.conftest import PROJECT
from tests.worker import Worker

ROWS = [{"input": "2 + 2?", "output": "It is 4", "expected": "4"}, {"input": "3 + 3?", "output": "5", "expected": "6"}]
Command = Callable[..., str]


@pytest.fixture
def valiqor_eval(live_server: LiveServer, secret: str, tmp_path: Path) -> Command:
    """`valiqor_eval("status", "--run-id", …)` is what the command prints; one that fails fails the test."""

    def run(*arguments: str) -> str:
        where = ("--base-url", live_server.url, "--api-key", secret, "--project", PROJECT)
        done = subprocess.run(
            [Path(sys.executable).parent / "valiqor", "eval", *arguments, *where],
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_rows_are_evaluated_and_found_again(valiqor_eval: Command, working: Worker, tmp_path: Path) -> None:
    rows = tmp_path / "rows.json"
    rows.write_text(json.dumps(ROWS))
    said = valiqor_eval(
        "run", "--dataset", str(rows), "--metrics", "contains,equals", "--run-name", "by command", "--model", "m-1"
    )
    run = Run.objects.get()
    assert (run.name, run.metadata, run.state) == ("by command", {"model": "m-1"}, "finished")
    assert str(run.uuid) in said
    assert "completed" in valiqor_eval("status", "--run-id", str(run.uuid))
    result = valiqor_eval("result", "--run-id", str(run.uuid))
    assert "contains" in result
    listed = valiqor_eval("list")
    assert "completed" in listed
    assert str(run.uuid)[:8] in listed


def test_a_trace_is_evaluated(valiqor_eval: Command, working: Worker, tmp_path: Path) -> None:
    trace = tmp_path / "trace.json"
    trace.write_text(json.dumps({"input": "q", "output": "a", "expected": "a"}))
    valiqor_eval("run", "--trace-file", str(trace), "--metrics", "equals")
    run = Run.objects.get()
    assert (run.overall, run.item_count) == (1.0, 1)


def test_the_catalogue_is_listed(valiqor_eval: Command) -> None:
    said = valiqor_eval("metrics")
    assert all(key in said for key in ("contains", "levenshtein", "hallucination", "retrieval"))
