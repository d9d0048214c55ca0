"""Which items of a version a run takes: the same ones every time, worked out anew wherever they are needed."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from runs.choices import Sampling
from runs.models import Run


def item_ordinals(run: Run, *, start: int, stop: int) -> NDArray[np.int64]:
    """The version's ordinals of the run's items `start` to `stop`."""
    taken = run.item_count // run.repeats
    if run.sampling == Sampling.HEAD or taken >= run.dataset_version.item_count:
        return np.arange(start, stop, dtype=np.int64)
    return _random_ordinals(run.dataset_version.item_count, taken)[start:stop]


@lru_cache(maxsize=8)
def _random_ordinals(count: int, taken: int) -> NDArray[np.int64]:
    """`taken` of the ordinals below `count`, at random but always the same, in order.

    The items with the smallest scrambled ordinals: a larger sample holds the smaller one, and no library's random
    generator has a say in it.
    """
    chosen = np.argpartition(_scrambled(np.arange(count, dtype=np.uint64)), taken - 1)[:taken]
    chosen.sort()
    return chosen.astype(np.int64)


def _scrambled(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """SplitMix64: different numbers in, different and evenly spread numbers out."""
    mixed = (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
