"""Reading the item table's address: which items, in which order, and what of them is on screen."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from runs.choices import ReviewState
from runs.filters import (
    BY_ORDINAL,
    BY_OVERALL,
    METRIC_PREFIX,
    NO_REVIEW,
    ItemFilters,
    ScoreCondition,
    TextField,
    ValueRange,
)
from runs.item_table import TableView
from runs.models import ItemSet, Run

Said = TypeVar("Said")

STATUS_PREFIX = "status."
METADATA_PREFIX = "meta."
MOST_FILTERS_OF_A_KIND = 20
REVIEW_CHOICES = [*ReviewState.choices, (NO_REVIEW, "Not reviewed")]


PAGE_SIZES = (15, 25, 50, 100)


class CommaSeparated(forms.SelectMultiple):
    """Reads `in=input,output` as well as `in=input&in=output`."""

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, UploadedFile[Any]], name: str
    ) -> list[str]:
        return [word for value in super().value_from_datadict(data, files, name) or [] for word in value.split(",")]


class ItemFilterForm(forms.Form):
    """The part of the address that says which items and in which order: page, drawer and export share it.

    `filters()` leaves out what could not be understood; `problems` says what that was.
    """

    q = forms.CharField(required=False, max_length=500)
    failing = forms.BooleanField(required=False)
    error = forms.BooleanField(required=False)
    review = forms.ChoiceField(required=False, choices=REVIEW_CHOICES)
    disagree = forms.BooleanField(required=False)
    sort = forms.CharField(required=False, max_length=130)

    def __init__(self, query: QueryDict, *, run: Run) -> None:
        super().__init__(query)
        self.query = query
        self.run = run
        self.metrics = {metric.key: metric for metric in run.run_metrics.all()}
        self.fields["in"] = forms.MultipleChoiceField(
            required=False, choices=[(field.value, field.value.title()) for field in TextField], widget=CommaSeparated
        )

    @property
    def problems(self) -> list[str]:
        """A sentence for each part of the address that could not be understood."""
        names = {
            "q": "Search",
            "in": "Search in",
            "review": "Review",
            "view": "View",
            "size": "Rows",
            "page": "Page",
            "item": "Item",
            "repeat": "Repeat",
            "group": "Group",
        }
        return [
            f"{names[field]}: {error}" if field in names else str(error)
            for field, errors in self.errors.items()
            for error in errors
        ]

    def filters(self) -> ItemFilters:
        self.is_valid()
        cleaned = self.cleaned_data
        return ItemFilters(
            text=cleaned.get("q", ""),
            within=tuple(TextField(name) for name in dict.fromkeys(cleaned.get("in") or ())) or tuple(TextField),
            is_failing=cleaned.get("failing", False),
            has_error=cleaned.get("error", False),
            ranges=cleaned["ranges"],
            statuses=cleaned["statuses"],
            metadata=cleaned["metadata"],
            review=cleaned.get("review", ""),
            sets=tuple(self.sets),
            disagrees=cleaned.get("disagree", False),
            sort=cleaned.get("sort") or BY_ORDINAL,
        )

    def clean_sort(self) -> str:
        sort: str = self.cleaned_data["sort"]
        name = sort.removeprefix("-")
        if name in {"", BY_ORDINAL, BY_OVERALL}:
            return sort
        if not name.startswith(METRIC_PREFIX):
            raise forms.ValidationError(f'Items cannot be sorted by "{sort}"; use ordinal, overall or m.<metric key>.')
        self._check_key(name.removeprefix(METRIC_PREFIX))
        return sort

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        cleaned["ranges"] = tuple(self._each(METRIC_PREFIX, self._range))
        cleaned["statuses"] = tuple(self._each(STATUS_PREFIX, self._status))
        self.sets = self._known_sets()
        cleaned["metadata"] = tuple(self._each(METADATA_PREFIX, _metadata))
        return cleaned

    def _known_sets(self) -> dict[str, str]:
        """The sets of items that the address names, with their labels; those the run does not have become problems."""
        names = [name for name in dict.fromkeys(self.query.getlist("set")) if name and "\x00" not in name]
        names = names[:MOST_FILTERS_OF_A_KIND]
        sets = ItemSet.objects.filter(run=self.run, name__in=names) if names else ItemSet.objects.none()
        labels = dict(sets.values_list("name", "label"))
        for name in names:
            if name not in labels:
                self.add_error(None, f'The set of items "{name}" is not, or no longer, in this run.')
        return labels

    def _each(self, prefix: str, read: Callable[[str, str], Said]) -> Iterator[Said]:
        """What every parameter with the prefix says; one that says nothing usable becomes a problem."""
        names = [name for name in self.query if name.startswith(prefix)]
        for name in names[:MOST_FILTERS_OF_A_KIND]:
            for value in filter(None, self.query.getlist(name)):
                try:
                    yield read(name.removeprefix(prefix), value)
                except forms.ValidationError as error:
                    self.add_error(None, error)

    def _range(self, key: str, value: str) -> ValueRange:
        self._check_key(key)
        labels = self.metrics[key].labels
        if value in labels:
            place = float(labels.index(value))
            return ValueRange(key, place, place)
        return read_range(key, value)

    def _status(self, key: str, value: str) -> tuple[str, ScoreCondition]:
        self._check_key(key)
        if value not in set(ScoreCondition):
            known = ", ".join(ScoreCondition)
            raise forms.ValidationError(f'A score cannot be "{value}"; it can be {known}.')
        return key, ScoreCondition(value)

    def _check_key(self, key: str) -> None:
        if key in self.metrics:
            return
        near = get_close_matches(key, self.metrics, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"it has: {', '.join(self.metrics) or 'none'}."
        raise forms.ValidationError(f'Metric "{key}" is not in this run; {hint}')


class ItemTableForm(ItemFilterForm):
    """The whole address of the item table: the filters, and what of the items is on screen."""

    view = forms.ChoiceField(required=False, choices=[(view.value, view.value.title()) for view in TableView])
    size = forms.TypedChoiceField(required=False, coerce=int, choices=[(size, size) for size in PAGE_SIZES])
    page = forms.IntegerField(required=False, min_value=1)
    group = forms.CharField(required=False, max_length=300)
    item = forms.IntegerField(required=False, min_value=0)
    repeat = forms.IntegerField(required=False, min_value=0)

    @property
    def table_view(self) -> TableView:
        return TableView(self._word("view") or TableView.COMPACT)

    @property
    def page_size(self) -> int:
        return self._number("size") or PAGE_SIZES[1]

    @property
    def page_number(self) -> int:
        return self._number("page") or 1

    @property
    def group_key(self) -> str:
        return self._word("group")

    def open_place(self, run: Run) -> int | None:
        """The place of the item that is open beside the table; None when none is, or the run has no such item."""
        item, repeat = self._number("item"), self._number("repeat") or 0
        if item is None or repeat >= run.repeats or item * run.repeats >= run.item_count:
            return None
        return item * run.repeats + repeat

    def _word(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")

    def _number(self, name: str) -> int | None:
        self.is_valid()
        number = self.cleaned_data.get(name)
        return number if isinstance(number, int) else None


def read_range(key: str, text: str) -> ValueRange:
    """`0.2..0.5` (both included), `0.2..<0.5`, `0.2..`, `..0.5` or `1` as a range."""
    low_text, dots, high_text = text.partition("..")
    excludes_high = high_text.startswith("<")
    low = _number(low_text, text)
    high = _number(high_text.removeprefix("<"), text) if dots else low
    if low is None and high is None:
        raise forms.ValidationError(f'The range "{text}" of {key} has no number; write it like 0.2..0.5.')
    if low is not None and high is not None and low > high:
        raise forms.ValidationError(f'The range "{text}" of {key} is empty: {low:g} is above {high:g}.')
    return ValueRange(key, low, high, excludes_high=excludes_high)


def _number(text: str, whole: str) -> float | None:
    if not text.strip():
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise forms.ValidationError(f'"{text}" in "{whole}" is not a number; write a range like 0.2..0.5.')
    return number


def _metadata(key: str, value: str) -> tuple[str, str]:
    if not key or "\x00" in key + value:
        raise forms.ValidationError("A metadata filter needs a key and a value without zero characters.")
    return key, value
