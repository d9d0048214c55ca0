"""Reading the address of a comparison: which runs, which measure, which items, and what of them is on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.http import QueryDict

from runs.comparison.compare import MOST_RUNS
from runs.comparison.selection import Change, ItemOrder
from runs.forms.items import METADATA_PREFIX
from runs.item_table import TableView

PAGE_SIZE = 25
MOST_METADATA = 20
# In place of a metadata key: the items are independent, whatever their dataset says.
INDEPENDENT = "-"
# Items that a report shows, unless asked for fewer or more, and at most.
REPORT_ITEMS, MOST_REPORT_ITEMS = 10, 50
# A new choice of items starts at its first page, with nothing open.
_RESET: dict[str, str | None] = {"page": None, "item": None, "repeat": None}
_DEFAULTS = {"vs": "1", "sort": ItemOrder.WORST.value, "view": TableView.COMPACT.value, "page": "1", "repeat": "1"}

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class ComparisonAddress:
    """The address of one view of a comparison; changes give the address of another."""

    path: str
    query: QueryDict

    def __str__(self) -> str:
        encoded = self.query.urlencode(safe=".,")
        return f"{self.path}?{encoded}" if encoded else self.path

    def changed(self, changes: Mapping[str, str | None]) -> ComparisonAddress:
        """With the parameters set, or taken away where None; all else stays."""
        query = self.query.copy()
        for name, value in changes.items():
            if value is None or value == _DEFAULTS.get(name):
                query.pop(name, None)
            else:
                query[name] = value
        return ComparisonAddress(self.path, query)

    def filtered(self, changes: Mapping[str, str | None]) -> ComparisonAddress:
        """With another choice of items."""
        return self.changed({**_RESET, **changes})

    def of_runs(self, run_ids: Sequence[int]) -> ComparisonAddress:
        """Of other runs, or of these in another order."""
        return self.filtered({"runs": ",".join(map(str, run_ids)), "vs": None})

    def at(self, path: str) -> ComparisonAddress:
        return ComparisonAddress(path, self.query)

    def hidden(self, *names: str) -> list[tuple[str, str]]:
        """What a form has to carry along when it sets `names` itself."""
        address = self.filtered(dict.fromkeys(names))
        return [(name, value) for name, values in address.query.lists() for value in values]


class ComparisonForm(forms.Form):
    """What cannot be understood is left at its default: a measure may be gone once other runs are compared."""

    by = forms.CharField(required=False, max_length=130)
    vs = forms.IntegerField(required=False, min_value=1, max_value=MOST_RUNS - 1)
    show = forms.ChoiceField(required=False, choices=[(change.value, change.value) for change in Change])
    sort = forms.ChoiceField(required=False, choices=[(order.value, order.value) for order in ItemOrder])
    view = forms.ChoiceField(required=False, choices=[(view.value, view.value) for view in TableView])
    slice = forms.CharField(required=False, max_length=300)
    cluster = forms.CharField(required=False, max_length=300)
    q = forms.CharField(required=False, max_length=500)
    other = forms.CharField(required=False, max_length=130)
    repeat = forms.IntegerField(required=False, min_value=1, max_value=10_000)
    items = forms.IntegerField(required=False, min_value=0, max_value=MOST_REPORT_ITEMS)
    page = forms.IntegerField(required=False, min_value=1, max_value=10_000_000)
    item = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)

    def __init__(self, query: QueryDict) -> None:
        super().__init__(query)
        self.query = query
        self.is_valid()

    def _read(self, name: str, default: Read) -> Read:
        found: Any = self.cleaned_data.get(name)
        return default if found in {None, ""} else found

    @property
    def measure_name(self) -> str:
        return self._read("by", "")

    @property
    def position(self) -> int:
        return self._read("vs", 1)

    @property
    def change(self) -> Change | None:
        name = self._read("show", "")
        return Change(name) if name else None

    @property
    def order(self) -> ItemOrder:
        return ItemOrder(self._read("sort", _DEFAULTS["sort"]))

    @property
    def table_view(self) -> TableView:
        return TableView(self._read("view", _DEFAULTS["view"]))

    @property
    def slice_key(self) -> str:
        return self._read("slice", "")

    @property
    def cluster_key(self) -> str | None:
        """The key by which items belong together, "" for none; None leaves that to the dataset."""
        key = self._read("cluster", "")
        return "" if key == INDEPENDENT else key or None

    @property
    def text(self) -> str:
        return self._read("q", "")

    @property
    def other_measure_name(self) -> str:
        """What a second axis shows."""
        return self._read("other", "")

    @property
    def shown_repeat(self) -> int:
        """Which of an item's repeats is shown, counted from 0."""
        return self._read("repeat", 1) - 1

    @property
    def report_items(self) -> int:
        found: int | None = self.cleaned_data.get("items")
        return REPORT_ITEMS if found is None else found

    @property
    def page_number(self) -> int:
        return self._read("page", 1)

    @property
    def open_ordinal(self) -> int | None:
        found: int | None = self.cleaned_data.get("item")
        return found

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        named = [
            (name.removeprefix(METADATA_PREFIX), str(value))
            for name, value in self.query.items()
            if name.startswith(METADATA_PREFIX) and value
        ]
        return tuple(named[:MOST_METADATA])


def run_ids_of(query: QueryDict) -> list[int]:
    """The runs in the address, each once; what is no number is left out."""
    words = (word for text in query.getlist("runs") for word in text.split(","))
    return list(dict.fromkeys(int(word) for word in words if word.isascii() and word.isdecimal() and len(word) < 19))
