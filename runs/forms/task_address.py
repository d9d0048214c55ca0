"""Addresses of one item while it is reviewed: other ways of showing it, and what is said of it, lead back there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from runs.forms.drawer import DrawerAddress

TASK = "task"


def task_in(query: QueryDict) -> int | None:
    """The task in whose workspace the item is open; None where it is not."""
    word = query.get(TASK, "")
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 18 else None


@dataclass(frozen=True, slots=True)
class TaskAddress(DrawerAddress):
    """As the item's own address, but it leads to the task; what is said of the item goes where it always does."""

    task_id: int = 0

    def own(self, changes: Mapping[str, str | None] | None = None, *, page: str = "item_detail") -> str:
        if page == "item_detail":
            return self._joined(reverse("runs:review_task", args=[self.task_id]), changes or {})
        return DrawerAddress.own(self, {**(changes or {}), TASK: str(self.task_id)}, page=page)
