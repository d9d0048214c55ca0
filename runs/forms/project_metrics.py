"""Forms about the metrics that a project switches on: all of them in a table, or one with everything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from django import forms
from django.http import QueryDict

from evalhub.accounts.models import Project
from evalhub.connections.models import Connection
from evalhub.core.errors import Invalid
from metrics.choices import MetricKind
from metrics.models import Metric
from metrics.project_metrics import MetricSetting, check_threshold
from runs.forms.fields import ObjectField, json_area

_WEIGHT_ERRORS = {"min_value": "A weight cannot be negative; 0 keeps the metric out of the overall score."}
_LABELS = {"is_enabled": "measure it", "threshold": "threshold", "weight": "weight", "rank": "place in the order"}


class _SettingForm(forms.Form):
    """What both forms of a setting share: a threshold on the metric's scale, and a weight where that counts."""

    setting: MetricSetting

    def _fit(self, *, wanted: float) -> None:
        """Show the threshold that an empty one stands for; a metric without ends enters no overall score."""
        revision = self.setting.metric.current_revision
        if revision is None:
            return
        followed = revision.scale.at_goodness(wanted)
        self.fields["threshold"].widget.attrs["placeholder"] = "" if followed is None else f"{followed:g}"
        if not revision.scale.is_bounded:
            del self.fields["weight"]

    def clean_threshold(self) -> float | None:
        threshold: float | None = self.cleaned_data["threshold"]
        try:
            check_threshold(self.setting.metric, threshold)
        except Invalid as refusal:
            raise forms.ValidationError(refusal.message) from None
        return threshold


class MetricSettingForm(_SettingForm):
    """One metric as the project uses it, in a line."""

    is_enabled = forms.BooleanField(required=False)
    threshold = forms.FloatField(required=False, widget=forms.NumberInput(attrs={"step": "any"}))
    weight = forms.FloatField(
        min_value=0, initial=1.0, widget=forms.NumberInput(attrs={"step": "any"}), error_messages=_WEIGHT_ERRORS
    )
    rank = forms.IntegerField(required=False, min_value=1, max_value=10_000)

    def __init__(self, data: QueryDict | None = None, *, setting: MetricSetting, rank: int, wanted: float) -> None:
        initial = {name: getattr(setting, name) for name in ("is_enabled", "threshold", "weight")}
        super().__init__(data, prefix=f"metric-{setting.metric.key}", initial={**initial, "rank": rank})
        self.setting = setting
        self.place = rank
        self._fit(wanted=wanted)
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{setting.metric.name}: {_LABELS[name]}"

    @property
    def changed(self) -> MetricSetting:
        said = {name: value for name, value in self.cleaned_data.items() if name != "rank"}
        return replace(self.setting, **said)

    @property
    def rank_wanted(self) -> int:
        return self.cleaned_data["rank"] or self.place

    @property
    def metric(self) -> Metric:
        return self.setting.metric


def metric_setting_forms(
    settings: Sequence[MetricSetting], data: QueryDict | None = None, *, wanted: float
) -> list[MetricSettingForm]:
    """A form for each metric, in the order given; `wanted` is the score that thresholds left empty follow."""
    return [
        MetricSettingForm(data, setting=setting, rank=rank, wanted=wanted)
        for rank, setting in enumerate(settings, start=1)
    ]


def changed_settings(setting_forms: Sequence[MetricSettingForm]) -> list[MetricSetting]:
    """What valid forms say, in the order asked for; of two in one place, the one that came from further away is first.

    So "put it at 3" does that, whoever is there already.
    """

    def place(form: MetricSettingForm) -> tuple[int, int]:
        moved = form.rank_wanted - form.place
        return form.rank_wanted, 0 if moved < 0 else 1 if moved == 0 else 2

    return [form.changed for form in sorted(setting_forms, key=place)]


class ProjectMetricForm(_SettingForm):
    """Everything that a project says of one metric."""

    is_enabled = forms.BooleanField(required=False, label="Measure it", help_text="Ticked when a run is made.")
    name = forms.CharField(
        required=False, max_length=200, label="Name in this project", help_text="Left empty, the metric’s own."
    )
    threshold = forms.FloatField(
        required=False,
        label="Threshold",
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text="In the metric’s unit. Left empty, it follows the project’s wanted score.",
    )
    weight = forms.FloatField(
        min_value=0,
        initial=1.0,
        label="Weight",
        error_messages=_WEIGHT_ERRORS,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text="0 keeps it out of the overall score.",
    )
    connection = forms.ModelChoiceField(
        Connection.objects.none(), required=False, label="Judge’s connection", empty_label="The team’s default"
    )
    judge_model = forms.CharField(
        required=False,
        max_length=200,
        label="Judge model",
        help_text="Left empty, what the metric says, else the default model of the connection.",
    )
    parameters = ObjectField(
        required=False,
        label="Parameters",
        help_text="Over those of the metric, as a JSON object.",
        widget=json_area(3, json.dumps({"temperature": 0})),
    )

    def __init__(self, data: QueryDict | None = None, *, setting: MetricSetting, project: Project) -> None:
        initial = {name: getattr(setting, name) for name in self.base_fields}
        super().__init__(data, initial=initial | {"parameters": dict(setting.parameters) or None})
        self.setting = setting
        self._fit(wanted=project.quality_threshold)
        connections = Connection.objects.in_use().filter(team_id=project.team_id)
        cast("forms.ModelChoiceField[Connection]", self.fields["connection"]).queryset = connections
        self.fields["name"].widget.attrs["placeholder"] = setting.metric.name
        if setting.metric.kind != MetricKind.JUDGE:
            del self.fields["connection"], self.fields["judge_model"]
        if setting.metric.kind not in {MetricKind.JUDGE, MetricKind.HEURISTIC}:
            del self.fields["parameters"]

    @property
    def changed(self) -> MetricSetting:
        found: dict[str, Any] = self.cleaned_data
        return replace(self.setting, **found)
