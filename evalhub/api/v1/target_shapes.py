"""The shapes of targets, and of a question put to one."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from runs.choices import TargetKind
from runs.models import Target
from runs.targets.answer import Answer
from runs.targets.http_endpoint import PATH_NAMES
from runs.targets.http_request import METHODS

_MOST_TEXT = 100_000
_PathsIn = type(
    "PathsIn",
    (serializers.Serializer,),
    {
        "__doc__": "Where in a reply things stand, as JSONPath.",
        "__module__": __name__,
        **{name: serializers.CharField(max_length=500, required=False, allow_blank=True) for name in PATH_NAMES},
    },
)


class HttpRequestIn(serializers.Serializer[Any]):
    """How an HTTP endpoint is asked, and where its reply holds the answer."""

    method = serializers.ChoiceField(choices=METHODS, default=METHODS[0])
    path = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    headers = serializers.DictField(child=serializers.CharField(allow_blank=True), required=False)
    key_header = serializers.CharField(max_length=100, required=False, allow_blank=True)
    body = serializers.JSONField(required=False, allow_null=True, help_text="With placeholders such as {{ input }}.")
    paths = _PathsIn(required=False)


class TargetOut(serializers.ModelSerializer[Target]):
    """A target as it is now."""

    id = serializers.UUIDField(source="uuid")
    project = serializers.UUIDField(source="project.uuid")
    connection = serializers.UUIDField(source="connection.uuid", allow_null=True, default=None)
    parameters = serializers.DictField()
    request = serializers.DictField()

    class Meta:
        model = Target
        fields = (
            *("id", "project", "name", "version", "version_hash", "description", "tags", "kind", "connection", "model"),
            *("system_message", "template", "parameters", "request", "created_at", "updated_at", "deleted_at"),
        )


class TargetChange(serializers.Serializer[Any]):
    """What is to be different; what is not named stays, and what the kind does not use is not kept."""

    name = serializers.CharField(max_length=200, required=False)
    version = serializers.CharField(max_length=200, required=False, allow_blank=True)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=80), required=False, max_length=100)
    kind = serializers.ChoiceField(choices=TargetKind.choices, required=False)
    connection = serializers.UUIDField(required=False, allow_null=True)
    model = serializers.CharField(max_length=200, required=False, allow_blank=True)
    system_message = serializers.CharField(max_length=_MOST_TEXT, required=False, allow_blank=True)
    template = serializers.CharField(max_length=_MOST_TEXT, required=False, allow_blank=True)
    parameters = serializers.DictField(required=False, help_text="Of a chat model, such as temperature.")
    request = HttpRequestIn(required=False)

    def validate_kind(self, kind: str) -> TargetKind:
        return TargetKind(kind)


class TargetIn(TargetChange):
    """A target to be made."""

    name = serializers.CharField(max_length=200)


class QuestionIn(serializers.Serializer[Any]):
    """One question to try a target out with."""

    input = serializers.CharField(max_length=_MOST_TEXT)
    # The name is one of a serializer's own attributes, too.
    context = serializers.ListField(required=False, max_length=1000)  # type: ignore[assignment]
    metadata = serializers.DictField(required=False)


class TryOutOut(serializers.Serializer[Answer]):
    """What a target made of a question; without an output, why there is none."""

    output = serializers.CharField(allow_null=True)
    context = serializers.ListField(allow_null=True)  # type: ignore[assignment]  # as above
    trace = serializers.JSONField(allow_null=True)
    input_tokens = serializers.IntegerField(allow_null=True)
    output_tokens = serializers.IntegerField(allow_null=True)
    milliseconds = serializers.IntegerField(allow_null=True)
    cost = serializers.FloatField(allow_null=True, help_text="US dollars.")
    error_code = serializers.CharField()
    error_message = serializers.CharField()
