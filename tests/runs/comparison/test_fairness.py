"""What the fairness panel says of settings: in which the targets differ, and which the project has changed since."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import Project
from metrics.models import MetricRevision, ProjectMetric
from runs.comparison.compare import compare_runs
from runs.comparison.fairness import Fact, Fairness, conditions_of
from runs.models import Run
from tests.runs.comparison.compared_runs import fetched, make_compared_run, make_questions

METRICS = {"relevance": {"name": "Relevance", "threshold": 0.5, "weight": 2.0}}


@pytest.fixture
def runs(project: Project) -> list[Run]:
    version = make_questions(project, ["a", "b", "c"])
    return [
        make_compared_run(version, {"relevance": [0.1, 0.5, place / 10]}, metrics=METRICS, name=f"Release {place}")
        for place in (1, 2)
    ]


def facts_of(runs: list[Run]) -> dict[str, Fact]:
    return {fact.name: fact for fact in conditions_of(compare_runs(fetched(*runs))).facts}


def test_settings_of_targets_are_listed_one_by_one(runs: list[Run]) -> None:
    shared = {"kind": "chat_model", "version_hash": "x", "uuid": "y", "request": {}}
    for run, temperature, message in zip(runs, (0, 0.7), ("Be brief.", "Be kind.\n" * 20), strict=True):
        settings = {"parameters": {"temperature": temperature, "top_p": 1}, "system_message": message, "name": run.name}
        Run.objects.filter(pk=run.pk).update(target_snapshot=shared | settings)
    fact = facts_of(runs)["Target settings"]
    assert fact.fairness == Fairness.NOTE
    assert fact.shown == (
        "parameters.temperature: 0; system_message: Be brief.",
        "parameters.temperature: 0.7; system_message: a text of 180 characters",
    )


def test_targets_that_are_the_same_are_not_mentioned(runs: list[Run]) -> None:
    Run.objects.update(target_snapshot={"kind": "chat_model", "parameters": {"temperature": 0}})
    assert "Target settings" not in facts_of(runs)


def test_what_the_project_changed_since_is_named_with_both_values(runs: list[Run], project: Project) -> None:
    metric = runs[0].run_metrics.get().revision.metric
    assert not [name for name in facts_of(runs) if "since" in name]
    setting = ProjectMetric.objects.create(project=project, metric=metric, threshold=0.8, weight=1.0)
    runs[0].run_metrics.update(judge_model="judge-1")
    ProjectMetric.objects.filter(pk=setting.pk).update(judge_model="judge-2")
    newer = MetricRevision.objects.create(metric=metric, number=2, definition_hash="newer", definition={"scorer": "x"})
    metric.current_revision = newer
    metric.save(update_fields=["current_revision"])
    found = {name: fact.shown for name, fact in facts_of(runs).items() if "since" in name}
    assert found == {
        "Thresholds changed since": ("Relevance: judged by ≥ 0.50, now 0.8",) * 2,
        "Weights changed since": ("Relevance: weighed 2, now 1",) * 2,
        "Judges changed since": ("Relevance: judged by judge-1, now judge-2", "Relevance: judged by –, now judge-2"),
        "Metrics revised since": ("Relevance: r1, now r2",) * 2,
    }


def test_a_threshold_left_to_the_project_moves_with_the_projects(runs: list[Run], project: Project) -> None:
    metric = runs[0].run_metrics.get().revision.metric
    ProjectMetric.objects.create(project=project, metric=metric, weight=2.0)
    Project.objects.filter(pk=project.pk).update(quality_threshold=0.9)
    assert facts_of(runs)["Thresholds changed since"].shown[0] == "Relevance: judged by ≥ 0.50, now 0.9"


@pytest.mark.parametrize(("second", "is_told"), [([None, 0.4, 0.4], True), ([0.4, 0.4, 0.4], False)])
def test_where_scores_are_missing_the_two_overall_means_are_told_apart(
    project: Project, second: list[float | None], is_told: bool
) -> None:
    version = make_questions(project, ["a", "b", "c"])
    values: dict[str, list[float | str | None]] = {"relevance": [0.9, 0.6, 0.3], "clarity": [*second]}
    runs = [make_compared_run(version, values, metrics={"relevance": {}, "clarity": {}}) for _ in range(2)]
    fact = facts_of(runs).get("Overall on the run's page")
    assert (fact is not None) == is_told
    if fact:
        # (0.6 + 0.4) / 2 of the metrics; of the items, whose first has one score, it is more.
        assert fact.shown == ("0.50", "0.50")
