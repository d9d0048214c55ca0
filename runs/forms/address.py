"""Addresses of the item table: the same view with one thing changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict

from runs.filters import METRIC_PREFIX
from runs.forms.items import METADATA_PREFIX, STATUS_PREFIX

# What people fill in to add a filter; `canonical` turns it into the filter itself.
ADD_METRIC, ADD_LOW, ADD_HIGH, ADD_STATUS = "add_metric", "add_low", "add_high", "add_status"
ADD_KEY, ADD_VALUE, ADD_LABEL = "add_key", "add_value", "add_label"
FILTER_NAMES = ("q", "in", "failing", "error", "review", "disagree", "set")
VIEW_NAMES = ("sort", "group", "view", "size", "page", "item", "repeat")
FILTER_PREFIXES = (METRIC_PREFIX, STATUS_PREFIX, METADATA_PREFIX)
# A new choice of items starts at its first page, with nothing open.
_RESET_BY_FILTER: dict[str, str | None] = {"page": None, "item": None, "repeat": None}


@dataclass(frozen=True, slots=True)
class ItemAddress:
    """The address of one view of a run's items; changes give the address of another."""

    path: str
    query: QueryDict

    def __str__(self) -> str:
        encoded = self.query.urlencode(safe=".<")
        return f"{self.path}?{encoded}" if encoded else self.path

    def changed(self, changes: Mapping[str, str | None]) -> ItemAddress:
        """With the parameters set, or taken away where None; all else stays."""
        query = self.query.copy()
        for name, value in changes.items():
            if value is None:
                query.pop(name, None)
            else:
                query[name] = value
        return ItemAddress(self.path, query)

    def filtered(self, changes: Mapping[str, str | None]) -> ItemAddress:
        """With another choice of items."""
        return self.changed({**_RESET_BY_FILTER, **changes})

    def without(self, name: str, value: str) -> ItemAddress:
        """Without one value of a filter that may stand in the address several times."""
        address = self.filtered({})
        left = [kept for kept in address.query.getlist(name) if kept != value]
        if left:
            address.query.setlist(name, left)
        else:
            address.query.pop(name, None)
        return address

    def cleared(self) -> ItemAddress:
        """Without any filter; order and view stay."""
        names = [name for name in self.query if name in FILTER_NAMES or name.startswith(FILTER_PREFIXES)]
        return self.filtered(dict.fromkeys(names))

    def shared(self) -> ItemAddress:
        """The filters and the order alone, which the item's own page and the export understand too."""
        return self.changed(dict.fromkeys(name for name in VIEW_NAMES if name != "sort"))

    def hidden(self, *names: str) -> list[tuple[str, str]]:
        """What a form has to carry along when it sets `names` itself; it leads to another choice of items."""
        address = self.filtered(dict.fromkeys(names))
        return [(name, value) for name, values in address.query.lists() for value in values]


def canonical(query: QueryDict) -> QueryDict:
    """The same view in as few words as possible: blanks and defaults left out, what was filled in made a filter."""
    short = QueryDict(mutable=True)
    for name in query:
        if name in FILTER_NAMES or name in VIEW_NAMES or name.startswith(FILTER_PREFIXES):
            values = [value for value in dict.fromkeys(query.getlist(name)) if value]
            if values:
                short.setlist(name, values)
    fields = {word for value in short.getlist("in") for word in value.split(",")}
    short.pop("in", None)
    if fields and short.get("q") and not fields >= {"input", "output", "explanation"}:
        short["in"] = ",".join(sorted(fields))
    if short.get("page") == "1":
        del short["page"]
    _add_filled_in(short, query)
    return short


def _add_filled_in(short: QueryDict, query: QueryDict) -> None:
    before = len(short)
    metric = query.get(ADD_METRIC)
    low, high, status = (query.get(name, "").strip() for name in (ADD_LOW, ADD_HIGH, ADD_STATUS))
    if metric and (low or high):
        short[f"{METRIC_PREFIX}{metric}"] = f"{low}..{high}"
    of_category, colon, label = query.get(ADD_LABEL, "").partition(":")
    if of_category and colon and label:
        short[f"{METRIC_PREFIX}{of_category}"] = label
    if metric and status:
        short[f"{STATUS_PREFIX}{metric}"] = status
    key, value = query.get(ADD_KEY), query.get(ADD_VALUE)
    if key and value:
        short[f"{METADATA_PREFIX}{key}"] = value
    if len(short) != before:
        for name in _RESET_BY_FILTER:
            short.pop(name, None)
