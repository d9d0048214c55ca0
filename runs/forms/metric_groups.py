"""The lines of metrics in a form, under the headings of what they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from runs.forms.run_create import MetricChoiceForm


@dataclass(frozen=True, slots=True)
class MetricGroup:
    """Metrics of one kind. Closed while none of them is chosen, so that the form stays short."""

    name: str
    metric_forms: list[MetricChoiceForm]

    @property
    def chosen_count(self) -> int:
        return sum(bool(form["is_chosen"].value()) for form in self.metric_forms)

    @property
    def is_open(self) -> bool:
        return bool(self.chosen_count) or any(form.errors for form in self.metric_forms)


def metric_groups(metric_forms: Sequence[MetricChoiceForm]) -> list[MetricGroup]:
    """The forms by group, both in the order given."""
    return [MetricGroup(name, list(forms)) for name, forms in groupby(metric_forms, lambda form: form.option.group)]
