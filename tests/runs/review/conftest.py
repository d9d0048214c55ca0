"""A scored run with a metric of each kind of value, and one of its items to be reviewed."""

from __future__ import annotations

from typing import Any

import pytest

from evalhub.accounts.models import Project
from metrics.choices import ValueType
from runs.models import Run, RunItem
from tests.runs.scored_runs import Answer, make_scored_run

METRICS: dict[str, dict[str, Any]] = {
    "faithful": {"threshold": 0.7},
    "polite": {"value_type": ValueType.BOOLEAN, "threshold": 1.0},
    "tone": {"value_type": ValueType.CATEGORY, "labels": ["warm", "cold"], "allowed": ["warm"], "threshold": 1.0},
    "share": {"value_type": ValueType.PERCENTAGE},
}


@pytest.fixture
def run(project: Project) -> Run:
    answers = [
        Answer(
            input=f"question {place}",
            output=f"answer {place}",
            scores={"faithful": value, "polite": 1.0, "tone": 0.0, "share": 0.5},
        )
        for place, value in enumerate((0.2, 0.4, 0.9, None))
    ]
    return make_scored_run(project=project, answers=answers, metrics=METRICS)


@pytest.fixture
def run_item(run: Run) -> RunItem:
    return run.run_items.select_related("run__project__team", "item").get(ordinal=0)
