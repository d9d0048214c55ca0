"""What a run exports as JSON Lines, an import takes back: the items, the outputs and every score."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from evalhub.accounts.models import Project, User
from runs.choices import RunState
from runs.execution import closing, working
from runs.models import Item, Run, Score
from runs.services.runs import MetricChoice, RunRequest, create_run
from runs.services.targets import recorded_target
from tests.runs.datasets.loading import jsonl, load

ROWS: list[dict[str, Any]] = [
    {"id": "a", "input": "Capital?", "output": "Rome", "expected": ["Rome", "Roma"], "metadata": {"level": 1}},
    {"id": "b", "input": "2 + 2", "output": "", "expected": "4", "context": ["Four.", "Five."]},
    {"id": "c", "input": "=SUM(A1)", "output": "<b>\n é", "expected": {"a": [1, None]}, "metadata": {"level": 2.5}},
]
GIVEN = [{"manner": {"score": 0.25, "reason": "Curt.\nVery.", "model": "judge-7b"}}, {"manner": None}, {"manner": 1}]


def run_over(project: Project, content: bytes, *, by: User, name: str, given: list[str]) -> Run:
    version = load(content, project=project, by=by, name=f"{name}.jsonl").version
    assert version is not None
    target = recorded_target(project=project, name="bot", version=name, by=by)
    choices = [MetricChoice(key=key, is_given=True) for key in given]
    run = create_run(RunRequest(project=project, version=version, target=target, metrics=choices), by=by)
    working.start_run(run.pk)
    for batch in run.batches.all():
        working.execute_batch(batch.pk)
    closing.close_run(run.pk)
    run.refresh_from_db()
    assert run.state in {RunState.FINISHED, RunState.PARTIAL}
    return run


def items_of(run: Run) -> list[tuple[Any, ...]]:
    fields = ("key", "input", "output", "expected", "context", "metadata")
    return list(Item.objects.filter(version=run.dataset_version).order_by("ordinal").values_list(*fields))


def scores_of(run: Run) -> list[tuple[Any, ...]]:
    fields = ("run_item__ordinal", "run_metric__key", "value", "explanation", "judge_model")
    return sorted(Score.objects.filter(run=run, value__isnull=False).values_list(*fields))


@pytest.mark.django_db
def test_what_comes_out_goes_in_again_unchanged(
    project: Project, bob: User, client_of: Callable[[User], Client]
) -> None:
    rows = [row | {"judge": given} for row, given in zip(ROWS, GIVEN, strict=True)]
    first = run_over(project, jsonl(*rows), by=bob, name="first", given=["manner"])
    response = client_of(bob).get(reverse("runs:run_export", args=[first.pk, "jsonl"]))
    exported = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    second = run_over(project, exported, by=bob, name="second", given=["manner"])
    assert items_of(second) == items_of(first)
    assert scores_of(second) == scores_of(first)
    assert len(scores_of(second)) == 2
