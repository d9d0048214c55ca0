"""The bodies that this vendor's client sends, as they are checked; every error in them is the caller's."""

from __future__ import annotations

import math
from typing import Any

from rest_framework import serializers

from evalhub.facades.gradient.translate.words import DATASET_TYPES, RETRIEVAL_METHODS


def _text(**options: Any) -> serializers.CharField:
    return serializers.CharField(**{"required": False, "allow_blank": True, "allow_null": True, **options})


def _texts() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), required=False, allow_null=True)


def _flag() -> serializers.BooleanField:
    return serializers.BooleanField(required=False, allow_null=True)


class FiniteField(serializers.FloatField):
    """A number; neither infinite nor none."""

    def to_internal_value(self, data: Any) -> float:  # noqa: ANN401  # whatever was sent
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class UploadIn(serializers.Serializer[Any]):
    """One file to be uploaded; its size comes as text or as a number."""

    file_name = serializers.CharField(max_length=300)
    file_size = serializers.IntegerField(required=False, allow_null=True, min_value=0)


class UploadsIn(serializers.Serializer[Any]):
    """Files to be uploaded."""

    files = UploadIn(many=True, allow_empty=False)


class UploadedIn(serializers.Serializer[Any]):
    """A file that was uploaded."""

    original_file_name = serializers.CharField(max_length=300)
    size_in_bytes = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    stored_object_key = serializers.CharField(max_length=300)


class DatasetIn(serializers.Serializer[Any]):
    """A dataset to be made of an uploaded file."""

    name = serializers.CharField(max_length=190)
    dataset_type = serializers.ChoiceField(DATASET_TYPES, required=False, allow_null=True)
    file_upload_dataset = UploadedIn()


class StarIn(serializers.Serializer[Any]):
    """The metric that decides, and from where on it passes."""

    metric_uuid = _text()
    name = _text()
    success_threshold = FiniteField(required=False, allow_null=True)
    success_threshold_pct = serializers.IntegerField(required=False, allow_null=True, min_value=0, max_value=100)


class MetricsField(serializers.Field[list[str], Any, Any, Any]):
    """Ids or keys of metrics, as a list or inside `{"metric_uuids": […]}`."""

    default_error_messages = {"invalid": "Name at least one metric, by its id or its key."}

    def to_internal_value(self, data: Any) -> list[str]:  # noqa: ANN401  # whatever was sent
        named = data.get("metric_uuids") if isinstance(data, dict) else data
        if not isinstance(named, list) or not named or not all(isinstance(one, str) and one for one in named):
            self.fail("invalid")
        return named


class TestCaseIn(serializers.Serializer[Any]):
    """A test case to be made."""

    name = serializers.CharField(max_length=250)
    description = _text(max_length=1000)
    dataset_uuid = serializers.CharField()
    metrics = MetricsField()
    star_metric = StarIn(required=False, allow_null=True)
    workspace_uuid = _text()
    agent_workspace_name = _text()


class TestCaseChange(serializers.Serializer[Any]):
    """What is to be different in the next version of a test case."""

    test_case_uuid = _text()
    name = serializers.CharField(max_length=250, required=False, allow_null=True)
    description = _text(max_length=1000)
    dataset_uuid = serializers.CharField(required=False, allow_null=True)
    metrics = MetricsField(required=False, allow_null=True)
    star_metric = StarIn(required=False, allow_null=True)


class RunsIn(serializers.Serializer[Any]):
    """A start of a test case, one run for each agent."""

    test_case_uuid = serializers.CharField()
    agent_uuids = _texts()
    agent_deployment_names = _texts()
    run_name = _text(max_length=250)


class AgentChange(serializers.Serializer[Any]):
    """What is to be different in an agent; what EvalHub has no use for is kept and given back."""

    uuid = _text()
    name = serializers.CharField(max_length=200, required=False, allow_null=True)
    description = _text()
    instruction = _text(trim_whitespace=False)
    model_uuid = _text()
    region = _text(max_length=100)
    project_id = _text(max_length=100)
    tags = serializers.ListField(child=serializers.CharField(max_length=80), required=False, allow_null=True)
    workspace_uuid = _text()
    k = serializers.IntegerField(required=False, allow_null=True, min_value=0)
    max_tokens = serializers.IntegerField(required=False, allow_null=True, min_value=1)
    temperature = FiniteField(required=False, allow_null=True)
    top_p = FiniteField(required=False, allow_null=True)
    retrieval_method = serializers.ChoiceField(RETRIEVAL_METHODS, required=False, allow_null=True)
    provide_citations = _flag()
    conversation_logs_enabled = _flag()


class AgentIn(AgentChange):
    """An agent to be made."""

    name = serializers.CharField(max_length=200)


class WorkspaceChange(serializers.Serializer[Any]):
    """What is to be different in a workspace."""

    workspace_uuid = _text()
    name = serializers.CharField(max_length=200, required=False, allow_null=True)
    description = _text()


class WorkspaceIn(serializers.Serializer[Any]):
    """A workspace to be made, and the agents that move into it."""

    name = serializers.CharField(max_length=200)
    description = _text()
    agent_uuids = _texts()


class AgentsMove(serializers.Serializer[Any]):
    """Agents that move into a workspace."""

    workspace_uuid = _text()
    agent_uuids = serializers.ListField(child=serializers.CharField(), allow_empty=False)
