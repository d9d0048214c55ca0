"""Cutting a run into batches, and choosing which of them workers are told of."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from runs.bulk import copy_rows
from runs.choices import BatchState
from runs.models import Run, RunBatch

# Small runs are cut so that several workers share them, large ones so that a batch is done within seconds.
FEWEST_PLACES, MOST_PLACES = 250, 5_000
# Where endpoints are asked a worker has several batches open at once, and small ones are written soon.
FEWEST_ASKED, MOST_ASKED = 50, 250
_BATCHES_AIMED_AT = 40
# Batches of one run that wait at the broker at a time: others' runs get their turn in between.
RUNG_AT_ONCE = 16


def cut_batches(run: Run, *, with_calls: bool) -> None:
    """Make the run's batches, each a whole number of items. The caller holds the run."""
    fewest, most = (FEWEST_ASKED, MOST_ASKED) if with_calls else (FEWEST_PLACES, MOST_PLACES)
    size = batch_size(run.item_count, run.repeats, fewest=fewest, most=most)
    copy_rows(
        RunBatch,
        (
            *("run", "number", "start", "stop", "state", "owner", "token", "tries", "error"),
            *("n_done", "n_scored", "n_unscored", "n_errored", "writes"),
        ),
        (
            (run.pk, number, start, min(start + size, run.item_count), BatchState.WAITING, "", 0, 0, "", 0, 0, 0, 0, 0)
            for number, start in enumerate(range(0, run.item_count, size))
        ),
    )


def batch_size(item_count: int, repeats: int, *, fewest: int, most: int) -> int:
    """Places per batch: a multiple of the repeats, so that an item's repeats stay together."""
    size = min(most, max(fewest, -(-item_count // _BATCHES_AIMED_AT)))
    return -(-size // repeats) * repeats


def take_unrung(run_id: int, *, limit: int) -> list[int]:
    """Choose waiting batches of a run that no worker has been told of, and note that one is being told now."""
    return _take(run_id, limit=limit, also_unheard=False)


def take_unheard(run_id: int, *, limit: int) -> list[int]:
    """As `take_unrung`, also those whose message must be lost, and those whose worker let its lease run out."""
    return _take(run_id, limit=limit, also_unheard=True)


def _take(run_id: int, *, limit: int, also_unheard: bool) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE runs_runbatch SET rung_at = clock_timestamp()
            WHERE id IN (
                SELECT id FROM runs_runbatch
                WHERE run_id = %(run)s AND tries < %(most)s
                  AND (rung_at IS NULL OR %(also_unheard)s AND
                       (rung_at <= clock_timestamp() - make_interval(secs => %(ring)s) OR rung_at <= lease_until))
                  AND (state = 'waiting' AND (lease_until IS NULL OR lease_until <= clock_timestamp())
                       OR state = 'running' AND lease_until <= clock_timestamp())
                ORDER BY number LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            )
            RETURNING id, number
            """,
            {
                "run": run_id,
                "limit": limit,
                "also_unheard": also_unheard,
                "most": settings.EVALHUB_BATCH_TRIES,
                "ring": settings.EVALHUB_RING_SECONDS,
            },
        )
        return [batch_id for batch_id, _ in sorted(cursor.fetchall(), key=lambda row: row[1])]
