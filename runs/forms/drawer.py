"""Addresses of one run item: its own page, its place beside the table, and the ways of showing its bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from runs.models import Run
from runs.rendering.detect import RenderMode, wanted_mode

MOST_REPEAT = 32_767
PANELS = ("input", "expected", "output")
_WHICH_ITEM = ("item", "repeat")
_RENDER = "render"


def read_repeat(query: QueryDict) -> int:
    """Which repeat of the item; the first where the address names none that can be."""
    word = query.get("repeat", "")
    return min(int(word), MOST_REPEAT) if word.isascii() and word.isdecimal() and len(word) < 9 else 0


@dataclass(frozen=True, slots=True)
class DrawerAddress:
    """The address of one run item. Filters, order and ways of showing go along, so that the next item follows them."""

    run: Run
    query: QueryDict
    ordinal: int
    repeat: int = 0

    def own(self, changes: Mapping[str, str | None] | None = None, *, page: str = "item_detail") -> str:
        """The item's own page, or where what is said of it goes."""
        path = reverse(f"runs:{page}", args=[self.run.pk, self.ordinal])
        return self._joined(path, {"repeat": str(self.repeat) if self.repeat else None, **(changes or {})})

    def at(self, place: int | None) -> str | None:
        """The page of the item at another place; None where there is none."""
        if place is None:
            return None
        ordinal, repeat = divmod(place, self.run.repeats)
        return DrawerAddress(self.run, self.query, ordinal, repeat).own()

    def beside_table(self) -> str:
        """The run's page with the item open."""
        which = {"item": str(self.ordinal), "repeat": str(self.repeat) if self.repeat else None}
        return self._joined(self._run_path, which)

    def closed(self) -> str:
        """The run's page with the table as it is and no item open."""
        return self._joined(self._run_path, {name: None for name in self.query if name.startswith(_RENDER)})

    def with_metadata(self, key: str, value: str) -> str:
        """The run's items whose metadata says the same."""
        query = QueryDict(mutable=True)
        query[f"meta.{key}"] = value
        return f"{self._run_path}?{query.urlencode()}"

    def body(self, field: str) -> str:
        """The whole of one body as plain text."""
        path = reverse("runs:item_body", args=[self.run.pk, self.ordinal, field])
        return f"{path}?repeat={self.repeat}" if self.repeat else path

    def judge_call(self, metric_key: str) -> str:
        """What a metric's judge was asked and said."""
        path = reverse("runs:judge_call", args=[self.run.pk, self.ordinal, metric_key])
        return f"{path}?repeat={self.repeat}" if self.repeat else path

    def mode(self, field: str) -> RenderMode:
        """How the reader wants one body shown: said of this one, or of all."""
        return wanted_mode(self.query.get(f"{_RENDER}.{field}") or self.query.get(_RENDER))

    def shown_as(self, field: str, mode: RenderMode) -> str:
        return self.own({f"{_RENDER}.{field}": mode.value})

    @property
    def _run_path(self) -> str:
        return reverse("runs:run_detail", args=[self.run.pk])

    def _joined(self, path: str, changes: Mapping[str, str | None]) -> str:
        query = self.query.copy()
        for name, value in {**dict.fromkeys(_WHICH_ITEM), **changes}.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return f"{path}?{query.urlencode()}" if query else path
