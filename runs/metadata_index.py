"""Which of a run's items carry which metadata value: read once from the frozen items, then kept as bits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from runs.choices import Sampling
from runs.models import Run

MOST_GROUPS = 50

# `string_agg(int4send(…))` gives one packed array in place of a row an item.
_OF_VERSION = "SELECT ordinal, metadata ->> %(key)s AS value FROM runs_item WHERE version_id = %(source)s"
_OF_SAMPLE = """
    SELECT answered.ordinal, item.metadata ->> %(key)s AS value FROM runs_runitem answered
    JOIN runs_item item ON item.id = answered.item_id WHERE answered.run_id = %(source)s AND answered.repeat = 0"""
_WITH_VALUE = "SELECT string_agg(int4send(ordinal), ''::bytea) FROM ({}) AS carried WHERE value = %(value)s"
_BY_VALUE = """
    SELECT value, string_agg(int4send(ordinal), ''::bytea) FROM ({}) AS carried WHERE value IS NOT NULL
    GROUP BY value ORDER BY count(*) DESC, value LIMIT %(most)s"""
_NUMBERED = """
    SELECT string_agg(int4send(ordinal) || int4send(number::int), ''::bytea) FROM (
        SELECT ordinal, CASE WHEN value IS NULL THEN -1 ELSE dense_rank() OVER (ORDER BY value) END AS number
        FROM ({}) AS carried) AS numbered"""

# Only where every value is a number as it is usually written.
_NUMBERS = """
    SELECT string_agg(int4send(ordinal) || float8send(CASE WHEN is_number THEN value::float8 END), ''::bytea)
    FROM (SELECT ordinal, value, value ~ '^-?[0-9]{{1,15}}(\\.[0-9]{{1,15}})?$' AS is_number FROM ({}) AS carried)
        AS numbered
    WHERE value IS NOT NULL HAVING bool_and(is_number)"""
_NUMBERED_PAIR = np.dtype([("ordinal", ">i4"), ("value", ">f8")])


@dataclass(frozen=True, slots=True)
class Carriers:
    """A metadata value and the ordinals of the items that carry it."""

    value: str
    ordinals: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class MetadataSource:
    """Where ordinals and metadata meet: in the version itself, or in the items that a sample drew from it."""

    is_sample: bool
    id: int
    columns_version: int

    @property
    def sql(self) -> str:
        return _OF_SAMPLE if self.is_sample else _OF_VERSION


def places_with(run: Run, key: str, value: str) -> NDArray[np.bool_]:
    """For each place of the run, whether its item's metadata has `value` under `key`."""
    return _mask(run, _ordinals_with(source_of(run), key, value))


def groups_by(run: Run, key: str) -> tuple[Carriers, ...]:
    """The most frequent values under `key`, at most `MOST_GROUPS`, most frequent first."""
    ordinals = run.item_count // run.repeats
    return tuple(
        Carriers(group.value, group.ordinals[group.ordinals < ordinals]) for group in _groups(source_of(run), key)
    )


def cluster_numbers(source: MetadataSource, key: str, *, length: int) -> NDArray[np.int32]:
    """A number for each of `length` ordinals, the same where the value under `key` is; without a value, one alone."""
    ordinals, found = _numbers(source, key)
    is_within = ordinals < length
    numbers = np.full(length, -1, dtype=np.int32)
    numbers[ordinals[is_within]] = found[is_within]
    alone = np.flatnonzero(numbers < 0)
    numbers[alone] = numbers.max(initial=-1) + 1 + np.arange(alone.size)
    return numbers


def numbers_under(run: Run, key: str) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Ordinals and their numbers under `key`; none where one of the values is no number."""
    source = source_of(run)
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS.format(source.sql), {"key": key, "source": source.id})
        row = cursor.fetchone()
    pairs = np.frombuffer((row and row[0]) or b"", dtype=_NUMBERED_PAIR)
    pairs = pairs[pairs["ordinal"] < run.item_count // run.repeats]
    return pairs["ordinal"].astype(np.int32), pairs["value"].astype(np.float64)


def _mask(run: Run, ordinals: NDArray[np.int32]) -> NDArray[np.bool_]:
    taken = np.zeros(run.item_count // run.repeats, dtype=np.bool_)
    taken[ordinals[ordinals < taken.size]] = True
    return np.repeat(taken, run.repeats) if run.repeats > 1 else taken


def source_of(run: Run) -> MetadataSource:
    if run.num_samples and run.sampling == Sampling.RANDOM:
        return MetadataSource(is_sample=True, id=run.pk, columns_version=run.columns_version)
    return MetadataSource(is_sample=False, id=run.dataset_version_id, columns_version=0)


@lru_cache(maxsize=64)
def _ordinals_with(source: MetadataSource, key: str, value: str) -> NDArray[np.int32]:
    with connection.cursor() as cursor:
        cursor.execute(_WITH_VALUE.format(source.sql), {"key": key, "source": source.id, "value": value})
        return _unpacked(cursor.fetchall()[0][0])


@lru_cache(maxsize=16)
def _groups(source: MetadataSource, key: str) -> tuple[Carriers, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_BY_VALUE.format(source.sql), {"key": key, "source": source.id, "most": MOST_GROUPS})
        return tuple(Carriers(value, _unpacked(packed)) for value, packed in cursor.fetchall())


@lru_cache(maxsize=8)
def _numbers(source: MetadataSource, key: str) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Ordinals, and for each the number of its value, -1 where it has none."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERED.format(source.sql), {"key": key, "source": source.id})
        pairs = _unpacked(cursor.fetchall()[0][0]).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1]


def _unpacked(packed: bytes | None) -> NDArray[np.int32]:
    return np.frombuffer(packed or b"", dtype=">i4").astype(np.int32)


def forget() -> None:
    """Drop what this process has read."""
    _ordinals_with.cache_clear()
    _groups.cache_clear()
    _numbers.cache_clear()
