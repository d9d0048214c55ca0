"""What the bar above the item table prints: search, choices to filter and group by, and the filters in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from runs.figures import value_of
from runs.filters import METRIC_PREFIX, ItemFilters, ScoreCondition, TextField, ValueRange
from runs.forms.address import ItemAddress
from runs.forms.items import METADATA_PREFIX, REVIEW_CHOICES, STATUS_PREFIX, ItemTableForm
from runs.models import Run, RunMetric


@dataclass(frozen=True, slots=True)
class Link:
    """A choice in the page and the address that makes it."""

    label: str
    href: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Pill:
    """A filter in force and the address without it."""

    label: str
    value: str
    remove_href: str


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """A field that the search may look in."""

    name: str
    label: str
    is_chosen: bool


class FilterBar:
    """The bar of one address. A form carries along what it does not ask itself, in `…_hidden`."""

    conditions = tuple(ScoreCondition)
    review_choices = REVIEW_CHOICES

    def __init__(self, run: Run, form: ItemTableForm, address: ItemAddress) -> None:
        self.form = form
        self.address = address
        self.filters: ItemFilters = form.filters()
        self.metrics: list[RunMetric] = list(run.run_metrics.all())
        self.metadata = metadata_choices(run)

    @property
    def categories(self) -> list[RunMetric]:
        """The metrics whose values are words, which no range can ask for."""
        return [metric for metric in self.metrics if metric.labels]

    @property
    def quick_hidden(self) -> list[tuple[str, str]]:
        return self.address.hidden("q", "in", "failing")

    @property
    def added_hidden(self) -> list[tuple[str, str]]:
        return self.address.hidden("review", "error", "disagree")

    @property
    def page_hidden(self) -> list[tuple[str, str]]:
        return self.address.hidden()

    def fields(self) -> list[FieldChoice]:
        return [FieldChoice(field.value, field.value.title(), field in self.filters.within) for field in TextField]

    @property
    def within(self) -> str:
        chosen = self.filters.within
        return "all texts" if len(chosen) == len(TextField) else ", ".join(chosen)

    @property
    def has_filters(self) -> bool:
        return bool(self.pills())

    def pills(self) -> list[Pill]:
        return list(self._pills())

    def _pills(self) -> Iterator[Pill]:
        filters = self.filters
        if filters.text:
            yield self._pill("Text", f"“{filters.text}” in {', '.join(filters.within)}", "q", "in")
        if filters.is_failing:
            yield self._pill("Result", "failing", "failing")
        if filters.has_error:
            yield self._pill("Result", "with an error", "error")
        yield from self._score_pills()
        for key, value in filters.metadata:
            href = self.address.without(METADATA_PREFIX + key, value)
            yield Pill(key, value, str(href))
        for name, label in self.form.sets.items():
            yield Pill("Set", label, str(self.address.without("set", name)))
        if filters.review:
            yield self._pill("Review", dict(REVIEW_CHOICES)[filters.review], "review")
        if filters.disagrees:
            yield self._pill("Review", "score and person disagree", "disagree")

    def _score_pills(self) -> Iterator[Pill]:
        filters, metrics = self.filters, {metric.key: metric for metric in self.metrics}
        for wanted in filters.ranges:
            metric = metrics[wanted.key]
            yield self._pill(metric.name, range_in_words(metric, wanted), METRIC_PREFIX + wanted.key)
        for key, condition in filters.statuses:
            yield self._pill(metrics[key].name, condition.value, STATUS_PREFIX + key)

    def _pill(self, label: str, value: str, *names: str) -> Pill:
        return Pill(label, value, str(self.address.filtered(dict.fromkeys(names))))

    @property
    def clear_href(self) -> str:
        return str(self.address.cleared())

    def group_choices(self) -> list[Link]:
        """Metadata keys that the items can be grouped by, and none."""
        keys = ["", *(key for key, _ in self.metadata)]
        return [
            Link(key or "No groups", str(self.address.changed({"group": key or None})), key == self.form.group_key)
            for key in keys
        ]


def metadata_choices(run: Run) -> list[tuple[str, Sequence[tuple[str, int]]]]:
    """The metadata keys of the run's items with their most frequent values and counts.

    Pairs and no dictionary: in a template a key of somebody's data that is called "items" would stand for all of them.
    """
    known = run.dataset_version.metadata_keys.items()
    return [(key, [(value, count) for value, count in facts["values"]]) for key, facts in known if facts["values"]]


def range_in_words(metric: RunMetric, wanted: ValueRange) -> str:
    """A range as a pill says it: `0.25 to 0.30`, `40.0 % to 60.0 %`, `yes`, `anger`."""
    low, high = value_of(metric, wanted.low), value_of(metric, wanted.high)
    if wanted.low == wanted.high:
        return low
    if wanted.low is None:
        return f"up to {high}"
    if wanted.high is None:
        return f"from {low}"
    return f"{low} to {'below ' if wanted.excludes_high else ''}{high}"
