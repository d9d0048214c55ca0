"""Items that only one of two runs has: the first of them, so that a reader sees what was left out."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F
from django.db.models.functions import Left

from runs.comparison.compare import Comparison
from runs.comparison.pairing import Ordinals
from runs.models import Run, RunItem

MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class LonelyItem:
    """An item by its key, or by the beginning of its input."""

    ordinal: int
    label: str


@dataclass(frozen=True, slots=True)
class Lonely:
    """The items of `run` that `other` has not."""

    run: Run
    other: Run
    count: int
    items: tuple[LonelyItem, ...]

    @property
    def left(self) -> int:
        return self.count - len(self.items)


def lonely_items(comparison: Comparison) -> list[Lonely]:
    """For each candidate what it lacks of the baseline, and what it has besides; nothing where all is matched."""
    found = []
    for run, match in zip(comparison.runs[1:], comparison.matches[1:], strict=True):
        if match.missing.size:
            found.append(_listed(comparison.baseline, run, match.missing))
        if match.extra.size:
            found.append(_listed(run, comparison.baseline, match.extra))
    return found


def _listed(run: Run, other: Run, ordinals: Ordinals) -> Lonely:
    wanted = ordinals[:MOST_LISTED].tolist()
    rows = RunItem.objects.filter(run=run, ordinal__in=wanted, repeat=0).order_by("ordinal")
    named = rows.annotate(key=F("item__key"), start=Left("item__input", 120)).values_list("ordinal", "key", "start")
    items = tuple(LonelyItem(ordinal, key or start) for ordinal, key, start in named)
    return Lonely(run, other, int(ordinals.size), items)
