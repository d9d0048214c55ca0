"""Pages of items by their place, found by index however far down they are."""

from __future__ import annotations

from dataclasses import dataclass

from runs.models import Item
from runs.models.dataset import ItemQuerySet

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class OrdinalPage:
    """Items of one page, and the ordinals beyond which the neighbouring pages begin; None where there is none."""

    items: list[Item]
    previous_before: int | None
    next_after: int | None


def ordinal_page(items: ItemQuerySet, *, after: int | None, before: int | None, rows: int = PAGE_ROWS) -> OrdinalPage:
    """The items behind `after`, those ahead of `before`, or the first."""
    if before is not None:
        found = list(items.filter(ordinal__lt=before).order_by("-ordinal")[: rows + 1])
        has_previous, has_next = len(found) > rows, True
        shown = found[:rows][::-1]
    else:
        found = list((items.filter(ordinal__gt=after) if after is not None else items)[: rows + 1])
        has_previous, has_next = after is not None, len(found) > rows
        shown = found[:rows]
    return OrdinalPage(
        shown,
        previous_before=shown[0].ordinal if shown and has_previous else None,
        next_after=shown[-1].ordinal if shown and has_next else None,
    )
