"""Reviews as programs send them and are told of them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from runs.choices import ReviewState
from runs.models import Comment, Review
from runs.services.comments import LONGEST_COMMENT
from runs.services.labels import LONGEST_NAME, MOST_LABELS
from runs.services.review_values import LONGEST_LABEL, LONGEST_NOTE, GivenValue
from runs.services.reviews import LONGEST_OUTPUT

MOST_AT_ONCE = 500


class ReviewStepOut(serializers.Serializer[Any]):
    """One step: who changed which part from what to what; of a value, on which metric."""

    author = serializers.SerializerMethodField()
    field = serializers.CharField()
    metric = serializers.CharField(source="metric.key", default="")
    before = serializers.CharField()
    after = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_author(self, step: Any) -> str:  # noqa: ANN401  # a row of the history
        return str(step.author or "")


class ReviewOut(serializers.Serializer[Review]):
    """Where the review of an item stands; `version` 0 and no state where nobody has looked at it."""

    state = serializers.ChoiceField(choices=[("", "Not reviewed"), *ReviewState.choices])
    version = serializers.IntegerField()
    assignee = serializers.SerializerMethodField()
    labels = serializers.SerializerMethodField()
    corrected_output = serializers.CharField()
    history = ReviewStepOut(source="changes", many=True)

    def get_assignee(self, review: Review) -> str:
        return str(review.assignee or "")

    def get_labels(self, review: Review) -> list[str]:
        return [label.name for label in review.labels.all()] if review.pk else []


class ReviewIn(serializers.Serializer[Any]):
    """What is to change, and the version of the review that it was decided on; 0 where there was none."""

    version = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    state = serializers.ChoiceField(choices=ReviewState.choices, required=False)
    assignee = serializers.EmailField(required=False, allow_blank=True, help_text="A reviewer; empty for nobody.")
    labels = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_NAME),
        required=False,
        max_length=MOST_LABELS,
        help_text="All that are on the item from now on; new ones are made.",
    )
    corrected_output = serializers.CharField(
        required=False, allow_blank=True, trim_whitespace=False, max_length=LONGEST_OUTPUT
    )

    def validate(self, wishes: dict[str, Any]) -> dict[str, Any]:
        if len(wishes) < 2:
            raise serializers.ValidationError("Name what is to change: state, assignee, labels or corrected_output.")
        return wishes


class ReviewReplacement(ReviewIn):
    """A decision, with what else is to change."""

    state = serializers.ChoiceField(choices=ReviewState.choices)


class ValueIn(serializers.Serializer[Any]):
    """A person's value: a number in the metric's unit, or the word of a category."""

    value = serializers.FloatField(required=False, allow_null=True)
    label = serializers.CharField(  # type: ignore[assignment]  # the metaclass takes fields out of the class
        required=False, max_length=LONGEST_LABEL
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_NOTE)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if said.get("value") is None and not said.get("label"):
            raise serializers.ValidationError("Give a value or a label.")
        return said


class ItemValueIn(ValueIn):
    """A person's value of one metric on one item."""

    ordinal = serializers.IntegerField(min_value=0, max_value=2**31 - 1)
    repeat = serializers.IntegerField(min_value=0, max_value=32_767, default=0)
    metric = serializers.CharField(max_length=120)


class ItemValuesIn(serializers.Serializer[Any]):
    """Values on several items; all of them are kept, or none."""

    values = serializers.ListField(child=ItemValueIn(), min_length=1, max_length=MOST_AT_ONCE)


class ItemValuesOut(serializers.Serializer[Any]):
    """Of how many items the values were kept."""

    items = serializers.IntegerField()


class CommentOut(serializers.Serializer[Comment]):
    """A remark."""

    id = serializers.IntegerField()
    author = serializers.SerializerMethodField()
    body = serializers.CharField()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)

    def get_author(self, comment: Comment) -> str:
        return str(comment.author or "")


class CommentIn(serializers.Serializer[Any]):
    """A remark to be made, or what it says from now on; members named with @ are told."""

    body = serializers.CharField(max_length=LONGEST_COMMENT)


def given(metric_key: str, said: dict[str, Any]) -> GivenValue:
    """The value as services take it."""
    return GivenValue(metric_key, said.get("value"), said.get("label", ""), said.get("note", ""))
