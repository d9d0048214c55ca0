"""The shapes of metrics, their revisions, and what a project makes of them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from evalhub.api.numbers import NumberField
from metrics.choices import Category, Direction, MetricKind, Need, ValueType
from metrics.definitions import MetricDefinition
from metrics.models import Metric, MetricRevision
from metrics.project_metrics import MetricSetting

_PARTS = tuple(MetricDefinition.__dataclass_fields__)
_IN_WORDS = "Of a category, in order."


class RevisionOut(serializers.ModelSerializer[MetricRevision]):
    """A frozen definition of a metric."""

    definition = serializers.DictField()

    class Meta:
        model = MetricRevision
        fields = ("number", *_PARTS, "definition_hash", "note", "created_at")


class MetricOut(serializers.ModelSerializer[Metric]):
    """A metric with its current definition; those that ship with EvalHub are of no team."""

    id = serializers.UUIDField(source="uuid")
    team = serializers.SlugField(source="team.slug", allow_null=True, default=None)
    current_revision = RevisionOut(allow_null=True)

    class Meta:
        model = Metric
        fields = (
            *("id", "team", "key", "name", "description", "kind", "category", "current_revision"),
            *("created_at", "archived_at"),
        )


class MetricChange(serializers.Serializer[Any]):
    """What is to be different; what is not named stays."""

    name = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    category = serializers.ChoiceField(choices=Category.choices, required=False)


class RevisionIn(serializers.Serializer[Any]):
    """What is to be different in the metric's definition; what is not named stays."""

    definition = serializers.DictField(
        required=False,
        help_text='Of a heuristic `{"scorer": "contains"}`, of a judge `{"prompt": …, "scale": …}`.',
    )
    direction = serializers.ChoiceField(choices=Direction.choices, required=False)
    value_type = serializers.ChoiceField(choices=ValueType.choices, required=False)
    range_min = NumberField(required=False, allow_null=True)
    range_max = NumberField(required=False, allow_null=True)
    labels = serializers.ListField(
        child=serializers.CharField(max_length=200), required=False, max_length=200, help_text=_IN_WORDS
    )
    allowed = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        max_length=200,
        help_text="Those of the labels that pass.",
    )
    unit = serializers.CharField(max_length=16, required=False, allow_blank=True)
    needs = serializers.ListField(child=serializers.ChoiceField(choices=Need.choices), required=False, max_length=20)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, help_text="What changed and why.")


class MetricIn(RevisionIn):
    """A metric to be made."""

    name = serializers.CharField(max_length=200)
    key = serializers.SlugField(max_length=120, required=False, help_text="Made from the name unless given.")
    description = serializers.CharField(required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=MetricKind.choices)
    category = serializers.ChoiceField(choices=Category.choices, required=False)
    definition = serializers.DictField(help_text=RevisionIn().fields["definition"].help_text)
    note = None  # type: ignore[assignment]  # nothing has changed yet


def definition_fields(wishes: dict[str, Any]) -> dict[str, Any]:
    """The parts of a definition among the wishes, as `MetricDefinition` takes them."""
    found = {name: wishes[name] for name in _PARTS if name in wishes}
    return found | {name: tuple(found[name]) for name in ("labels", "allowed", "needs") if name in found}


class ProjectMetricOut(serializers.Serializer[MetricSetting]):
    """A metric as the project uses it."""

    metric = serializers.UUIDField(source="metric.uuid")
    key = serializers.SlugField(source="metric.key")
    name = serializers.CharField(source="metric.name")
    kind = serializers.ChoiceField(source="metric.kind", choices=MetricKind.choices)
    is_enabled = serializers.BooleanField()
    threshold = serializers.FloatField(allow_null=True, help_text="In the metric's unit; null follows the project's.")
    weight = serializers.FloatField()
    connection = serializers.UUIDField(source="connection.uuid", allow_null=True, default=None)
    judge_model = serializers.CharField()
    parameters = serializers.DictField()


class ProjectMetricChange(serializers.Serializer[Any]):
    """What is to be different in runs to come; what is not named stays."""

    is_enabled = serializers.BooleanField(required=False)
    threshold = NumberField(required=False, allow_null=True)
    weight = NumberField(required=False, min_value=0)
    connection = serializers.UUIDField(
        required=False, allow_null=True, help_text="Of a judge; null: the team's default."
    )
    judge_model = serializers.CharField(max_length=200, required=False, allow_blank=True)
    parameters = serializers.DictField(required=False, help_text="Of a judge's model, or of a heuristic.")
