"""Test cases with all that is told of them, read in as many queries for many as for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from runs.models import DatasetVersion, Evaluation, EvaluationVersion, Run


@dataclass(frozen=True, slots=True)
class ShownTestCase:
    """A test case at one of its versions; `contents` is None where it names no dataset."""

    evaluation: Evaluation
    version: EvaluationVersion
    contents: DatasetVersion | None
    total_runs: int
    newest_runs: int


def shown_test_cases(evaluations: Sequence[Evaluation], *, number: int | None = None) -> list[ShownTestCase]:
    """The test cases at version `number`, else at their newest; those without such a version are left out."""
    versions = _versions(evaluations, number)
    newest = versions if number is None else _versions(evaluations, None)
    contents = _newest_contents(list(versions.values()))
    runs = _run_counts(evaluations)
    return [
        ShownTestCase(
            evaluation=evaluation,
            version=version,
            contents=version.dataset_version or contents.get(version.dataset_id),
            total_runs=sum(runs.get(evaluation.pk, {}).values()),
            newest_runs=runs.get(evaluation.pk, {}).get(newest[evaluation.pk].pk, 0),
        )
        for evaluation in evaluations
        if (version := versions.get(evaluation.pk))
    ]


def _versions(evaluations: Sequence[Evaluation], number: int | None) -> dict[int, EvaluationVersion]:
    versions = EvaluationVersion.objects.complete().filter(evaluation__in=evaluations)
    if number is not None:
        versions = versions.filter(number=number)
    newest = versions.order_by("evaluation_id", "-number").distinct("evaluation_id")
    return {version.evaluation_id: version for version in newest}


def _newest_contents(versions: Sequence[EvaluationVersion]) -> dict[int | None, DatasetVersion]:
    """Of datasets whose version is chosen only when a run starts."""
    open_ones = [version.dataset for version in versions if version.dataset and not version.dataset_version]
    return {found.dataset_id: found for found in DatasetVersion.objects.newest_of_each(open_ones)}


def _run_counts(evaluations: Sequence[Evaluation]) -> dict[int, dict[int, int]]:
    """Test case to version to the number of runs."""
    runs = Run.objects.filter(execution__evaluation_version__evaluation__in=evaluations, deleted_at=None).order_by()
    counted = runs.values_list(
        "execution__evaluation_version__evaluation_id", "execution__evaluation_version_id"
    ).annotate(number=Count("pk"))
    counts: dict[int, dict[int, int]] = {}
    for evaluation_id, version_id, number in counted:
        counts.setdefault(evaluation_id, {})[version_id] = number
    return counts
