"""Answers and verdicts that were paid for once are used again, as the run's policy has it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from evalhub.accounts.models import Project, User
from evalhub.connections.models import Connection
from runs.choices import CacheKind, CachePolicy
from runs.execution.cache import key_of
from runs.models import CacheEntry, Run, RunItem, Score
from runs.services.runs import MetricChoice, create_run, request_of, rescore_run
from tests.runs.execution.judged import make_connection, queue_asked, queue_judged, work
from tests.runs.execution.scenes import assert_whole
from tests.stub_endpoint import VERDICT, Behaviour, StubEndpoint


@pytest.fixture
def connection(project: Project, stub: StubEndpoint) -> Connection:
    return make_connection(project, stub)


def again(run: Run, by: User, **fields: Any) -> Run:
    request = request_of(run)
    return work(create_run(type(request)(**{**_fields_of(request), **fields}), by=by))


def _fields_of(request: Any) -> dict[str, Any]:  # noqa: ANN401  # a dataclass with slots has no vars()
    return {name: getattr(request, name) for name in request.__dataclass_fields__}


def test_the_same_run_again_asks_nobody_and_costs_nothing(
    project: Project, bob: User, stub: StubEndpoint, connection: Connection
) -> None:
    first = work(queue_asked(project, bob, connection=connection, count=30))
    assert stub.calls == 60
    second = again(first, bob)

    assert stub.calls == 60
    assert_whole(second)
    assert (second.cost, second.tokens) == (Decimal(0), 0)
    assert Score.objects.filter(run=second, is_cached=True, cost=0, input_tokens=100).count() == 30
    outputs = [
        list(RunItem.objects.filter(run=run).order_by("ordinal").values_list("output", flat=True))
        for run in (first, second)
    ]
    assert outputs[0] == outputs[1]
    assert second.batches.get().n_cached == 60


def test_another_metric_does_not_ask_the_target_again(
    project: Project, bob: User, stub: StubEndpoint, connection: Connection
) -> None:
    first = work(queue_asked(project, bob, connection=connection, count=20))
    again(first, bob, metrics=[MetricChoice(key="fluency")])
    assert stub.calls == 60

    rescore_run(first, metrics=[MetricChoice(key="moderation")], by=bob)
    work(first)
    assert stub.calls == 80
    assert CacheEntry.objects.filter(kind=CacheKind.ANSWER).count() == 20
    assert CacheEntry.objects.filter(kind=CacheKind.VERDICT).count() == 60


def test_update_asks_again_and_keeps_the_newer_reply(
    project: Project, bob: User, stub: StubEndpoint, connection: Connection
) -> None:
    first = work(queue_judged(project, bob, count=10))
    stub.behaviour = Behaviour(reply=lambda _: VERDICT.replace("1.0", "0.5"))
    assert again(first, bob).overall == 1.0
    assert again(first, bob, cache_policy=CachePolicy.UPDATE).overall == 0.5
    assert again(first, bob).overall == 0.5
    assert stub.calls == 20


def test_no_cache_neither_takes_nor_leaves(
    project: Project, bob: User, stub: StubEndpoint, connection: Connection
) -> None:
    first = work(queue_judged(project, bob, count=10, cache_policy=CachePolicy.NO_CACHE))
    assert not CacheEntry.objects.exists()
    again(first, bob)
    assert stub.calls == 20


def test_a_verdict_that_cannot_be_read_is_not_kept(
    project: Project, bob: User, stub: StubEndpoint, connection: Connection
) -> None:
    stub.behaviour = Behaviour(reply=lambda _: "No idea.")
    first = work(queue_judged(project, bob, count=5))
    assert not CacheEntry.objects.exists()

    stub.behaviour = Behaviour()
    assert again(first, bob).overall == 1.0


def test_repeats_are_answers_of_their_own(
    project: Project, bob: User, stub: StubEndpoint, connection: Connection
) -> None:
    run = work(queue_asked(project, bob, connection=connection, count=5, repeats=3, metrics=("contains",)))
    assert stub.calls == 15
    assert_whole(run)
    again(run, bob)
    assert stub.calls == 15


def test_another_teams_entries_are_not_used(
    project: Project, bob: User, charlie: User, stub: StubEndpoint, connection: Connection
) -> None:
    work(queue_judged(project, bob, count=5))
    theirs = Project.objects.create(team=charlie.memberships.get().team, key="theirs", name="Theirs")
    make_connection(theirs, stub)
    run = work(queue_judged(theirs, charlie, count=5))

    assert stub.calls == 10
    assert not Score.objects.filter(run=run, is_cached=True).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"base_url": "http://elsewhere/v1"},
        {"defaults": {"temperature": 1}},
        {"request": {"model": "m", "messages": ["x"]}},
        {"request": {"model": "n", "messages": []}},
        {"repeat": 1},
    ],
)
def test_everything_that_shapes_a_reply_is_in_the_key(change: Mapping[str, Any]) -> None:
    usual: dict[str, Any] = {
        "base_url": "http://here/v1",
        "defaults": {},
        "request": {"model": "m", "messages": []},
        "repeat": 0,
    }
    assert key_of(**usual) == key_of(**{**usual, "base_url": "http://here/v1/"})
    assert key_of(**usual) != key_of(**{**usual, **change})
