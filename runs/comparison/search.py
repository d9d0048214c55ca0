"""Text in a comparison's grid: in the inputs, and in what any of the runs answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from runs.comparison.compare import Comparison
from runs.filters import TextField
from runs.selection import SearchProgress
from runs.text_search import TextSearch, text_search

_OF_BASELINE = (TextField.INPUT, TextField.OUTPUT)


@dataclass(frozen=True, slots=True)
class Found:
    """Which of the baseline's items have the text somewhere; `cut` where not all of them were looked at."""

    mask: NDArray[np.bool_]
    cut: SearchProgress | None


def search_grid(comparison: Comparison, text: str, *, patience: float | None) -> Found:
    """Search every run for about its share of `patience` seconds; to the end when it is None."""
    share = None if patience is None else patience / len(comparison.runs)
    mask = np.zeros(comparison.length, dtype=np.bool_)
    searches = []
    for position in range(len(comparison.runs)):
        search = _search(comparison, position, text)
        search.advance(share)
        mask |= _in_baseline(comparison, position, search)
        searches.append(search)
    furthest_behind = min(searches, key=lambda search: search.searched)
    is_cut = not all(search.is_complete for search in searches)
    return Found(mask, SearchProgress(furthest_behind.searched, furthest_behind.ordinals) if is_cut else None)


def _search(comparison: Comparison, position: int, text: str) -> TextSearch:
    within = (TextField.OUTPUT,) if position else _OF_BASELINE
    version = comparison.columns[position].version
    return text_search(comparison.runs[position], version=version, text=text, within=within)


def _in_baseline(comparison: Comparison, position: int, search: TextSearch) -> NDArray[np.bool_]:
    """What one run's search found, any of its repeats, at the places of the baseline's items."""
    rows = search.found.reshape(-1, comparison.runs[position].repeats)
    found: NDArray[np.bool_] = np.logical_or.reduce(rows, axis=1)
    places = comparison.matches[position].places
    if places is None:
        return found
    return np.where(places < 0, False, found[places]) if len(found) else np.zeros(len(places), dtype=np.bool_)
