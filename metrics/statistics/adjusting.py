"""P-values corrected for how many were looked at; one that is not there (None) is not counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def holm(values: Sequence[float | None]) -> list[float | None]:
    """Holm 1979: the chance of even one false alarm among all stays below the level."""
    ordered, places = _ordered(values)
    count = len(ordered)
    steps = np.maximum.accumulate(ordered * np.arange(count, 0, -1))
    return _put_back(steps, places, total=len(values))


def benjamini_hochberg(values: Sequence[float | None]) -> list[float | None]:
    """Benjamini and Hochberg 1995: the expected share of false alarms among the finds stays below the level."""
    ordered, places = _ordered(values)
    count = len(ordered)
    scaled = ordered * count / np.arange(1, count + 1)
    steps = np.minimum.accumulate(scaled[::-1])[::-1]
    return _put_back(steps, places, total=len(values))


def _ordered(values: Sequence[float | None]) -> tuple[Floats, list[int]]:
    """The values that are there, the smallest first, and where each stood."""
    known = [(value, place) for place, value in enumerate(values) if value is not None]
    known.sort()
    return np.array([value for value, _ in known], dtype=np.float64), [place for _, place in known]


def _put_back(adjusted: Floats, places: Sequence[int], *, total: int) -> list[float | None]:
    result: list[float | None] = [None] * total
    for value, place in zip(adjusted, places, strict=True):
        result[place] = min(1.0, float(value))
    return result
