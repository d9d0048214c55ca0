"""Nobody reaches the runs of another team, and a key reaches no more than it is held to."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from evalhub.accounts.choices import Role
from evalhub.accounts.models import ApiKey, Project, User
from evalhub.accounts.services import create_team
from evalhub.api.run_urls import patterns
from runs.choices import QueueKind, QueueRule
from runs.models import Comment, Evaluation, Execution, Review, ReviewQueue, ReviewTask, Run
from runs.services.evaluations import EvaluationRecipe, RecipeMetric, create_evaluation, newest_version
from runs.services.executions import start_evaluation
from tests.api.conftest import Caller
from tests.factories import builtin, make_target
from tests.runs.scored_runs import Answer, make_scored_run

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def places(project: Project, alice: User) -> dict[str, Any]:
    """One of each thing that an address may name."""
    run = make_scored_run(project=project, answers=[Answer(scores={"tone": 0.5})], metrics={"tone": {}})
    recipe = EvaluationRecipe(
        name="Nightly",
        dataset=run.dataset,
        targets=[make_target(project=project, name="other")],
        metrics=[RecipeMetric(builtin("json_valid").metric)],
    )
    evaluation = create_evaluation(project=project, recipe=recipe, by=alice)
    run.dataset_version.with_output = 1
    run.dataset_version.save(update_fields=["with_output"])
    execution = start_evaluation(newest_version(evaluation), by=alice)
    run_item = run.run_items.get()
    queue = ReviewQueue.objects.create(
        project=project, name="A or B", rule=QueueRule.ALL, kind=QueueKind.PAIRS, run=run, candidate=run
    )
    return {
        "project_id": project.uuid,
        "run_id": run.uuid,
        "comment_id": Comment.objects.create(run=run, run_item=run_item, author=alice, body="Hm.").pk,
        "queue_id": queue.uuid,
        "task_id": ReviewTask.objects.create(queue=queue, run=run, run_item=run_item, position=0).pk,
        "release_id": project.releases.create(name="2.1").uuid,
        "label_id": project.labels.create(name="wrong tone").pk,
        "evaluation_id": evaluation.uuid,
        "execution_id": execution.uuid,
        "ordinal": 0,
        "metric": "tone",
        "file_format": "csv",
    }


def _calls(places: dict[str, Any]) -> list[tuple[str, str]]:
    """Every method of every address of runs and of what belongs to them."""
    return [
        (method, reverse(f"api:{pattern.name}", kwargs={name: places[name] for name in pattern.pattern.converters}))
        for pattern in patterns
        for method in METHODS
        if hasattr(pattern.callback.view_class, method)  # type: ignore[attr-defined]  # as every class-based view
    ]


def _answers(client: APIClient, places: dict[str, Any]) -> dict[tuple[str, str], int]:
    answers = {}
    for method, address in _calls(places):
        body: dict[str, object] | None = None if method == "get" else {}
        answers[method, address] = getattr(client, method)(address, body, format="json").status_code
    return answers


def _state() -> tuple[object, ...]:
    """What nobody without the right may change."""
    runs = list(Run.objects.order_by("id").values_list("id", "name", "state", "is_baseline", "deleted_at"))
    evaluations = list(Evaluation.objects.values_list("id", "archived_at"))
    return runs, evaluations, list(Execution.objects.values_list("id", "state")), Review.objects.count()


def test_charlie_does_not_learn_that_anything_exists(places: dict[str, Any], charlie_calls: APIClient) -> None:
    before = _state()
    answers = _answers(charlie_calls, places)
    assert len(answers) > 30
    assert {call: status for call, status in answers.items() if status != 404} == {}
    assert _state() == before


def test_nobody_comes_in_without_a_key(places: dict[str, Any]) -> None:
    assert set(_answers(APIClient(), places).values()) == {401}


def test_a_key_of_another_project_reaches_nothing(
    places: dict[str, Any], project: Project, alice: User, caller: Caller
) -> None:
    other = Project.objects.create(team=project.team, key="second", name="Second")
    before = _state()
    answers = _answers(caller(alice, project=other), places)
    assert {call: status for call, status in answers.items() if status != 404} == {}
    assert _state() == before


def test_a_key_of_another_team_reaches_nothing(places: dict[str, Any], alice: User, caller: Caller) -> None:
    calls = caller(alice)
    other = create_team(name="Second", owner=alice)
    ApiKey.objects.update(team=other)
    assert set(_answers(calls, places).values()) == {404}


def test_a_viewer_reads_everything_and_changes_nothing(places: dict[str, Any], viewer_calls: APIClient) -> None:
    _assert_reads_only(viewer_calls, places)


def test_a_key_of_a_viewers_role_reads_everything_and_changes_nothing(
    places: dict[str, Any], alice: User, caller: Caller
) -> None:
    _assert_reads_only(caller(alice, role=Role.VIEWER), places)


def _assert_reads_only(client: APIClient, places: dict[str, Any]) -> None:
    before = _state()
    answers = _answers(client, places)
    # There is no judge's call, and no schedule; a body without what is needed may be refused before the right is asked.
    missing = ("/judge-calls/", "/schedule/")
    for (method, address), status in answers.items():
        if any(part in address for part in missing):
            assert status in {400, 403, 404}, (method, address)
        elif method == "get" and "/review-tasks/" not in address:  # work that waits for a reviewer
            assert status == 200, (method, address)
        else:
            assert status in {400, 403}, (method, address)
    assert _state() == before
