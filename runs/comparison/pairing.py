"""Which question of one run is which of another: by pair key, or because a person said so, from the packed columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.statistics.paired import fold_repeats
from runs.columns import RunColumns, cache

Ordinals = NDArray[np.int32]
Floats = NDArray[np.float64]
# The pair keys of one version's items, each with the key of the same question in another version.
Aliases = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A column of one state of a run, an element for each item; `metric_id` None is the overall score.

    `aliases` are the keys under which the baseline knows some of its items: those that people paired.
    """

    columns: RunColumns
    repeats: int
    metric_id: int | None = None
    aliases: Aliases = ()

    @property
    def length(self) -> int:
        return self.columns.length // self.repeats

    def values(self) -> Floats:
        """The items' values with their repeats folded; NaN where there is none."""
        stored = self.columns.overall if self.metric_id is None else self.columns.values(self.metric_id)
        if self.repeats == 1:
            return stored
        key = (self.columns.run_id, self.columns.version, "folded", self.metric_id)
        return cache.get(key, lambda: fold_repeats(stored, repeats=self.repeats))

    def questions(self) -> NDArray[np.int64]:
        """The pair key of each item, in the words of the baseline; 0 where it is not answered yet."""
        keys = self.columns.pair_keys
        if self.repeats > 1:
            rows = keys.reshape(-1, self.repeats)
            answered = (rows != 0).argmax(axis=1)
            keys = rows[np.arange(len(rows)), answered]
        return _renamed(keys, self.aliases) if self.aliases else keys


@dataclass(frozen=True, slots=True)
class Match:
    """Where the baseline's items stand in a candidate, -1 where they do not; None: each at its own place.

    `missing` are the baseline's ordinals without a partner, `extra` the candidate's.
    """

    places: Ordinals | None
    missing: Ordinals
    extra: Ordinals
    count: int

    def aligned(self, values: Floats) -> Floats:
        """A candidate's values in the baseline's order; NaN where it has no such item."""
        if self.places is None:
            return values
        return (
            np.where(self.places < 0, np.nan, values[self.places]) if len(values) else np.full(len(self.places), np.nan)
        )

    def place_of(self, ordinal: int) -> int | None:
        """The candidate's ordinal of one item; None where it has no such item."""
        if self.places is None:
            return ordinal
        place = int(self.places[ordinal])
        return None if place < 0 else place


def match_items(baseline: Source, candidate: Source) -> Match:
    """Pair the answered items of two runs."""
    ours, theirs = baseline.questions(), candidate.questions()
    if np.array_equal(ours, theirs):
        nothing: Ordinals = np.empty(0, dtype=np.int32)
        return Match(None, nothing, nothing, int(np.count_nonzero(ours)))
    places = cache.get(
        ("match", baseline.columns, baseline.repeats, candidate.columns, candidate.repeats, candidate.aliases),
        lambda: places_among(theirs, of=ours),
    )
    is_matched = np.zeros(len(theirs), dtype=np.bool_)
    is_matched[places[places >= 0]] = True
    return Match(
        places=places,
        missing=np.flatnonzero((places < 0) & (ours != 0)).astype(np.int32),
        extra=np.flatnonzero(~is_matched & (theirs != 0)).astype(np.int32),
        count=int(np.count_nonzero(is_matched)),
    )


def _renamed(keys: NDArray[np.int64], aliases: Aliases) -> NDArray[np.int64]:
    """The keys with those that have another name replaced by it."""
    own, other = np.array(sorted(aliases), dtype=np.int64).T
    at = np.minimum(np.searchsorted(own, keys), len(own) - 1)
    return np.where(own[at] == keys, other[at], keys)


def places_among(theirs: NDArray[np.int64], *, of: NDArray[np.int64]) -> Ordinals:
    """For each question (a pair key) its place among theirs, -1 where they do not have it; 0 is no question."""
    order = np.argsort(theirs)
    in_order = theirs[order]
    found = np.searchsorted(in_order, of)
    found[found == len(in_order)] = 0
    if not len(in_order):
        return np.full(len(of), -1, dtype=np.int32)
    is_there = (in_order[found] == of) & (of != 0)
    return np.where(is_there, order[found], -1).astype(np.int32)
