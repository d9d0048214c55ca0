"""The state of an execution says what its runs do: told purely, and kept when runs close side by side."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from evalhub.accounts.models import Project, User
from runs.choices import RunState
from runs.execution import closing, working
from runs.execution_states import joined_state
from runs.models import Evaluation, Execution, Run
from runs.services.evaluations import newest_version
from runs.services.executions import cancel_execution, start_evaluation
from tests.factories import make_target


@pytest.mark.parametrize(
    ("states", "joined"),
    [
        ("", None),
        ("recorded recorded", "recorded"),
        ("queued queued", "queued"),
        ("recorded queued", "queued"),
        ("finished queued", "scoring"),
        ("answering queued finished", "answering"),
        ("scoring finished failed", "scoring"),
        ("cancelling finished", "cancelling"),
        ("cancelling scoring", "scoring"),
        ("finished finished", "finished"),
        ("failed failed", "failed"),
        ("partial partial", "partial"),
        ("finished failed", "partial"),
        ("finished partial", "partial"),
        ("finished cancelled", "cancelled"),
        ("cancelled failed", "cancelled"),
    ],
)
def test_states_of_runs_join_to_one(states: str, joined: str | None) -> None:
    assert joined_state(states.split()) == joined


def test_an_execution_is_over_when_its_last_run_closes(evaluation: Evaluation, project: Project, alice: User) -> None:
    targets = [make_target(project=project, name=name) for name in ("one", "two")]
    execution = start_evaluation(newest_version(evaluation), targets=targets, by=alice)
    first, second = execution.runs.order_by("id")
    _work(first)
    halfway = Execution.objects.get(pk=execution.pk)
    assert (halfway.state, halfway.finished_at) == (RunState.SCORING, None)
    _work(second)
    over = Execution.objects.get(pk=execution.pk)
    assert over.state == RunState.FINISHED
    assert over.finished_at is not None
    assert over.started_at == halfway.started_at


def test_a_cancelled_execution_says_so_when_its_runs_have_stopped(evaluation: Evaluation, alice: User) -> None:
    execution = start_evaluation(newest_version(evaluation), by=alice)
    cancel_execution(execution, by=alice)
    assert closing.close_run(execution.runs.get().pk)
    assert Execution.objects.get(pk=execution.pk).state == RunState.CANCELLED


@pytest.mark.django_db(transaction=True)
def test_runs_that_close_side_by_side_leave_no_execution_behind(
    evaluation: Evaluation, project: Project, alice: User
) -> None:
    targets = [make_target(project=project, name=f"target {number}") for number in range(4)]
    execution = start_evaluation(newest_version(evaluation), targets=targets, by=alice)
    runs = list(execution.runs.all())
    for run in runs:
        _work(run, closes=False)
    together = Barrier(len(runs))

    def close(run_id: int) -> bool:
        together.wait(timeout=10)
        try:
            return closing.close_run(run_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(runs)) as pool:
        assert all(pool.map(close, [run.pk for run in runs]))
    assert Execution.objects.get(pk=execution.pk).state == RunState.FINISHED


@pytest.mark.django_db(transaction=True)
def test_a_stop_and_a_close_at_once_do_not_wait_for_each_other_for_ever(
    evaluation: Evaluation, project: Project, alice: User
) -> None:
    targets = [make_target(project=project, name=f"target {number}") for number in range(4)]
    execution = start_evaluation(newest_version(evaluation), targets=targets, by=alice)
    runs = list(execution.runs.all())
    for run in runs[1:]:
        _work(run, closes=False)
    together = Barrier(len(runs))

    def at_once(act: Callable[[], object]) -> None:
        together.wait(timeout=10)
        try:
            act()
        finally:
            connection.close()

    acts = [partial(cancel_execution, execution, by=alice), *(partial(closing.close_run, run.pk) for run in runs[1:])]
    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(at_once, acts))
    for run in runs:
        closing.close_run(run.pk)
    assert Execution.objects.get(pk=execution.pk).state == RunState.CANCELLED


def _work(run: Run, *, closes: bool = True) -> None:
    """Do in this process what workers do."""
    working.start_run(run.pk)
    for batch_id in run.batches.values_list("id", flat=True):
        working.execute_batch(batch_id)
    if closes:
        closing.close_run(run.pk)
