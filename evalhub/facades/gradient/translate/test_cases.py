"""Test cases in this vendor's shape."""

from __future__ import annotations

from typing import Any

from evalhub.facades.gradient.shown_test_cases import ShownTestCase
from evalhub.facades.gradient.translate.metrics import metric_objects
from evalhub.facades.gradient.translate.words import moment, person_fields
from runs.models import Dataset, DatasetVersion, EvaluationVersion


def test_case_object(shown: ShownTestCase) -> dict[str, Any]:
    """The test case as the version has it."""
    evaluation, version = shown.evaluation, shown.version
    dataset = version.dataset
    return {
        "test_case_uuid": str(evaluation.uuid),
        "name": version.name,
        "description": version.description,
        "version": version.number,
        "dataset": dataset_object(dataset, shown.contents) if dataset else None,
        "dataset_uuid": str(dataset.uuid) if dataset else None,
        "dataset_name": dataset.name if dataset else None,
        "metrics": metric_objects([each.metric for each in version.metrics.all()]),
        "star_metric": _star(version),
        "total_runs": shown.total_runs,
        "latest_version_number_of_runs": shown.newest_runs,
        "created_at": moment(evaluation.created_at),
        "updated_at": moment(version.created_at),
        "archived_at": moment(evaluation.archived_at),
        **person_fields(evaluation.created_by, did="created"),
        **person_fields(version.created_by, did="updated"),
    }


def dataset_object(dataset: Dataset, contents: DatasetVersion | None) -> dict[str, Any]:
    """The dataset and what is in it."""
    return {
        "dataset_uuid": str(dataset.uuid),
        "dataset_name": dataset.name,
        "row_count": contents.item_count if contents else 0,
        "has_ground_truth": has_ground_truth(contents),
        "file_size": str(contents.size_bytes if contents else 0),
        "created_at": moment(dataset.created_at),
    }


def has_ground_truth(contents: DatasetVersion | None) -> bool:
    """Whether there is a column for it, be it empty."""
    return contents is not None and (contents.with_expected > 0 or "expected" in contents.mapping)


def _star(version: EvaluationVersion) -> dict[str, Any] | None:
    metric = version.star_metric
    if metric is None:
        return None
    return {
        "metric_uuid": str(metric.uuid),
        "name": metric.key,
        "success_threshold": version.star_threshold,
        "success_threshold_pct": version.star_threshold_percent,
    }
