"""A dataset with recorded outputs, a target, and an evaluation of the two."""

from __future__ import annotations

from typing import Any

import pytest

from evalhub.accounts.models import Project, User
from runs.models import DatasetVersion, Evaluation, Target
from runs.services.evaluations import EvaluationRecipe, RecipeMetric, create_evaluation
from tests.factories import builtin, make_dataset, make_target, make_version

ROWS: list[dict[str, Any]] = [
    {"input": "a", "output": "A", "expected": "A"},
    {"input": "b", "output": "B and more", "expected": "B"},
    {"input": "c", "output": "wrong", "expected": "C"},
]


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return make_version(dataset=make_dataset(project=project), rows=ROWS)


@pytest.fixture
def target(project: Project) -> Target:
    return make_target(project=project, name="bot")


@pytest.fixture
def recipe(version: DatasetVersion, target: Target) -> EvaluationRecipe:
    contains, equals = builtin("contains").metric, builtin("equals").metric
    return EvaluationRecipe(
        name="Nightly",
        description="Every night",
        dataset=version.dataset,
        targets=[target],
        metrics=[RecipeMetric(contains, threshold=0.6, weight=2.0), RecipeMetric(equals)],
        star_metric=contains,
    )


@pytest.fixture
def evaluation(project: Project, recipe: EvaluationRecipe, alice: User) -> Evaluation:
    return create_evaluation(project=project, recipe=recipe, by=alice, tags=["nightly"])
