"""Composites in a run: their parts come along, and they are scored after them."""

from __future__ import annotations

from typing import Any

import pytest

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Invalid
from metrics.choices import MetricKind
from metrics.definitions import MetricDefinition
from metrics.models import Metric
from metrics.services import MetricDraft, create_metric
from runs.choices import RunState
from runs.execution import closing, working
from runs.models import Run, Score
from runs.services.runs import MetricChoice, RunRequest, create_run, rescore_run
from tests.factories import make_dataset, make_target, make_version
from tests.runs.execution.scenes import assert_whole

ROWS: list[dict[str, Any]] = [
    {"input": "a", "expected": "4", "output": "It is 4"},
    {"input": "b", "expected": "4", "output": "It is 5"},
    {"input": "c", "expected": "4", "output": "4"},
    {"input": "d", "output": "4"},
    {"input": "e", "expected": "4"},
]


@pytest.fixture
def good(project: Project, alice: User) -> Metric:
    parts = [{"key": "numeric_closeness"}, {"key": "length", "threshold": 3}]
    definition = MetricDefinition(definition={"rule": "all_of", "parts": parts})
    draft = MetricDraft(name="Good", kind=MetricKind.COMPOSITE, definition=definition)
    return create_metric(team=project.team, draft=draft, by=alice)


def queue(project: Project, by: User, *choices: MetricChoice, star: str = "") -> Run:
    request = RunRequest(
        project=project,
        version=make_version(dataset=make_dataset(project=project), rows=ROWS),
        target=make_target(project=project),
        metrics=choices,
        star=star,
    )
    return create_run(request, by=by)


def work(run: Run) -> Run:
    working.start_run(run.pk)
    for batch_id in run.batches.values_list("id", flat=True):
        working.execute_batch(batch_id)
    closing.close_run(run.pk)
    return Run.objects.get(pk=run.pk)


def said(run: Run, key: str) -> list[float | str | None]:
    """What the metric says of each item, in order: a value, or why there is none."""
    scores = Score.objects.filter(run=run, run_metric__key=key).order_by("run_item__ordinal")
    return [score.reason or score.value for score in scores]


def test_parts_that_nobody_chose_are_measured_along_without_weight(project: Project, bob: User, good: Metric) -> None:
    run = queue(project, bob, MetricChoice(key="good"), MetricChoice(key="length", weight=2), star="good")
    assert [(each.key, each.weight) for each in run.run_metrics.all()] == [
        ("good", 1.0),
        ("length", 2.0),
        ("numeric_closeness", 0.0),
    ]


def test_every_item_gets_the_score_that_its_parts_make(project: Project, bob: User, good: Metric) -> None:
    run = work(queue(project, bob, MetricChoice(key="good"), star="good"))
    assert run.state == RunState.PARTIAL
    assert said(run, "numeric_closeness") == [1.0, 0.0, 1.0, "expected_missing", "output_missing"]
    assert said(run, "good") == [0.0, 0.0, 1.0, "part_missing", "part_missing"]
    third = Score.objects.get(run=run, run_metric__key="good", run_item__ordinal=2)
    assert third.explanation == (
        "All of the parts have to pass. Passed: numeric_closeness 1 (wanted ≥ 0.7), length 1 (wanted ≤ 3). "
        "Failed: none."
    )
    assert_whole(run)
    assert run.run_metrics.get(key="good").mean == pytest.approx(1 / 3)
    assert run.overall == pytest.approx(1 / 3)


def test_a_composite_added_later_is_made_of_the_scores_that_are_there(
    project: Project, bob: User, good: Metric
) -> None:
    run = work(queue(project, bob, MetricChoice(key="numeric_closeness"), MetricChoice(key="length")))
    before = set(run.run_metrics.values_list("id", "key"))
    rescore_run(run, metrics=[MetricChoice(key="good")], by=bob)
    run = work(run)
    assert before < set(run.run_metrics.values_list("id", "key"))
    assert said(run, "good") == [0.0, 0.0, 1.0, "part_missing", "part_missing"]
    assert_whole(run)


def test_a_part_measured_again_takes_its_composite_along(project: Project, bob: User, good: Metric) -> None:
    run = work(queue(project, bob, MetricChoice(key="good"), star="good"))
    wide = MetricChoice(key="numeric_closeness", parameters={"absolute_tolerance": 1})
    rescore_run(run, metrics=[wide, MetricChoice(key="equals")], by=bob)
    run = work(run)
    assert said(run, "numeric_closeness") == [1.0, 1.0, 1.0, "expected_missing", "output_missing"]
    assert said(run, "good") == [0.0, 0.0, 1.0, "part_missing", "part_missing"]
    assert run.run_metrics.get(key="good").is_star
    assert_whole(run)


def test_parameters_of_project_and_run_reach_the_scorer_and_stay_with_the_run(project: Project, bob: User) -> None:
    numeric = Metric.objects.get(team=None, key="numeric_closeness")
    project.project_metrics.create(metric=numeric, parameters={"absolute_tolerance": 5, "relative_tolerance": 0})
    choice = MetricChoice(key="numeric_closeness", parameters={"absolute_tolerance": 1})
    run = work(queue(project, bob, choice))
    assert said(run, "numeric_closeness")[:3] == [1.0, 1.0, 1.0]
    metric = run.run_metrics.get()
    assert metric.parameters == {"absolute_tolerance": 1, "relative_tolerance": 0}
    assert "up to 1 is allowed" in Score.objects.get(run=run, run_item__ordinal=1).explanation


def test_parameters_that_cannot_be_used_stop_the_run_before_it_starts(project: Project, bob: User) -> None:
    with pytest.raises(Invalid, match="absolute_tolerance"):
        queue(project, bob, MetricChoice(key="numeric_closeness", parameters={"absolute_tolerence": 1}))
    assert not Run.objects.exists()


def test_a_field_is_looked_for_in_items_without_an_output_too(project: Project, bob: User) -> None:
    choices = (MetricChoice(key="completeness", parameters={"field": "expected"}), MetricChoice(key="latency"))
    run = work(queue(project, bob, *choices))
    assert said(run, "completeness") == [1.0, 1.0, 1.0, 0.0, 1.0]
    assert said(run, "latency") == ["latency_missing"] * 5
