"""Real worker processes: whatever happens to them, every item ends with one outcome of every metric."""

from __future__ import annotations

import random
from functools import partial

from django.db import connection

from evalhub.accounts.models import Project, User
from runs.choices import RunState
from runs.models import Item, Run, RunBatch, RunColumn, RunItem, RunMetric, Score
from runs.services.runs import cancel_run, delete_run, resume_run
from tests.runs.execution.scenes import assert_whole, done_places, is_over, queue_run, reload
from tests.worker import Worker, empty_broker, wait_until

MANY = 12_000


def has_moved(run: Run, before: int) -> bool:
    return done_places(run) > before or is_over(run)


def test_a_worker_takes_a_run_from_the_queue_to_its_summary(worker: Worker, project: Project, bob: User) -> None:
    worker.start(sweeps=False)
    run = queue_run(project, bob, count=3_000)
    wait_until(lambda: is_over(run))

    run = reload(run)
    assert run.state == RunState.FINISHED
    assert (run.done_count, run.scored_count, run.failing_count) == (3_000, 3_000, 1_500)
    times = [time for time in (run.queued_at, run.started_at, run.finished_at) if time]
    assert len(times) == 3
    assert times == sorted(times)
    assert_whole(run)


def test_workers_killed_at_any_moment_lose_and_double_nothing(worker: Worker, project: Project, bob: User) -> None:
    run = queue_run(project, bob, count=MANY)
    chance = random.Random(7)
    kills = 0
    while not is_over(run) and kills < 5:
        before = done_places(run)
        worker.start()
        wait_until(partial(has_moved, run, before))
        connection.cursor().execute("SELECT pg_sleep(%s)", [chance.uniform(0.0, 0.15)])
        worker.kill()
        kills += 1
    assert kills >= 3, "the run was over too soon; make it longer"

    worker.start()
    wait_until(lambda: is_over(run), seconds=60)
    assert reload(run).state == RunState.FINISHED
    assert_whole(run)


def test_messages_that_the_broker_lost_are_sent_again(worker: Worker, project: Project, bob: User) -> None:
    run = queue_run(project, bob, count=2_000)
    empty_broker()
    worker.start()
    wait_until(run.batches.exists, what="the lost start of the run is found")
    worker.kill()
    empty_broker()

    worker.start()
    wait_until(lambda: is_over(run))
    assert_whole(run)


def test_a_worker_that_slept_through_its_lease_cannot_write_over_the_next_one(
    worker: Worker, second_worker: Worker, project: Project, bob: User
) -> None:
    run = queue_run(project, bob, count=MANY)
    worker.start(sweeps=False)
    wait_until(lambda: run.batches.filter(state="running").exists() and done_places(run) > 0)
    worker.freeze()
    second_worker.start()
    wait_until(
        lambda: run.batches.filter(token__gt=1).exists() or is_over(run), seconds=60, what="a batch is taken over"
    )
    worker.thaw()
    wait_until(lambda: is_over(run), seconds=60)

    assert_whole(run)


def test_broken_database_connections_cost_no_score(worker: Worker, project: Project, bob: User) -> None:
    run = queue_run(project, bob, count=MANY)
    worker.start()
    broken = 0
    while not is_over(run) and broken < 6:
        before = done_places(run)
        wait_until(partial(has_moved, run, before))
        broken += _terminate_others()
    wait_until(lambda: is_over(run), seconds=60)

    assert broken >= 2
    assert reload(run).state == RunState.FINISHED
    assert_whole(run)


def _terminate_others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def test_a_stopped_run_keeps_what_is_done_and_resumes_with_the_rest(
    worker: Worker, project: Project, bob: User
) -> None:
    run = queue_run(project, bob, count=MANY)
    worker.start(sweeps=False)
    wait_until(lambda: done_places(run) > 0)
    cancel_run(run, by=bob)
    wait_until(lambda: reload(run).state == RunState.CANCELLED, seconds=1.5, what="the run stops quickly")

    done = done_places(run)
    assert 0 < done < MANY
    assert RunItem.objects.filter(run=run).count() == done
    assert reload(run).done_count == done
    first = set(RunItem.objects.filter(run=run).values_list("id", flat=True))

    resume_run(reload(run), by=bob)
    wait_until(lambda: is_over(run))
    assert reload(run).state == RunState.FINISHED
    assert first < set(RunItem.objects.filter(run=run).values_list("id", flat=True))
    assert_whole(run)


def test_a_run_deleted_while_it_is_worked_leaves_no_row(worker: Worker, project: Project, bob: User) -> None:
    run = queue_run(project, bob, count=MANY)
    worker.start(sweeps=False)
    wait_until(lambda: done_places(run) > 0)
    delete_run(run, by=bob)
    wait_until(lambda: not Run.objects.filter(pk=run.pk).exists())

    for model in (RunBatch, RunItem, Score, RunColumn, RunMetric):
        assert not model.objects.filter(run_id=run.pk).exists(), model
    assert Item.objects.filter(version=run.dataset_version).count() == MANY
