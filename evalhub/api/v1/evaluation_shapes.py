"""Evaluations as programs say them and are told of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from evalhub.accounts.models import Project, User
from evalhub.api.v1.run_requests import MetricIn, find_target, find_version, measure, metric_choices
from evalhub.core.errors import Invalid
from runs.choices import CachePolicy, RunState, Sampling
from runs.models import DatasetVersion, Evaluation, EvaluationVersion, Execution
from runs.services.evaluations import EvaluationRecipe, RecipeMetric, recipe_metrics
from runs.services.run_words import LONGEST_NAME, LONGEST_TAG
from runs.services.runs import MOST_REPEATS

_PLAIN_FIELDS = ("name", "description", "long_description", "num_samples", "repeats")


class EvaluationIn(serializers.Serializer[Any]):
    """A recipe to be saved."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    description = serializers.CharField(required=False, allow_blank=True)
    long_description = serializers.CharField(required=False, allow_blank=True, help_text="Markdown.")
    dataset = serializers.CharField(help_text="Id or key.")
    version = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The newest at each start, unless given.",
    )
    targets = serializers.ListField(child=serializers.UUIDField(), required=False)
    metrics = serializers.ListField(child=MetricIn(), min_length=1)
    star = serializers.CharField(required=False, allow_blank=True, help_text="The metric that decides.")
    star_threshold = measure(required=False, allow_null=True)
    num_samples = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**31 - 1)
    sampling = serializers.ChoiceField(choices=Sampling.choices, default=Sampling.HEAD)
    repeats = serializers.IntegerField(default=1, min_value=1, max_value=MOST_REPEATS)
    cache_policy = serializers.ChoiceField(choices=CachePolicy.choices, default=CachePolicy.REUSE)
    tags = serializers.ListField(child=serializers.CharField(max_length=LONGEST_TAG), required=False)


class NewEvaluationIn(EvaluationIn):
    """A recipe to be saved for the first time."""

    key = serializers.SlugField(max_length=250, required=False, help_text="Made from the name unless given.")


def recipe_said(said: Mapping[str, Any], *, project: Project) -> EvaluationRecipe:
    """The recipe as services take it. Raises `Invalid` for what the project does not have."""
    version = find_version(said["dataset"], said.get("version"), project=project)
    metrics = _metrics(said, project, version)
    star = next((each for name, each in metrics.items() if name == said.get("star")), None)
    if said.get("star") and star is None:
        raise Invalid("star_unknown", f'The star metric "{said["star"]}" is not among the chosen ones.', field="star")
    return EvaluationRecipe(
        dataset=version.dataset,
        dataset_version=version if said.get("version") else None,
        targets=[find_target(target, project=project) for target in said.get("targets", ())],
        metrics=list(metrics.values()),
        star_metric=star.metric if star else None,
        star_threshold=said.get("star_threshold") if star else None,
        sampling=Sampling(said["sampling"]),
        cache_policy=CachePolicy(said["cache_policy"]),
        **{name: said[name] for name in _PLAIN_FIELDS if name in said},
    )


def _metrics(said: Mapping[str, Any], project: Project, version: DatasetVersion) -> dict[str, RecipeMetric]:
    """The metrics by the key that the caller uses; parts of composites, which come along, by their own."""
    choices = metric_choices(said["metrics"], project)
    found = recipe_metrics(choices, project=project, version=version)
    named = [choice.key for choice in choices] + [each.metric.key for each in found[len(choices) :]]
    return dict(zip(named, found, strict=True))


class RecipeMetricOut(serializers.Serializer[Any]):
    """A metric of a recipe."""

    key = serializers.CharField(source="metric.key")
    name = serializers.CharField(source="metric.name")
    threshold = serializers.FloatField(allow_null=True)
    weight = serializers.FloatField()


class EvaluationVersionOut(serializers.Serializer[EvaluationVersion]):
    """One state of a recipe."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()
    long_description = serializers.CharField()
    dataset = serializers.SerializerMethodField()
    dataset_version = serializers.SerializerMethodField(help_text="None: the newest at each start.")
    targets = serializers.SerializerMethodField()
    metrics = RecipeMetricOut(many=True)
    star = serializers.SerializerMethodField()
    star_threshold = serializers.FloatField(allow_null=True)
    star_threshold_percent = serializers.IntegerField(allow_null=True)
    num_samples = serializers.IntegerField(allow_null=True)
    sampling = serializers.ChoiceField(choices=Sampling.choices)
    repeats = serializers.IntegerField()
    cache_policy = serializers.ChoiceField(choices=CachePolicy.choices)
    tasks = serializers.JSONField()
    created_at = serializers.DateTimeField()

    def get_dataset(self, version: EvaluationVersion) -> str | None:
        return str(version.dataset.uuid) if version.dataset else None

    def get_dataset_version(self, version: EvaluationVersion) -> int | None:
        return version.dataset_version.number if version.dataset_version else None

    def get_targets(self, version: EvaluationVersion) -> list[str]:
        return [str(target.uuid) for target in version.targets.all()]

    def get_star(self, version: EvaluationVersion) -> str:
        return version.star_metric.key if version.star_metric else ""


class EvaluationOut(serializers.Serializer[Evaluation]):
    """An evaluation by name; what it does stands in its versions."""

    id = serializers.UUIDField(source="uuid")
    project = serializers.UUIDField(source="project.uuid")
    key = serializers.CharField()
    name = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    archived_at = serializers.DateTimeField(allow_null=True)


class EvaluationDetailOut(EvaluationOut):
    """An evaluation with its newest version."""

    newest = EvaluationVersionOut()


def evaluation_told(evaluation: Evaluation, newest: EvaluationVersion) -> dict[str, Any]:
    return {**EvaluationOut(evaluation).data, "newest": EvaluationVersionOut(newest).data}


class ExecutionOut(serializers.Serializer[Execution]):
    """One start of an evaluation."""

    id = serializers.UUIDField(source="uuid")
    project = serializers.UUIDField(source="project.uuid")
    evaluation = serializers.SerializerMethodField(help_text="None where it is deleted.")
    version = serializers.SerializerMethodField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=RunState.choices)
    author = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_evaluation(self, execution: Execution) -> str | None:
        version = execution.evaluation_version
        return str(version.evaluation.uuid) if version else None

    def get_version(self, execution: Execution) -> int | None:
        return execution.evaluation_version.number if execution.evaluation_version else None

    def get_author(self, execution: Execution) -> str:
        return _name_of(execution.created_by)


def _name_of(person: User | None) -> str:
    return str(person or "")
