"""Makers of scored runs over one dataset version, so that they can be followed from one to the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from evalhub.accounts.models import Project
from runs.choices import BatchState, RunState
from runs.execution.closing import close_run
from runs.insights.computing import compute_insights
from runs.models import DatasetVersion, Insight, Run, RunBatch
from runs.packing import rebuild_columns
from tests.factories import make_dataset, make_run, make_version
from tests.runs.scored_runs import Answer, make_metric_of, write_answer

QUALITY: Mapping[str, Mapping[str, Any]] = {"quality": {"threshold": 0.5, "kind": "judge", "category": "quality"}}


def make_questions(project: Project, metadata: Sequence[Mapping[str, Any]]) -> DatasetVersion:
    """A version with an item for each row of metadata, and the census that a load would have made."""
    rows = [{"input": f"question {place}", "key": f"q{place}", "metadata": row} for place, row in enumerate(metadata)]
    version = make_version(dataset=make_dataset(project=project), rows=rows)
    for key in dict.fromkeys(key for row in metadata for key in row):
        counts = Counter(str(row[key]) for row in metadata if key in row)
        version.metadata_keys[key] = {
            "items": counts.total(),
            "values": [list(pair) for pair in counts.most_common(50)],
            "has_more": len(counts) > 50,
        }
    version.save(update_fields=["metadata_keys"])
    return version


def score(
    version: DatasetVersion,
    answers: Sequence[Answer],
    *,
    metrics: Mapping[str, Mapping[str, Any]] = QUALITY,
    repeats: int = 1,
    **fields: Any,
) -> Run:
    """A closed run, whose insights are wanted; repeats of an item one after another."""
    run = make_run(
        version=version, item_count=len(answers), repeats=repeats, state=RunState.SCORING, **{"name": "run", **fields}
    )
    run_metrics = {key: make_metric_of(run, key, dict(told)) for key, told in metrics.items()}
    items = list(version.items.order_by("ordinal"))
    for place, answer in enumerate(answers):
        write_answer(run, items[place // repeats], answer, run_metrics=run_metrics, repeat=place % repeats)
    RunBatch.objects.create(run=run, number=0, start=0, stop=len(answers), state=BatchState.DONE)
    rebuild_columns(run)
    assert close_run(run.pk)
    return Run.objects.get(pk=run.pk)


def computed(run: Run) -> dict[str, Insight]:
    """The run's insights by their keys, computed now."""
    assert compute_insights(run.pk)
    return {insight.key: insight for insight in Insight.objects.filter(run=run)}
