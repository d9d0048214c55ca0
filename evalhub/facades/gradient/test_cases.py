"""Test cases: saved evaluations, their metrics and stars, told by this vendor's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid
from evalhub.facades.gradient.account import Account
from evalhub.facades.gradient.translate.words import VENDOR_METRICS
from metrics.catalogue import HOSTED_KEYS
from metrics.models import Metric
from runs.models import Dataset, DatasetVersion, Evaluation, EvaluationVersion
from runs.services.evaluations import (
    EvaluationRecipe,
    RecipeMetric,
    create_evaluation,
    newest_version,
    recipe_of,
    revise_evaluation,
)

USUAL_PERCENT = 80


def listed_metrics(account: Account) -> list[Metric]:
    """The metrics that hosted services are known for, then those of this vendor, then those of the team."""
    listed = HOSTED_KEYS.union(VENDOR_METRICS)
    usable = Metric.objects.usable_in(account.home).runnable()
    return sorted(
        (metric for metric in usable if not metric.is_builtin or metric.key in listed),
        key=lambda metric: (not metric.is_builtin, metric.key not in HOSTED_KEYS, metric.pk),
    )


@transaction.atomic
def create_test_case(account: Account, fields: Mapping[str, Any]) -> Evaluation:
    """Save a test case. Raises `NotAllowed`, and `Invalid` for anything unknown that it names."""
    dataset = account.named(account.datasets(), fields["dataset_uuid"], "dataset")
    workspace = account.named_workspace(
        uuid=fields.get("workspace_uuid", ""), name=fields.get("agent_workspace_name", "")
    )
    if workspace is None:  # what lies in a project can be used only there
        workspace = account.default_workspace() if dataset.project.is_library else dataset.project
    metrics = _metrics(workspace, fields["metrics"])
    recipe = EvaluationRecipe(
        name=fields["name"],
        description=fields.get("description", ""),
        dataset=dataset,
        dataset_version=_contents(dataset),
        metrics=[RecipeMetric(metric) for metric in metrics],
        **_star(fields.get("star_metric", {}), metrics),
    )
    return create_evaluation(project=workspace, recipe=recipe, by=account.person)


@transaction.atomic
def update_test_case(account: Account, evaluation: Evaluation, changes: Mapping[str, Any]) -> EvaluationVersion:
    """Make the next version, with what is named changed. Raises as `create_test_case`."""
    if changes.get("test_case_uuid", str(evaluation.uuid)) != str(evaluation.uuid):
        raise Invalid("uuid_differs", "The test_case_uuid in the body is not the one in the address.")
    recipe = recipe_of(newest_version(evaluation))
    plain = {name: changes[name] for name in ("name", "description") if name in changes}
    recipe = replace(recipe, **plain)
    if "dataset_uuid" in changes:
        dataset = account.named(account.datasets(), changes["dataset_uuid"], "dataset")
        recipe = replace(recipe, dataset=dataset, dataset_version=_contents(dataset))
    if "metrics" in changes:
        metrics = [RecipeMetric(metric) for metric in _metrics(evaluation.project, changes["metrics"])]
        recipe = replace(recipe, metrics=metrics)
    if "star_metric" in changes:
        star = changes["star_metric"]
        if not (star.get("metric_uuid") or star.get("name")) and recipe.star_metric:
            star = {**star, "name": recipe.star_metric.key}
        recipe = replace(recipe, **_star(star, [each.metric for each in recipe.metrics]))
    return revise_evaluation(evaluation, recipe=recipe, by=account.person, even_if_same=True)


def _contents(dataset: Dataset) -> DatasetVersion:
    """Datasets do not change in this vendor's world, so a test case stays with the contents it was made for."""
    version = dataset.versions.order_by("-number").first()
    if version is None:
        raise Invalid("dataset_empty", f'Dataset "{dataset}" has no rows yet.', field="dataset_uuid")
    return version


def _metrics(workspace: Project, named: Sequence[str]) -> list[Metric]:
    """The metrics by their ids or keys, in the order given."""
    usable = list(Metric.objects.usable_in(workspace).runnable())
    known = {metric.key: metric for metric in usable} | {str(metric.uuid): metric for metric in usable}
    unknown = next((one for one in named if one not in known), None)
    if unknown is not None:
        raise Invalid("metric_unknown", f'There is no metric "{unknown}".', field="metrics")
    return [known[one] for one in named]


def _star(star: Mapping[str, Any], metrics: Sequence[Metric]) -> dict[str, Any]:
    """The parts of a recipe that say what counts as a pass."""
    given = {name: value for name, value in star.items() if value not in (None, "")}
    named = given.get("metric_uuid") or given.get("name")
    found = [metric for metric in metrics if named in {None, str(metric.uuid), metric.key}]
    if not found:
        raise Invalid("star_unknown", f'The star metric "{named}" is not among the metrics.', field="star_metric")
    threshold, percent = given.get("success_threshold"), given.get("success_threshold_pct")
    if threshold is None and percent is None:
        percent = USUAL_PERCENT
    return {"star_metric": found[0], "star_threshold": threshold, "star_threshold_percent": percent}
