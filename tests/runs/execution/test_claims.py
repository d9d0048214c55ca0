"""Batches have one worker at a time, and a worker that lost its batch cannot write."""

from __future__ import annotations

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Project, User
from runs.choices import BatchState, RunState
from runs.execution import claims, closing, working
from runs.execution.claims import Claim, ClaimLost
from runs.execution.plan import load_plan
from runs.execution.scoring import work_batch
from runs.models import Run, RunBatch, RunItem
from runs.packing import Chunk
from tests.runs.execution.scenes import assert_whole, queue_run, reload


@pytest.fixture
def run(project: Project, bob: User) -> Run:
    run = queue_run(project, bob, count=300, metrics=("equals",))
    working.start_run(run.pk)
    return run


def first_batch(run: Run) -> RunBatch:
    return run.batches.order_by("number")[0]


def claim(batch: RunBatch, owner: str = "one") -> Claim:
    claimed = claims.claim_batch(batch.pk, owner=owner)
    assert claimed is not None
    return claimed


def let_lease_run_out(batch: RunBatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE runs_runbatch SET lease_until = clock_timestamp() - interval '1 second' WHERE id = %s", [batch.pk]
        )


def work(claimed: Claim) -> bool:
    plan = load_plan(claimed.run_id)
    chunk = Chunk.empty(run_id=claimed.run_id, metric_ids=plan.metric_ids, start=claimed.start, stop=claimed.stop)
    return work_batch(claimed, plan, chunk)


def test_a_batch_is_had_by_one_worker(run: Run) -> None:
    batch = first_batch(run)
    assert claims.claim_batch(batch.pk, owner="one") is not None
    assert claims.claim_batch(batch.pk, owner="two") is None


def test_a_batch_whose_lease_ran_out_is_free_again(run: Run) -> None:
    batch = first_batch(run)
    first = claim(batch)
    let_lease_run_out(batch)
    second = claim(batch, "two")

    assert second.token == first.token + 1
    assert first_batch(run).owner.startswith("two session ")


def test_a_zombie_write_is_refused_and_leaves_nothing(run: Run) -> None:
    batch = first_batch(run)
    zombie = claim(batch)
    let_lease_run_out(batch)
    claim(batch, "two")

    with pytest.raises(ClaimLost):
        work(zombie)
    assert not RunItem.objects.filter(run=run).exists()
    assert first_batch(run).n_scored == 0


def test_a_zombie_can_neither_finish_nor_fail_nor_renew_the_batch(run: Run) -> None:
    batch = first_batch(run)
    zombie = claim(batch)
    let_lease_run_out(batch)
    claim(batch, "two")

    claims.fail_try(zombie, "too late")
    assert not claims.finish_batch(zombie)
    assert not claims.release_batch(zombie)
    with pytest.raises(ClaimLost):
        claims.renew_lease(zombie)
    assert first_batch(run).owner.startswith("two ")
    assert first_batch(run).error == ""


def test_a_write_renews_the_lease_and_forgets_vain_tries(run: Run, settings: Settings) -> None:
    settings.EVALHUB_LEASE_SECONDS = 1000
    batch = first_batch(run)
    claimed = claim(batch)
    RunBatch.objects.filter(pk=batch.pk).update(tries=5)
    settings.EVALHUB_LEASE_SECONDS = 5000
    work(claimed)

    before, after = batch.lease_until, first_batch(run)
    assert before is None
    assert after.tries == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM %s - clock_timestamp())", [after.lease_until])
        assert 4000 < cursor.fetchone()[0] <= 5000


def test_nothing_is_written_to_a_run_that_was_closed_meanwhile(run: Run) -> None:
    claimed = claim(first_batch(run))
    Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLED)
    with pytest.raises(ClaimLost):
        work(claimed)


def test_a_batch_of_a_stopped_run_is_not_given_out(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLING)
    assert claims.claim_batch(first_batch(run).pk, owner="one") is None


def test_a_batch_that_always_fails_is_tried_with_growing_pauses_and_then_given_up(run: Run, settings: Settings) -> None:
    settings.EVALHUB_BATCH_TRIES, settings.EVALHUB_RETRY_SECONDS = 3, 10
    batch, pauses = first_batch(run), []
    for _ in range(3):
        claims.fail_try(claim(batch), "MemoryError: too much")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT extract(epoch FROM lease_until - clock_timestamp()) FROM runs_runbatch WHERE id = %s",
                [batch.pk],
            )
            pauses.append(cursor.fetchone()[0])
        assert claims.claim_batch(batch.pk, owner="impatient") is None
        RunBatch.objects.filter(pk=batch.pk, state=BatchState.WAITING).update(lease_until=None)

    assert [pauses[0] and round(pauses[0]), pauses[1] and round(pauses[1]), pauses[2]] == [10, 20, None]
    assert (first_batch(run).state, first_batch(run).error) == (BatchState.FAILED, "MemoryError: too much")


def test_a_run_with_a_batch_given_up_ends_partial_and_says_why(run: Run, settings: Settings) -> None:
    settings.EVALHUB_BATCH_TRIES = 1
    first, *others = run.batches.order_by("number")
    claims.fail_try(claim(first), "MemoryError: too much")
    for batch in others:
        working.execute_batch(batch.pk)
    assert closing.close_run(run.pk)

    run = reload(run)
    assert run.state == RunState.PARTIAL
    assert run.error == "250 items could not be worked on. First reason: MemoryError: too much"
    assert run.done_count == 50


def test_a_run_is_closed_once(run: Run) -> None:
    for batch in run.batches.all():
        working.execute_batch(batch.pk)
    assert closing.close_run(run.pk)
    version = reload(run).columns_version

    assert not closing.close_run(run.pk)
    assert reload(run).columns_version == version
    assert_whole(run)
