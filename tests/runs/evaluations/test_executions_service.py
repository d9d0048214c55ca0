"""Starts of an evaluation: a run per target with the recipe frozen, made at once or recorded, stopped and repeated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid, NotAllowed
from metrics.services import imported_metric
from runs.choices import CachePolicy, RunState, Sampling
from runs.models import DatasetVersion, Evaluation, Execution, Run
from runs.services.evaluations import (
    EvaluationRecipe,
    RecipeMetric,
    create_evaluation,
    newest_version,
    revise_evaluation,
)
from runs.services.execution_plan import ExecutionRequest
from runs.services.executions import (
    cancel_execution,
    create_execution,
    rerun_execution,
    retry_execution,
    start_evaluation,
    start_execution,
)
from tests.factories import make_target, make_version


def start(evaluation: Evaluation, by: User) -> Execution:
    return start_evaluation(newest_version(evaluation), by=by)


def state_of(execution: Execution) -> str:
    return Execution.objects.get(pk=execution.pk).state


def test_a_start_makes_one_run_for_each_target(evaluation: Evaluation, project: Project, bob: User) -> None:
    targets = [make_target(project=project, name=name) for name in ("one", "two")]
    execution = start_evaluation(newest_version(evaluation), targets=targets, by=bob)
    runs = list(execution.runs.order_by("id"))
    assert [run.target.name for run in runs] == ["one", "two"]
    assert [run.name for run in runs] == ["Nightly: one", "Nightly: two"]
    assert {run.state for run in runs} == {RunState.QUEUED}
    assert (execution.state, execution.created_by) == (RunState.QUEUED, bob)


def test_a_run_measures_what_the_recipe_says(
    project: Project, recipe: EvaluationRecipe, alice: User, version: DatasetVersion
) -> None:
    own = replace(
        recipe,
        num_samples=2,
        sampling=Sampling.RANDOM,
        repeats=3,
        cache_policy=CachePolicy.NO_CACHE,
        star_threshold=0.9,
    )
    evaluation = create_evaluation(project=project, recipe=own, by=alice, tags=["t"])
    run = start(evaluation, alice).runs.get()
    assert (run.dataset_version, run.num_samples, run.sampling, run.repeats) == (version, 2, "random", 3)
    assert (run.cache_policy, run.tags, run.description) == ("no-cache", ["t"], "Every night")
    measured = [(metric.key, metric.threshold, metric.weight, metric.is_star) for metric in run.run_metrics.all()]
    assert measured == [("contains", 0.9, 2.0, True), ("equals", 0.7, 1.0, False)]


def test_a_threshold_in_percent_is_laid_on_the_range_of_the_metric(
    project: Project, recipe: EvaluationRecipe, alice: User, version: DatasetVersion
) -> None:
    version.given_metrics = [{"key": "rating", "count": 3, "minimum": 1, "maximum": 5, "has_reason": False}]
    version.save()
    rating = imported_metric(team=project.team, source="rating", minimum=1, maximum=5).metric
    own = replace(recipe, metrics=[RecipeMetric(rating)], star_metric=rating, star_threshold_percent=75)
    evaluation = create_evaluation(project=project, recipe=own, by=alice)
    (metric,) = start(evaluation, alice).runs.get().run_metrics.all()
    assert (metric.key, metric.threshold, metric.is_star) == ("rating", 4.0, True)


def test_the_newest_dataset_version_is_taken_unless_one_is_fixed(
    project: Project, evaluation: Evaluation, recipe: EvaluationRecipe, alice: User, version: DatasetVersion
) -> None:
    newer = make_version(dataset=version.dataset, rows=[{"input": "x", "output": "X", "expected": "X"}], number=2)
    assert start(evaluation, alice).runs.get().dataset_version == newer
    fixed = create_evaluation(project=project, recipe=replace(recipe, dataset_version=version), by=alice)
    assert start(fixed, alice).runs.get().dataset_version == version


def test_an_execution_keeps_the_recipe_as_it_was(evaluation: Evaluation, recipe: EvaluationRecipe, alice: User) -> None:
    execution = start(evaluation, alice)
    revise_evaluation(evaluation, recipe=replace(recipe, name="Else", metrics=recipe.metrics[:1]), by=alice)
    frozen = Execution.objects.get(pk=execution.pk).recipe
    assert (frozen["name"], frozen["version"], frozen["evaluation"]["key"]) == ("Nightly", 1, "nightly")
    assert [metric["key"] for metric in frozen["metrics"]] == ["contains", "equals"]
    (run,) = frozen["runs"]
    assert (run["target"]["name"], run["dataset"]["key"], run["dataset"]["version"]) == ("bot", "questions", 1)


def test_when_one_run_cannot_be_made_none_is(evaluation: Evaluation, project: Project, alice: User) -> None:
    asked = make_target(project=project, name="asked", kind="http_endpoint")
    good = make_target(project=project, name="good")
    with pytest.raises(Invalid):
        start_evaluation(newest_version(evaluation), targets=[good, asked], by=alice)
    assert not Run.objects.exists()
    assert not Execution.objects.exists()


def test_without_a_target_nothing_starts(evaluation: Evaluation, alice: User) -> None:
    with pytest.raises(Invalid, match="names no target"):
        start_evaluation(newest_version(evaluation), targets=[], by=alice)


def test_a_recorded_execution_waits_with_its_runs_until_it_is_started(evaluation: Evaluation, alice: User) -> None:
    request = ExecutionRequest(version=newest_version(evaluation), waits_for_start=True)
    execution = create_execution(request, by=alice)
    run = execution.runs.get()
    assert (execution.state, execution.started_at, run.state, run.queued_at) == ("recorded", None, "recorded", None)
    start_execution(execution, by=alice)
    run.refresh_from_db()
    assert (state_of(execution), run.state) == ("queued", "queued")
    assert run.queued_at is not None
    with pytest.raises(Conflict, match="started already"):
        start_execution(execution, by=alice)


def test_what_a_start_says_goes_before_the_recipe(evaluation: Evaluation, alice: User) -> None:
    run_config = {
        "num_samples": 1,
        "subsampling": "random",
        "cache_policy": "update",
        "trials_config": {"num_trials": 2},
    }
    request = ExecutionRequest(version=newest_version(evaluation), run_config=run_config, name="Mine")
    execution = create_execution(request, by=alice)
    run = execution.runs.get()
    assert (run.num_samples, run.sampling, run.cache_policy, run.repeats, run.name) == (
        1,
        "random",
        "update",
        2,
        "Mine",
    )
    assert execution.run_config == run_config


def test_stopping_an_execution_stops_all_of_its_runs(evaluation: Evaluation, project: Project, alice: User) -> None:
    targets = [make_target(project=project, name=name) for name in ("one", "two")]
    execution = start_evaluation(newest_version(evaluation), targets=targets, by=alice)
    cancel_execution(execution, by=alice)
    assert set(execution.runs.values_list("state", flat=True)) == {"cancelling"}
    assert state_of(execution) == "cancelling"


def test_a_recorded_execution_is_cancelled_at_once(evaluation: Evaluation, alice: User) -> None:
    request = ExecutionRequest(version=newest_version(evaluation), waits_for_start=True)
    execution = create_execution(request, by=alice)
    cancel_execution(execution, by=alice)
    assert (state_of(execution), execution.runs.get().state) == ("cancelled", "cancelled")
    with pytest.raises(Conflict, match="nothing to stop"):
        cancel_execution(execution, by=alice)


def test_retrying_takes_up_what_did_not_end_well(evaluation: Evaluation, project: Project, alice: User) -> None:
    targets = [make_target(project=project, name=name) for name in ("one", "two")]
    execution = start_evaluation(newest_version(evaluation), targets=targets, by=alice)
    with pytest.raises(Conflict, match="still running"):
        retry_execution(execution, by=alice)
    execution.runs.filter(target=targets[0]).update(state=RunState.FINISHED)
    execution.runs.filter(target=targets[1]).update(state=RunState.CANCELLED)
    assert retry_execution(execution, by=alice) == 1
    assert list(execution.runs.order_by("id").values_list("state", flat=True)) == ["finished", "queued"]
    execution.runs.update(state=RunState.FINISHED)
    with pytest.raises(Conflict, match="all the scores it can have"):
        retry_execution(execution, by=alice)


def test_rerunning_takes_the_same_version_and_targets(
    evaluation: Evaluation, recipe: EvaluationRecipe, project: Project, alice: User
) -> None:
    other = make_target(project=project, name="other")
    execution = start_evaluation(newest_version(evaluation), targets=[other], by=alice)
    revise_evaluation(evaluation, recipe=replace(recipe, name="Else"), by=alice)
    again = rerun_execution(execution, by=alice)
    assert again.evaluation_version == execution.evaluation_version
    assert again.runs.get().target == other


def test_a_viewer_may_start_and_stop_nothing(evaluation: Evaluation, alice: User, viewer: User) -> None:
    execution = start(evaluation, alice)
    for attempt in (
        lambda: start(evaluation, viewer),
        lambda: start_execution(execution, by=viewer),
        lambda: cancel_execution(execution, by=viewer),
        lambda: retry_execution(execution, by=viewer),
        lambda: rerun_execution(execution, by=viewer),
    ):
        with pytest.raises(NotAllowed):
            attempt()
