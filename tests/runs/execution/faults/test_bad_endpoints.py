"""Endpoints that misbehave, asked by a real worker: every item ends with one outcome, and nothing is paid twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from evalhub.accounts.models import Project, User
from runs.choices import RunState
from runs.models import Run, Score
from tests.runs.execution.faults.checker import assert_sound, cost_of_batches, cost_of_rows
from tests.runs.execution.judged import make_connection, queue_judged
from tests.runs.execution.scenes import is_over, reload
from tests.stub_endpoint import VERDICT, Behaviour, StubEndpoint
from tests.worker import Worker, wait_until

COUNT = 300


def finish(worker: Worker, run: Run, *, seconds: float = 90) -> Run:
    worker.start(EVALHUB_ALLOWED_ENDPOINT_HOSTS="127.0.0.1")
    wait_until(lambda: is_over(run), seconds=seconds, what="the run ends")
    return reload(run)


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(latency=0.05, rate_limited=0.1),
        Behaviour(latency=0.05, malformed=0.05),
        Behaviour(latency=0.05, server_error=0.05),
        Behaviour(latency=0.05, cut=0.05),
        Behaviour(latency=0.05, hang=0.02),
        Behaviour(latency=0.05, at_most=6),
    ],
    ids=["429", "malformed", "500", "cut", "hanging", "six at once"],
)
def test_what_passes_is_survived_without_a_trace(
    behaviour: Behaviour, worker: Worker, project: Project, bob: User, stub: StubEndpoint
) -> None:
    stub.behaviour = behaviour
    make_connection(project, stub, timeout_seconds=1)
    run = finish(worker, queue_judged(project, bob, count=COUNT, metrics=("coherence", "equals")))

    assert run.state == RunState.FINISHED
    assert_sound(run)
    assert stub.counts["ok"] == COUNT
    assert stub.calls > COUNT
    assert cost_of_rows(run) == cost_of_batches(run) == run.cost


def test_a_wrong_key_stops_the_run_at_once_with_one_sentence(
    worker: Worker, project: Project, bob: User, stub: StubEndpoint
) -> None:
    stub.behaviour = Behaviour(latency=0.05, api_key="sk-another")
    make_connection(project, stub)
    run = finish(worker, queue_judged(project, bob, count=COUNT))

    assert run.state == RunState.FAILED
    assert "key" in run.error
    assert run.error.count(".") <= 2
    assert stub.calls <= 20, "no more than were in flight"
    assert not Score.objects.filter(run=run).exists()
    assert_sound(run, is_whole=False)


def test_an_endpoint_that_always_breaks_is_not_asked_for_every_item(
    worker: Worker, project: Project, bob: User, stub: StubEndpoint
) -> None:
    stub.behaviour = Behaviour(status=400, json={})
    make_connection(project, stub)
    run = finish(worker, queue_judged(project, bob, count=COUNT))

    assert run.state == RunState.FAILED
    assert run.error
    assert stub.calls < COUNT
    assert_sound(run, is_whole=False)


def test_verdicts_that_cannot_be_read_are_asked_for_once_more_and_kept(
    worker: Worker, project: Project, bob: User, stub: StubEndpoint
) -> None:
    def reply(body: Mapping[str, Any]) -> str:
        return "I would rather not say." if "question 7" in str(body["messages"]) else VERDICT

    stub.behaviour = Behaviour(reply=reply)
    make_connection(project, stub)
    run = finish(worker, queue_judged(project, bob, count=60))

    assert run.state == RunState.PARTIAL
    unread = Score.objects.get(run=run, status="unscored")
    assert (unread.reason, unread.input_tokens) == ("verdict_unreadable", 200)
    assert "rather not say" in unread.explanation
    assert stub.calls == 61
    assert_sound(run)
