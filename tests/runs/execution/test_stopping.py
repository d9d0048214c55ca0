"""Runs that stop by themselves, and runs that go on: spending caps, errors by cause, only what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from evalhub.accounts.models import Project, User
from evalhub.connections.retries import RetryPolicy
from evalhub.core.errors import Conflict, Invalid
from runs.causes import error_causes
from runs.choices import RunState
from runs.models import JudgeCall, RunItem, Score
from runs.services.runs import resume_run
from tests.runs.execution.faults.checker import assert_sound
from tests.runs.execution.judged import make_connection, queue_asked, queue_judged, work
from tests.runs.execution.scenes import reload
from tests.stub_endpoint import VERDICT, Behaviour, StubEndpoint

CALL = Decimal("0.00012")


def test_a_run_stops_when_its_cap_is_spent_and_goes_on_with_a_higher_one(
    project: Project, bob: User, stub: StubEndpoint
) -> None:
    stub.behaviour = Behaviour(latency=0.02)
    make_connection(project, stub, max_concurrency=5)
    run = work(queue_judged(project, bob, count=200, spending_cap=60 * CALL))

    assert run.state == RunState.PARTIAL
    assert run.error == "The run has spent its cap of $0.0072. Raise the cap to go on."
    assert 50 * CALL <= run.cost <= 62 * CALL
    assert run.cost == CALL * stub.calls
    assert_sound(run, is_whole=False)
    with pytest.raises(Conflict, match="raise the cap"):
        resume_run(run, by=bob)

    resume_run(reload(run), by=bob, spending_cap=Decimal(1))
    run = work(run)
    assert (run.state, run.error) == (RunState.FINISHED, "")
    assert stub.calls == 200
    assert_sound(run)


def test_a_cap_needs_prices(project: Project, bob: User, stub: StubEndpoint) -> None:
    make_connection(project, stub, input_price=None)
    with pytest.raises(Invalid, match="has no prices"):
        queue_judged(project, bob, count=5, spending_cap=Decimal(1))


def test_errors_are_grouped_by_cause_and_just_those_are_tried_again(
    project: Project, bob: User, stub: StubEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RetryPolicy, "tries_for", lambda self, fault: 1)
    stub.behaviour = Behaviour(server_error=0.2, malformed=0.2)
    make_connection(project, stub, max_concurrency=5)
    run = work(queue_judged(project, bob, count=100, metrics=("coherence", "equals")))
    assert run.state == RunState.PARTIAL
    assert_sound(run)
    causes = {cause.key: cause.count for cause in error_causes(run)}
    assert causes.keys() == {"score:server_error", "score:broken_reply"}
    kept = set(JudgeCall.objects.filter(run=run).values_list("id", flat=True))

    stub.behaviour = Behaviour()
    before = stub.calls
    resume_run(run, by=bob, retry_errored=True, causes=["score:server_error"])
    run = work(run)
    assert stub.calls - before == causes["score:server_error"]
    assert {cause.key for cause in error_causes(run)} == {"score:broken_reply"}
    assert kept < set(JudgeCall.objects.filter(run=run).values_list("id", flat=True))

    resume_run(run, by=bob, retry_errored=True)
    run = work(run)
    assert run.state == RunState.FINISHED
    assert_sound(run)


def test_an_answer_that_failed_is_asked_for_again_and_others_are_not(
    project: Project, bob: User, stub: StubEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RetryPolicy, "tries_for", lambda self, fault: 1)
    connection = make_connection(project, stub, max_concurrency=5)
    stub.behaviour = Behaviour(server_error=0.2)
    run = work(queue_asked(project, bob, connection=connection, count=60, metrics=("contains", "equals")))
    failed = RunItem.objects.filter(run=run, state="errored")
    count = failed.count()
    assert 0 < count < 60
    assert {cause.key: cause.count for cause in error_causes(run)} == {"answer:server_error": count}
    assert Score.objects.filter(run=run, status="errored", reason="answer_failed").count() == 2 * count
    assert_sound(run)

    stub.behaviour = Behaviour()
    before = stub.calls
    resume_run(run, by=bob, retry_errored=True)
    run = work(run)
    assert stub.calls - before == count
    assert run.state == RunState.FINISHED
    assert_sound(run)


def test_unreadable_verdicts_are_asked_for_again_when_people_want_it(
    project: Project, bob: User, stub: StubEndpoint
) -> None:
    def reply(body: Mapping[str, Any]) -> str:
        return "Well." if "question 3" in str(body["messages"]) else VERDICT

    stub.behaviour = Behaviour(reply=reply)
    make_connection(project, stub)
    run = work(queue_judged(project, bob, count=10))
    assert [(cause.key, cause.count) for cause in error_causes(run)] == [("score:verdict_unreadable", 1)]
    assert JudgeCall.objects.filter(run=run).count() == 11
    with pytest.raises(Conflict):
        resume_run(run, by=bob, retry_errored=True)

    stub.behaviour = Behaviour()
    resume_run(reload(run), by=bob, retry_errored=True, causes=["score:verdict_unreadable"])
    run = work(run)
    assert run.state == RunState.FINISHED
    assert JudgeCall.objects.filter(run=run).count() == 10
    assert_sound(run)
