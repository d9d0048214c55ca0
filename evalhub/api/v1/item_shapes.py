"""Run items as programs are told of them: what was asked and answered, and every score."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from metrics.choices import ScoreStatus
from runs.choices import ItemState, ReviewState
from runs.exporters.rows import ExportRow, ScoreRow


class ScoreOut(serializers.Serializer[ScoreRow]):
    """What one metric said of the item. `reason` is the code of why there is no value."""

    status = serializers.ChoiceField(choices=ScoreStatus.choices)
    value = serializers.FloatField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]  # the metaclass takes fields out of the class
    passed = serializers.BooleanField(allow_null=True)
    reason = serializers.CharField()
    explanation = serializers.CharField()
    judge_model = serializers.CharField()
    input_tokens = serializers.IntegerField(allow_null=True)
    output_tokens = serializers.IntegerField(allow_null=True)
    cost = serializers.FloatField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    is_cached = serializers.BooleanField()


class RunItemOut(serializers.Serializer[ExportRow]):
    """An item as answered in a run, with its scores by the key of their metric."""

    ordinal = serializers.IntegerField()
    repeat = serializers.IntegerField()
    key = serializers.CharField()
    state = serializers.ChoiceField(choices=ItemState.choices)
    input = serializers.CharField()
    output = serializers.CharField()
    expected = serializers.JSONField(allow_null=True)
    context = serializers.JSONField(allow_null=True)  # type: ignore[assignment]  # the metaclass takes fields away
    metadata = serializers.DictField()
    error_code = serializers.CharField()
    error_message = serializers.CharField()
    overall = serializers.FloatField(allow_null=True)
    passed = serializers.BooleanField(allow_null=True)
    latency_ms = serializers.IntegerField(allow_null=True)
    input_tokens = serializers.IntegerField(allow_null=True)
    output_tokens = serializers.IntegerField(allow_null=True)
    cost = serializers.FloatField(allow_null=True)
    review = serializers.ChoiceField(choices=[("", "Not reviewed"), *ReviewState.choices])
    scores = serializers.DictField(child=ScoreOut())


# A hundred thousand items are told without a serializer each, which would take most of the time.
_OF_SCORE = tuple(ScoreOut().fields)
_OF_RUN_ITEM = (
    *("ordinal", "repeat", "state", "output", "error_code", "error_message", "overall", "passed"),
    *("latency_ms", "input_tokens", "output_tokens"),
)
_OF_ITEM = ("key", "input", "expected", "metadata")


def item_told(row: ExportRow) -> dict[str, Any]:
    """The item in the shape of `RunItemOut`."""
    run_item, item = row.run_item, row.run_item.item
    return {
        **{name: getattr(run_item, name) for name in _OF_RUN_ITEM},
        **{name: getattr(item, name) for name in _OF_ITEM},
        "context": row.context,
        "cost": None if run_item.cost is None else float(run_item.cost),
        "review": row.review_state,
        "scores": {key: score_told(score) for key, score in row.scores.items()},
    }


def score_told(score: ScoreRow) -> dict[str, Any]:
    """The score in the shape of `ScoreOut`."""
    told = {name: getattr(score, name) for name in _OF_SCORE}
    told["cost"] = None if score.cost is None else float(score.cost)
    return told
