"""Packed columns: order, what is missing, and a cache that stays within its bytes."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Project, User
from runs.columns import _ArrayCache, cache, read_columns, sorted_places
from runs.execution import working
from runs.models import Run
from tests.runs.execution.scenes import queue_run, reload

few_values = st.sampled_from([0.0, -0.0, 0.5, 1.0, float("nan"), -3.25])


@given(arrays(np.float64, st.integers(0, 60), elements=few_values), st.booleans())
def test_places_are_sorted_stably_with_the_missing_last(values: np.ndarray, descending: bool) -> None:
    def key(place: int) -> tuple[bool, float]:
        value = float(values[place])
        missing = math.isnan(value)
        return (missing, 0.0 if missing else -value if descending else value)

    expected = sorted(range(len(values)), key=key)
    assert sorted_places(values, descending=descending).tolist() == expected


def test_a_cache_drops_what_was_used_longest_ago(settings: Settings) -> None:
    settings.EVALHUB_COLUMN_CACHE_BYTES = 250
    arrays_by_name = _ArrayCache()

    def fetch(name: str, made: list[str]) -> None:
        def make() -> np.ndarray:
            made.append(name)
            return np.zeros(100, dtype=np.int8)

        arrays_by_name.get((name,), make)

    made: list[str] = []
    for name in ("a", "b", "a", "c", "a", "b"):
        fetch(name, made)
    assert made == ["a", "b", "c", "b"]
    assert arrays_by_name.size_bytes <= 250


def test_an_array_larger_than_the_cache_is_given_and_not_kept(settings: Settings) -> None:
    settings.EVALHUB_COLUMN_CACHE_BYTES = 10
    small = _ArrayCache()
    assert len(small.get(("x",), lambda: np.zeros(100))) == 100
    assert small.size_bytes == 0


def test_many_threads_read_one_array() -> None:
    shared, seen = _ArrayCache(), []
    threads = [
        threading.Thread(target=lambda: seen.append(shared.get(("x",), lambda: np.arange(1000.0)))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert shared.size_bytes == 8000


@pytest.fixture
def run(project: Project, bob: User) -> Run:
    cache.clear()
    run = queue_run(project, bob, count=600, metrics=("equals",))
    working.start_run(run.pk)
    return run


def test_a_live_run_shows_what_is_written_and_waits_for_the_rest(run: Run) -> None:
    metric_id = run.run_metrics.get().pk
    assert set(read_columns(reload(run)).statuses(metric_id).tolist()) == {0}

    working.execute_batch(run.batches.get(number=1).pk)
    columns = read_columns(reload(run))
    assert np.flatnonzero(columns.statuses(metric_id)).tolist() == list(range(250, 500))
    assert np.isnan(columns.values(metric_id)[:250]).all()
    assert columns.order("overall", descending=True)[:3].tolist() == [250, 252, 254]
    assert columns.order(metric_id)[:3].tolist() == [251, 253, 255]
    assert columns.passed.tolist()[249:252] == [-1, 1, 0]


def test_columns_cannot_be_changed_by_a_reader(run: Run) -> None:
    with pytest.raises(ValueError, match="read-only"):
        read_columns(reload(run)).overall[0] = 1.0


def test_only_the_columns_that_are_asked_for_are_loaded(run: Run) -> None:
    before = cache.size_bytes
    columns = read_columns(reload(run))
    assert cache.size_bytes == before
    assert columns.overall is columns.overall
    assert cache.size_bytes == before + 600 * 8
