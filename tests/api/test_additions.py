"""Items of a run that become items of a dataset, over REST."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, User
from runs.models import Dataset, Run
from runs.services.reviews import correct_output
from tests.runs.scored_runs import Answer, make_scored_run


@pytest.fixture
def run(project: Project) -> Run:
    answers = [Answer(input=f"question {place}", output="No") for place in range(3)]
    return make_scored_run(project=project, answers=answers, metrics={})


@pytest.fixture
def path(run: Run) -> str:
    return f"/api/v1/runs/{run.uuid}/additions/"


def test_items_go_into_a_new_dataset_and_what_is_there_is_not_added_twice(
    bob_calls: APIClient, path: str, run: Run, bob: User
) -> None:
    correct_output(
        run.run_items.select_related("run__project__team").get(ordinal=2), text="Yes", seen_version=0, by=bob
    )
    first = bob_calls.post(path, {"items": [0, 2, 2], "new_dataset": "Hard ones"}, format="json")
    told = first.json()
    assert (first.status_code, told["version"], told["added"], told["duplicates"]) == (201, 1, [0, 2], [])
    dataset = Dataset.objects.get(name="Hard ones")
    assert told["dataset"] == str(dataset.uuid)
    items = dataset.versions.get().items.order_by("ordinal").values_list("input", "expected")
    assert list(items) == [("question 0", None), ("question 2", "Yes")]
    again = bob_calls.post(path, {"items": [1, 2], "dataset": told["dataset"]}, format="json")
    assert (again.status_code, again.json()["version"], again.json()["added"]) == (201, 2, [1])
    nothing = bob_calls.post(path, {"items": [1], "dataset": told["dataset"]}, format="json")
    assert (nothing.status_code, nothing.json()["duplicates"]) == (200, [1])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"items": [0]}, "dataset_unclear"),
        ({"items": [], "new_dataset": "x"}, "invalid"),
        ({"items": [7], "new_dataset": "x"}, "item_not_answered"),
        ({"items": [0], "new_dataset": " "}, "invalid"),
    ],
)
def test_what_cannot_be_added_leaves_nothing(bob_calls: APIClient, path: str, body: dict[str, Any], code: str) -> None:
    refused = bob_calls.post(path, body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert Dataset.objects.count() == 1


def test_a_dataset_elsewhere_is_not_found_and_only_editors_add(
    bob_calls: APIClient, viewer_calls: APIClient, charlie_calls: APIClient, path: str, project: Project
) -> None:
    other = Project.objects.create(team=project.team, key="other", name="Other")
    foreign = Dataset.objects.create(project=other, key="theirs", name="Theirs")
    body = {"items": [0], "dataset": str(foreign.uuid)}
    for calls, status in ((bob_calls, 404), (viewer_calls, 403), (charlie_calls, 404)):
        assert calls.post(path, body, format="json").status_code == status
