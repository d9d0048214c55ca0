"""Which unmatched items of two runs are probably the same question, worded a little differently: proposals, no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models.functions import Left
from rapidfuzz import fuzz, process

from runs.comparison.compare import Comparison
from runs.comparison.pairing import Ordinals
from runs.models import Run, RunItem

# Every one is held against every one of the other side: so many of each are looked at, the first in order.
MOST_LOOKED_AT = 300
# Of an input so much is read.
_START = 1_000
# Below this share of common words, in percent, two inputs are not the same question.
LEAST_LIKENESS = 75


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An item that only one of the two runs has."""

    item_id: int
    ordinal: int
    key: str
    input: str

    @property
    def label(self) -> str:
        return f"{self.key}: {self.input}" if self.key else self.input


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two items whose inputs are alike; `likeness` is in percent."""

    ours: Unmatched
    theirs: Unmatched
    likeness: int


@dataclass(frozen=True, slots=True)
class Loose:
    """What is unmatched between the baseline and one candidate, the first of each side, and which of it is alike."""

    ours: Sequence[Unmatched]
    theirs: Sequence[Unmatched]
    missing: int
    extra: int
    proposals: Sequence[Proposal]

    @property
    def is_cut(self) -> bool:
        return len(self.ours) < self.missing or len(self.theirs) < self.extra


def loose_items(comparison: Comparison, position: int) -> Loose:
    """The unmatched items of both sides, read in two queries."""
    match = comparison.matches[position]
    ours = _read(comparison.baseline, match.missing)
    theirs = _read(comparison.runs[position], match.extra)
    return Loose(ours, theirs, int(match.missing.size), int(match.extra.size), propose(ours, theirs))


def propose(ours: Sequence[Unmatched], theirs: Sequence[Unmatched]) -> list[Proposal]:
    """The most alike first; every item stands in one proposal at most."""
    if not ours or not theirs:
        return []
    likeness = process.cdist(
        [item.input.lower() for item in ours],
        [item.input.lower() for item in theirs],
        scorer=fuzz.token_sort_ratio,
        score_cutoff=LEAST_LIKENESS,
        dtype=np.float32,
    )
    rows, columns = np.nonzero(likeness)
    taken: tuple[set[int], set[int]] = (set(), set())
    found = []
    for at in np.argsort(-likeness[rows, columns], kind="stable"):
        row, column = int(rows[at]), int(columns[at])
        if row in taken[0] or column in taken[1]:
            continue
        taken[0].add(row)
        taken[1].add(column)
        found.append(Proposal(ours[row], theirs[column], round(float(likeness[row, column]))))
    return found


def _read(run: Run, ordinals: Ordinals) -> list[Unmatched]:
    wanted = ordinals[:MOST_LOOKED_AT].tolist()
    rows = RunItem.objects.filter(run=run, ordinal__in=wanted, repeat=0).annotate(start=Left("item__input", _START))
    told = rows.order_by("ordinal").values_list("item_id", "ordinal", "item__key", "start")
    return [Unmatched(item_id, ordinal, key, start) for item_id, ordinal, key, start in told]
