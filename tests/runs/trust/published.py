"""Loading published judgements through the product: rows of a file become a version, a run over its scores, reviews."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from evalhub.accounts.models import Project, User
from metrics.choices import MetricKind
from metrics.models import Metric
from runs.choices import CompareAs
from runs.models import JudgeTrust, Run
from runs.services.datasets import create_dataset, store_rows
from runs.services.judge_trust import ReferenceDraft, set_reference
from runs.services.row_runs import given_choices
from runs.services.runs import RunRequest, create_run
from runs.services.targets import recorded_target
from runs.trust.measuring import measure_project
from tests.runs.execution.judged import work

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason=f"no published judgements: {DATA} is missing")


def rows_of(folder: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of each file by its name."""
    return {
        path.stem: [json.loads(line) for line in path.read_text().splitlines()]
        for path in sorted((DATA / folder).glob("*.jsonl"))
    }


def load_run(project: Project, by: User, *, name: str, rows: Sequence[dict[str, Any]], sources: Sequence[str]) -> Run:
    """A run over the recorded outputs with the judges' verdicts named, worked to its end."""
    kept = [
        {
            **{part: row[part] for part in ("input", "output", "human") if part in row},
            "key": row["id"],
            "given_scores": {source: row["judge"][source] for source in sources if source in row.get("judge", {})},
        }
        for row in rows
    ]
    version = store_rows(dataset=create_dataset(project=project, name=name, by=by), rows=kept, by=by).version
    target = recorded_target(project=project, name=name, version="1", by=by)
    request = RunRequest(project=project, version=version, target=target, metrics=given_choices(version), name=name)
    return work(create_run(request, by=by))


def judge_named(project: Project, source: str) -> Metric:
    return Metric.objects.get(team=project.team, kind=MetricKind.IMPORTED, name=source)


def people_named(project: Project, source: str) -> Metric:
    return Metric.objects.get(team=project.team, kind=MetricKind.HUMAN, name=source)


def measured(
    project: Project, by: User, *, judge: str, people: str, compare_as: CompareAs | None = None, **draft: Any
) -> JudgeTrust:
    """The measurement of the judge's verdicts against people's, as a person would ask for it on the page."""
    metric = judge_named(project, judge)
    reference = ReferenceDraft(human_metric=people_named(project, people), compare_as=compare_as, **draft)
    set_reference(project, metric=metric, draft=reference, by=by)
    measure_project(project.pk)
    return JudgeTrust.objects.get(project=project, metric=metric)
