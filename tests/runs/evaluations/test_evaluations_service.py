"""Saved recipes: every change is a new version, and what could never start is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, EvalHubError, Invalid, NotAllowed
from runs.choices import Sampling
from runs.models import DatasetVersion, Evaluation, EvaluationVersion, Target
from runs.services.evaluations import (
    EvaluationRecipe,
    RecipeMetric,
    archive_evaluation,
    create_evaluation,
    newest_version,
    recipe_of,
    restore_evaluation,
    revise_evaluation,
)
from tests.factories import builtin, make_dataset, make_metric, make_target, make_version


def test_an_evaluation_keeps_all_of_its_recipe_in_version_1(
    evaluation: Evaluation, recipe: EvaluationRecipe, target: Target
) -> None:
    version = newest_version(evaluation)
    assert (version.number, evaluation.key, evaluation.tags) == (1, "nightly", ["nightly"])
    assert recipe_of(version) == replace(recipe, targets=(target,), metrics=tuple(recipe.metrics))


def test_every_change_is_a_new_version_and_the_old_one_stays(
    evaluation: Evaluation, recipe: EvaluationRecipe, alice: User
) -> None:
    second = revise_evaluation(evaluation, recipe=replace(recipe, name="Weekly", num_samples=2), by=alice)
    assert (second.number, second.num_samples, Evaluation.objects.get().name) == (2, 2, "Weekly")
    first = EvaluationVersion.objects.get(number=1)
    assert (first.name, first.num_samples) == ("Nightly", None)


@pytest.mark.parametrize(
    "change",
    [
        {"description": "else"},
        {"long_description": "# else"},
        {"sampling": Sampling.RANDOM},
        {"repeats": 3},
        {"star_metric": None},
        {"star_threshold": 0.9},
        {"star_threshold_percent": 80},
        {"tasks": [{"key": "t", "task_key": "equals"}]},
        {"config_spec": [{"type": "int", "key": "n"}]},
    ],
)
def test_each_part_of_a_recipe_counts_as_a_change(
    evaluation: Evaluation, recipe: EvaluationRecipe, alice: User, change: dict[str, Any]
) -> None:
    assert revise_evaluation(evaluation, recipe=replace(recipe, **change), by=alice).number == 2


def test_the_order_the_weight_and_the_threshold_of_metrics_count(
    evaluation: Evaluation, recipe: EvaluationRecipe, alice: User
) -> None:
    first, second = recipe.metrics
    turned = replace(recipe, metrics=[second, first])
    assert revise_evaluation(evaluation, recipe=turned, by=alice).number == 2
    heavier = replace(recipe, metrics=[second, replace(first, weight=3.0)])
    assert revise_evaluation(evaluation, recipe=heavier, by=alice).number == 3


def test_the_same_content_makes_no_new_version(evaluation: Evaluation, recipe: EvaluationRecipe, alice: User) -> None:
    same = replace(recipe, name="  Nightly ")
    assert revise_evaluation(evaluation, recipe=same, by=alice).number == 1
    assert evaluation.versions.count() == 1


def test_tags_change_without_a_new_version(evaluation: Evaluation, recipe: EvaluationRecipe, alice: User) -> None:
    assert revise_evaluation(evaluation, recipe=recipe, by=alice, tags=["a", " a", "b", ""]).number == 1
    assert Evaluation.objects.get().tags == ["a", "b"]


def test_names_that_make_the_same_key_get_a_number(project: Project, recipe: EvaluationRecipe, alice: User) -> None:
    keys = [create_evaluation(project=project, recipe=recipe, by=alice).key for _ in range(3)]
    assert keys == ["nightly", "nightly-2", "nightly-3"]


def test_a_key_that_is_asked_for_must_be_free(project: Project, recipe: EvaluationRecipe, alice: User) -> None:
    create_evaluation(project=project, recipe=recipe, by=alice, key="mine")
    with pytest.raises(Conflict, match='with the key "mine"'):
        create_evaluation(project=project, recipe=recipe, by=alice, key="mine")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "name_invalid"),
        ({"dataset": None}, "dataset_missing"),
        ({"metrics": []}, "metric_missing"),
        ({"num_samples": 0}, "samples_too_few"),
        ({"repeats": 0}, "repeats_out_of_range"),
        ({"repeats": 101}, "repeats_out_of_range"),
        ({"star_threshold_percent": 101}, "percent_out_of_range"),
    ],
)
def test_a_recipe_that_cannot_work_is_refused(
    project: Project, recipe: EvaluationRecipe, alice: User, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        create_evaluation(project=project, recipe=replace(recipe, **change), by=alice)
    assert refused.value.code == code
    assert not Evaluation.objects.exists()


def test_the_star_is_one_of_the_metrics(project: Project, recipe: EvaluationRecipe, alice: User) -> None:
    other = builtin("levenshtein").metric
    with pytest.raises(Invalid, match=r"not among the chosen ones \(contains, equals\)"):
        create_evaluation(project=project, recipe=replace(recipe, star_metric=other), by=alice)


def test_a_metric_is_chosen_once_and_weighs_nothing_less_than_nothing(
    project: Project, recipe: EvaluationRecipe, alice: User
) -> None:
    metric = make_metric(key="mine", scorer="equals", project=project).metric
    for metrics in ([RecipeMetric(metric), RecipeMetric(metric)], [RecipeMetric(metric, weight=-1.0)]):
        with pytest.raises(Invalid):
            create_evaluation(project=project, recipe=replace(recipe, metrics=metrics, star_metric=None), by=alice)


def test_what_a_recipe_names_belongs_to_its_project(
    project: Project, recipe: EvaluationRecipe, alice: User, charlie: User
) -> None:
    elsewhere = Project.objects.create(team=charlie.memberships.get().team, key="else", name="Else")
    foreign = make_dataset(project=elsewhere)
    for change in ({"dataset": foreign}, {"targets": [make_target(project=elsewhere)]}):
        with pytest.raises(Invalid, match="belongs to another project"):
            create_evaluation(project=project, recipe=replace(recipe, **change), by=alice)


def test_a_fixed_version_is_one_of_the_dataset(
    project: Project, recipe: EvaluationRecipe, alice: User, version: DatasetVersion
) -> None:
    other = make_version(dataset=make_dataset(project=project, name="Other"), rows=[{"input": "x"}])
    with pytest.raises(Invalid, match="is no version of Questions"):
        create_evaluation(project=project, recipe=replace(recipe, dataset_version=other), by=alice)
    kept = create_evaluation(project=project, recipe=replace(recipe, dataset_version=version), by=alice)
    assert newest_version(kept).dataset_version == version


def test_an_archived_evaluation_leaves_the_list_and_comes_back(evaluation: Evaluation, bob: User) -> None:
    archive_evaluation(evaluation, by=bob)
    assert not Evaluation.objects.for_list().exists()
    restore_evaluation(evaluation, by=bob)
    assert Evaluation.objects.for_list().exists()


def test_a_viewer_may_change_nothing(evaluation: Evaluation, recipe: EvaluationRecipe, viewer: User) -> None:
    for attempt in (
        lambda: create_evaluation(project=evaluation.project, recipe=recipe, by=viewer),
        lambda: revise_evaluation(evaluation, recipe=recipe, by=viewer),
        lambda: archive_evaluation(evaluation, by=viewer),
        lambda: restore_evaluation(evaluation, by=viewer),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_bad_tag_or_key_is_refused_and_nothing_is_written(
    project: Project, recipe: EvaluationRecipe, alice: User
) -> None:
    for fields in ({"tags": ["x" * 81]}, {"key": "!"}):
        with pytest.raises(EvalHubError):
            create_evaluation(project=project, recipe=recipe, by=alice, **fields)
    assert not Evaluation.objects.exists()
