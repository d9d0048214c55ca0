"""Writing packed columns: a chunk with each batch, one array when a run closes, or all again from the scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from django.db.models import F
from numpy.typing import NDArray

from metrics.choices import ScoreStatus
from runs.bulk import copy_rows
from runs.choices import ColumnName, ItemState
from runs.columns import (
    ERRORED,
    ITEM_DONE,
    ITEM_ERRORED,
    ITEM_WAITING,
    PASSED_NO,
    PASSED_UNKNOWN,
    PASSED_YES,
    PER_ITEM,
    PER_METRIC,
    SCORED,
    UNSCORED,
    WAITING,
    Array,
    empty_column,
    load_column,
)
from runs.models import Run, RunBatch, RunColumn

STATUS_CODES = {ScoreStatus.SCORED: SCORED, ScoreStatus.UNSCORED: UNSCORED, ScoreStatus.ERRORED: ERRORED}
ITEM_CODES = {ItemState.RUNNING: ITEM_WAITING, ItemState.DONE: ITEM_DONE, ItemState.ERRORED: ITEM_ERRORED}
PASSED_CODES = {None: PASSED_UNKNOWN, False: PASSED_NO, True: PASSED_YES}

# Places read at a time when columns are made again from the scores.
_REBUILD_STEP = 20_000


@dataclass(slots=True)
class Chunk:
    """All numbers of the places `start` to `stop` of a run, to be changed and written. A row is a metric.

    `run_item_ids` is 0 where a place has no run item yet.
    """

    run_id: int
    start: int
    stop: int
    metric_ids: tuple[int, ...]
    run_item_ids: NDArray[np.int64]
    values: NDArray[np.float64]
    statuses: NDArray[np.int8]
    overall: NDArray[np.float64]
    passed: NDArray[np.int8]
    pair_keys: NDArray[np.int64]
    item_states: NDArray[np.int8]

    @classmethod
    def empty(cls, *, run_id: int, metric_ids: Sequence[int], start: int, stop: int) -> Chunk:
        length, shape = stop - start, (len(metric_ids), stop - start)
        return cls(
            run_id=run_id,
            start=start,
            stop=stop,
            metric_ids=tuple(metric_ids),
            run_item_ids=np.zeros(length, dtype=np.int64),
            values=empty_column(ColumnName.VALUE, shape),
            statuses=empty_column(ColumnName.STATUS, shape),
            overall=empty_column(ColumnName.OVERALL, length),
            passed=empty_column(ColumnName.PASSED, length),
            pair_keys=empty_column(ColumnName.PAIR_KEY, length),
            item_states=empty_column(ColumnName.ITEM_STATE, length),
        )

    def count(self, status: int) -> int:
        return int(np.count_nonzero(self.statuses == status))

    def count_done(self) -> int:
        """Places that have an outcome of every metric."""
        return int(np.count_nonzero((self.statuses != WAITING).all(axis=0) & (self.item_states != ITEM_WAITING)))

    def count_answered(self) -> int:
        """Places whose question has been put, with or without success."""
        return int(np.count_nonzero(self.item_states != ITEM_WAITING))

    def columns(self) -> Iterator[tuple[ColumnName, int | None, Array]]:
        """Every packed column of the chunk: its name, its metric where it has one, its array."""
        for row, metric_id in enumerate(self.metric_ids):
            yield ColumnName.VALUE, metric_id, self.values[row]
            yield ColumnName.STATUS, metric_id, self.statuses[row]
        yield ColumnName.OVERALL, None, self.overall
        yield ColumnName.PASSED, None, self.passed
        yield ColumnName.PAIR_KEY, None, self.pair_keys
        yield ColumnName.ITEM_STATE, None, self.item_states


def chunk_of_scores(run: Run, *, metric_ids: Sequence[int], start: int, stop: int) -> Chunk:
    """The chunk as the run items and scores in the database say it."""
    chunk = Chunk.empty(run_id=run.pk, metric_ids=metric_ids, start=start, stop=stop)
    place_of_id = _read_items(chunk, run.repeats)
    if place_of_id:
        _read_scores(chunk, place_of_id)
    return chunk


def _read_items(chunk: Chunk, repeats: int) -> dict[int, int]:
    """Fill in what run items say; returns the place in the chunk of each id."""
    place_of_id = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.id, i.ordinal * %s + i.repeat - %s, i.state, i.overall, i.passed, q.pair_key"
            " FROM runs_runitem i JOIN runs_item q ON q.id = i.item_id"
            " WHERE i.run_id = %s AND i.ordinal BETWEEN %s AND %s"
            " AND i.ordinal * %s + i.repeat >= %s AND i.ordinal * %s + i.repeat < %s",
            [
                *(repeats, chunk.start, chunk.run_id, chunk.start // repeats, (chunk.stop - 1) // repeats),
                *(repeats, chunk.start, repeats, chunk.stop),
            ],
        )
        for run_item_id, place, state, overall, passed, pair_key in cursor:
            place_of_id[run_item_id] = place
            chunk.run_item_ids[place] = run_item_id
            chunk.item_states[place] = ITEM_CODES[ItemState(state)]
            chunk.overall[place] = np.nan if overall is None else overall
            chunk.passed[place] = PASSED_CODES[passed]
            chunk.pair_keys[place] = pair_key
    return place_of_id


def _read_scores(chunk: Chunk, place_of_id: dict[int, int]) -> None:
    row_of_metric = {metric_id: row for row, metric_id in enumerate(chunk.metric_ids)}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT run_item_id, run_metric_id, status, value FROM runs_score"
            " WHERE run_id = %s AND run_item_id = ANY(%s) AND run_metric_id = ANY(%s)",
            [chunk.run_id, list(place_of_id), list(chunk.metric_ids)],
        )
        for run_item_id, metric_id, status, value in cursor:
            row, place = row_of_metric[metric_id], place_of_id[run_item_id]
            chunk.statuses[row, place] = STATUS_CODES[ScoreStatus(status)]
            if value is not None:
                chunk.values[row, place] = value


def write_chunk(chunk: Chunk) -> None:
    """Put the chunk into the table in place of the one that begins there. Runs in the caller's transaction."""
    RunColumn.objects.filter(run_id=chunk.run_id, start=chunk.start).delete()
    _copy((chunk.run_id, metric_id, name, chunk.start, array) for name, metric_id, array in chunk.columns())


def join_chunks(run: Run, *, metric_ids: Sequence[int]) -> None:
    """Make one array of each column's chunks. The caller holds the run."""
    for name, metric_id in _column_keys(metric_ids):
        column = load_column(run.pk, name, run_metric_id=metric_id, length=run.item_count)
        _store(run.pk, name, metric_id, [(0, column)])
    _raise_version(run)


def split_into_chunks(run: Run, *, metric_ids: Sequence[int]) -> None:
    """Cut joined columns into a chunk per batch again, before the batches of a run go on. The caller holds the run."""
    ranges = list(RunBatch.objects.filter(run=run).order_by("number").values_list("start", "stop"))
    for name, metric_id in _column_keys(metric_ids):
        column = load_column(run.pk, name, run_metric_id=metric_id, length=run.item_count)
        _store(run.pk, name, metric_id, [(start, column[start:stop]) for start, stop in ranges])
    _raise_version(run)


def rebuild_columns(run: Run) -> None:
    """Make the columns again from run items and scores: joined for a run that is over, else a chunk per batch."""
    metric_ids = list(run.run_metrics.values_list("id", flat=True))
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run.pk)
        # Nobody writes a batch's scores without holding its row.
        ranges = list(run.batches.select_for_update().order_by("number").values_list("start", "stop"))
        RunColumn.objects.filter(run=run).delete()
        if run.is_over:
            ranges = [
                (start, min(start + _REBUILD_STEP, run.item_count)) for start in range(0, run.item_count, _REBUILD_STEP)
            ]
        for start, stop in ranges:
            write_chunk(chunk_of_scores(run, metric_ids=metric_ids, start=start, stop=stop))
        if run.is_over:
            join_chunks(run, metric_ids=metric_ids)
        else:
            _raise_version(run)


def _column_keys(metric_ids: Sequence[int]) -> Iterator[tuple[ColumnName, int | None]]:
    for metric_id in metric_ids:
        for name in PER_METRIC:
            yield name, metric_id
    for name in PER_ITEM:
        yield name, None


def _store(run_id: int, name: ColumnName, metric_id: int | None, parts: Sequence[tuple[int, Array]]) -> None:
    """Replace everything of one column by the parts."""
    RunColumn.objects.filter(run_id=run_id, name=name, run_metric_id=metric_id).delete()
    _copy((run_id, metric_id, name, start, part) for start, part in parts)


def _copy(columns: Iterable[tuple[int, int | None, ColumnName, int, Array]]) -> None:
    copy_rows(
        RunColumn,
        ("run", "run_metric", "name", "start", "length", "packed"),
        (
            (run_id, metric_id, name, start, len(array), array.tobytes())
            for run_id, metric_id, name, start, array in columns
        ),
    )


def _raise_version(run: Run) -> None:
    """Say that the columns are others now: neither the run's verdicts stand, nor those that were found against it."""
    Run.objects.filter(pk=run.pk).update(columns_version=F("columns_version") + 1)
    Run.objects.filter(pk=run.pk).mark_stale()
    Run.objects.filter(verdicts__against=run).mark_stale()
