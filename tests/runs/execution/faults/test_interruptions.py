"""Runs stopped, deleted, cut off and taken over while calls are under way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection as database

from evalhub.accounts.models import Project, User
from runs.choices import RunState
from runs.models import JudgeCall, Run, RunBatch, RunItem, Score
from runs.services.runs import cancel_run, delete_run, resume_run
from tests.runs.execution.faults.checker import assert_sound
from tests.runs.execution.judged import make_connection, queue_asked, queue_judged
from tests.runs.execution.scenes import done_places, is_over, reload
from tests.stub_endpoint import Behaviour, StubEndpoint
from tests.worker import Worker, empty_broker, wait_until

COUNT = 300
HOSTS = "127.0.0.1"


def has_begun(run: Run) -> bool:
    return done_places(run) > 20


@pytest.mark.parametrize("phase", [RunState.QUEUED, RunState.ANSWERING, RunState.SCORING])
def test_a_stop_ends_new_calls_within_a_second_and_a_resumed_run_asks_nothing_again(
    phase: RunState, worker: Worker, project: Project, bob: User, stub: StubEndpoint
) -> None:
    stub.behaviour = Behaviour(latency=0.2)
    connection = make_connection(project, stub, max_concurrency=10)
    if phase == RunState.SCORING:
        run = queue_judged(project, bob, count=COUNT)
    else:
        run = queue_asked(project, bob, connection=connection, count=COUNT)
    if phase == RunState.QUEUED:
        cancel_run(run, by=bob)
        worker.start(EVALHUB_ALLOWED_ENDPOINT_HOSTS=HOSTS)
    else:
        worker.start(EVALHUB_ALLOWED_ENDPOINT_HOSTS=HOSTS)
        wait_until(lambda: has_begun(run), what="the run begins")
        assert reload(run).state == phase
        cancel_run(run, by=bob)
        threading.Event().wait(1.0)
    calls_after_a_second = stub.calls
    wait_until(lambda: is_over(run), seconds=10, what="the run stops")

    assert stub.calls == calls_after_a_second
    assert reload(run).state == RunState.CANCELLED
    assert_sound(run, is_whole=False)
    resume_run(reload(run), by=bob)
    wait_until(lambda: is_over(run), seconds=60, what="the resumed run ends")
    assert reload(run).state == RunState.FINISHED
    assert_sound(run)
    assert stub.counts["ok"] == (COUNT if phase == RunState.SCORING else 2 * COUNT)


def test_a_run_deleted_while_it_asks_leaves_no_row_and_asks_no_more(
    worker: Worker, project: Project, bob: User, stub: StubEndpoint
) -> None:
    stub.behaviour = Behaviour(latency=0.2)
    make_connection(project, stub, max_concurrency=10)
    run = queue_judged(project, bob, count=COUNT)
    worker.start(EVALHUB_ALLOWED_ENDPOINT_HOSTS=HOSTS)
    wait_until(lambda: has_begun(run), what="the run begins")
    delete_run(run, by=bob)
    wait_until(lambda: not Run.objects.filter(pk=run.pk).exists(), what="the run is gone")

    wait_until(lambda: stub.in_flight == 0, what="the calls under way end")
    assert stub.calls < COUNT
    for model in (RunBatch, RunItem, Score, JudgeCall):
        assert not model.objects.filter(run_id=run.pk).exists(), model


def test_broken_database_connections_cost_no_reply(
    worker: Worker, project: Project, bob: User, stub: StubEndpoint
) -> None:
    stub.behaviour = Behaviour(latency=0.1)
    make_connection(project, stub, max_concurrency=10)
    run = queue_judged(project, bob, count=COUNT)
    worker.start(EVALHUB_ALLOWED_ENDPOINT_HOSTS=HOSTS)
    for done in (20, 80, 140):
        wait_until(lambda: done_places(run) > done or is_over(run), what="the run goes on")  # noqa: B023
        end_other_sessions()
    wait_until(lambda: is_over(run), seconds=60, what="the run ends")

    assert reload(run).state == RunState.FINISHED
    assert_sound(run)
    assert stub.counts["ok"] == COUNT, "what came back before the line broke was kept"


def end_other_sessions() -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def test_a_broker_that_forgets_everything_costs_nothing(
    worker: Worker, project: Project, bob: User, stub: StubEndpoint
) -> None:
    stub.behaviour = Behaviour(latency=0.1)
    make_connection(project, stub, max_concurrency=10)
    run = queue_judged(project, bob, count=COUNT)
    worker.start(EVALHUB_ALLOWED_ENDPOINT_HOSTS=HOSTS)
    wait_until(lambda: has_begun(run), what="the run begins")
    empty_broker()
    wait_until(lambda: is_over(run), seconds=60, what="the run ends")

    assert reload(run).state == RunState.FINISHED
    assert_sound(run)
    assert stub.counts["ok"] == COUNT


def test_a_worker_that_slept_through_its_lease_cannot_write_beside_the_next_one(
    worker: Worker, second_worker: Worker, project: Project, bob: User, stub: StubEndpoint
) -> None:
    stub.behaviour = Behaviour(latency=0.2)
    make_connection(project, stub, max_concurrency=10)
    run = queue_judged(project, bob, count=COUNT)
    worker.start(sweeps=False, EVALHUB_ALLOWED_ENDPOINT_HOSTS=HOSTS)
    wait_until(lambda: has_begun(run), what="the run begins")
    worker.freeze()
    second_worker.start(EVALHUB_ALLOWED_ENDPOINT_HOSTS=HOSTS)
    wait_until(lambda: run.batches.filter(token__gt=1).exists(), seconds=60, what="a batch is taken over")
    worker.thaw()
    wait_until(lambda: is_over(run), seconds=60, what="the run ends")

    assert reload(run).state == RunState.FINISHED
    assert_sound(run)


def test_workers_whose_clocks_disagree_share_a_run(
    worker: Worker, second_worker: Worker, project: Project, bob: User, stub: StubEndpoint, tmp_path: Path
) -> None:
    """Leases and grants are the database's time, so a worker an hour ahead takes nothing away from the other."""
    (tmp_path / "sitecustomize.py").write_text("import time\nreal = time.time\ntime.time = lambda: real() + 3600\n")
    stub.behaviour = Behaviour(latency=0.2)
    make_connection(project, stub, max_concurrency=10)
    run = queue_judged(project, bob, count=COUNT)
    worker.start(sweeps=False, EVALHUB_ALLOWED_ENDPOINT_HOSTS=HOSTS, PYTHONPATH=str(tmp_path))
    second_worker.start(EVALHUB_ALLOWED_ENDPOINT_HOSTS=HOSTS)
    wait_until(lambda: is_over(run), seconds=60, what="the run ends")

    assert reload(run).state == RunState.FINISHED
    assert_sound(run)
    assert stub.counts["ok"] == COUNT
    assert stub.most_in_flight <= 10
