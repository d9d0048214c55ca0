"""Evaluations, their starts and their times by the API; and how a project stands."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project
from runs.models import DatasetVersion, Evaluation, Execution, Run, Target
from tests.api.runs_at_work import work
from tests.factories import make_dataset, make_target, make_version
from tests.runs.execution.scenes import make_rows
from tests.runs.scored_runs import Answer, make_scored_run


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return make_version(dataset=make_dataset(project=project), rows=make_rows(4))


@pytest.fixture
def target(project: Project) -> Target:
    return make_target(project=project)


@pytest.fixture
def recipe(version: DatasetVersion, target: Target) -> dict[str, Any]:
    return {
        "name": "Nightly",
        "dataset": version.dataset.key,
        "targets": [str(target.uuid)],
        "metrics": [{"key": "contains", "threshold": 0.6, "weight": 2}, "equals"],
        "star": "contains",
        "star_threshold": 0.9,
        "tags": ["night"],
    }


@pytest.fixture
def address(project: Project, recipe: dict[str, Any], bob_calls: APIClient) -> str:
    """Of the evaluation that Bob made."""
    answer = bob_calls.post(f"/api/v1/projects/{project.uuid}/evaluations/", recipe, format="json")
    assert answer.status_code == 201, answer.content
    return str(answer["Location"])


def test_a_recipe_is_saved_and_told(
    project: Project, address: str, version: DatasetVersion, target: Target, bob_calls: APIClient
) -> None:
    told = bob_calls.get(address).json()
    assert (told["key"], told["name"], told["tags"]) == ("nightly", "Nightly", ["night"])
    newest = told["newest"]
    assert (newest["number"], newest["dataset"], newest["dataset_version"]) == (1, str(version.dataset.uuid), None)
    assert (newest["targets"], newest["star"], newest["star_threshold"]) == ([str(target.uuid)], "contains", 0.9)
    assert [(each["key"], each["threshold"], each["weight"]) for each in newest["metrics"]] == [
        ("contains", 0.6, 2.0),
        ("equals", None, 1.0),
    ]
    listed = bob_calls.get(f"/api/v1/projects/{project.uuid}/evaluations/").json()["results"]
    assert [one["id"] for one in listed] == [told["id"]]


def test_a_change_is_a_new_version_and_no_change_is_none(
    address: str, recipe: dict[str, Any], bob_calls: APIClient
) -> None:
    assert bob_calls.put(address, recipe, format="json").json()["newest"]["number"] == 1
    changed = bob_calls.put(address, {**recipe, "repeats": 3, "version": 1}, format="json").json()["newest"]
    assert (changed["number"], changed["repeats"], changed["dataset_version"]) == (2, 3, 1)
    versions = bob_calls.get(f"{address}versions/").json()["results"]
    assert [one["number"] for one in versions] == [2, 1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"metrics": []}, "metrics"),
        ({"metrics": ["equalz"]}, "metrics"),
        ({"star": "levenshtein"}, "star"),
        ({"dataset": "none"}, "dataset"),
        ({"targets": ["00000000-0000-0000-0000-000000000000"]}, "target"),
        ({"key": "a b"}, "key"),
    ],
)
def test_a_bad_recipe_makes_nothing(
    project: Project, recipe: dict[str, Any], bob_calls: APIClient, changes: dict[str, Any], field: str
) -> None:
    refused = bob_calls.post(f"/api/v1/projects/{project.uuid}/evaluations/", {**recipe, **changes}, format="json")
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert not Evaluation.objects.exists()


def test_an_archived_evaluation_is_out_of_the_list(project: Project, address: str, bob_calls: APIClient) -> None:
    assert bob_calls.delete(address).status_code == 204
    assert bob_calls.get(f"/api/v1/projects/{project.uuid}/evaluations/").json()["results"] == []
    assert bob_calls.get(address).json()["archived_at"]


def test_a_start_makes_a_run_for_each_target(address: str, bob_calls: APIClient) -> None:
    answer = bob_calls.post(f"{address}executions/", {"name": "Friday"}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    work(Run.objects.get())
    told = bob_calls.get(f"{answer['Location']}?wait=9")
    assert (told.status_code, told.json()["state"], told.json()["name"]) == (200, "finished", "Friday")
    [run] = told.json()["runs"]
    assert (run["state"], run["metrics"][0]["key"], run["metrics"][0]["threshold"]) == ("finished", "contains", 0.9)
    listed = bob_calls.get(f"{address}executions/").json()["results"]
    assert [one["id"] for one in listed] == [told.json()["id"]]
    again = bob_calls.post(f"{answer['Location']}repetition/")
    assert (again.status_code, Execution.objects.count()) == (202, 2)


def test_a_recorded_start_begins_when_it_is_told_to_and_is_stopped(address: str, bob_calls: APIClient) -> None:
    answer = bob_calls.post(f"{address}executions/", {"waits_for_start": True}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (201, "recorded")
    where = answer["Location"]
    assert bob_calls.post(f"{where}start/").json()["state"] == "queued"
    assert bob_calls.post(f"{where}start/").json()["code"] == "execution_started"
    assert bob_calls.post(f"{where}retry/").json()["code"] == "execution_live"
    assert bob_calls.post(f"{where}cancellation/").status_code in {200, 202}
    assert bob_calls.post(f"{where}cancellation/").json()["code"] == "execution_over"


def test_a_start_sent_twice_is_one(address: str, bob_calls: APIClient) -> None:
    key = {"idempotency-key": "start"}
    for _ in range(2):
        assert bob_calls.post(f"{address}executions/", {}, format="json", headers=key).status_code == 202
    assert Execution.objects.count() == 1


def test_times_are_set_paused_resumed_and_removed(address: str, bob_calls: APIClient) -> None:
    where = f"{address}schedule/"
    assert bob_calls.get(where).status_code == 404
    refused = bob_calls.put(where, {"cron": "* * * * *"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "cron_too_often")
    told = bob_calls.put(where, {"cron": "30 2 * * *", "time_zone": "Europe/Berlin"}, format="json").json()
    assert (told["cron"], told["time_zone"], told["set_by"], told["is_paused"]) == (
        *("30 2 * * *", "Europe/Berlin"),
        *("Bob Baker", False),
    )
    assert told["next_at"]
    assert bob_calls.put(f"{where}pause/").json()["is_paused"] is True
    assert bob_calls.get(where).json()["next_at"] is None
    assert bob_calls.delete(f"{where}pause/").status_code == 204
    assert bob_calls.get(where).json()["is_paused"] is False
    assert bob_calls.delete(where).status_code == 204
    assert bob_calls.get(where).status_code == 404


def test_the_overview_has_the_numbers_of_the_projects_page(project: Project, bob_calls: APIClient) -> None:
    where = f"/api/v1/projects/{project.uuid}/overview/"
    assert bob_calls.get(where).json()["last_run"] is None
    metrics: dict[str, dict[str, Any]] = {"tone": {"threshold": 0.5, "range_min": 0.0, "range_max": 1.0}}
    run = make_scored_run(project=project, answers=[Answer(scores={"tone": 0.4})], metrics=metrics, name="Friday")
    told = bob_calls.get(where).json()
    assert (told["last_run"]["id"], told["grade"], told["is_passing"]) == (str(run.uuid), "F", False)
    [line] = told["metrics"]
    assert (line["key"], line["mean"], line["failing"], line["is_below"]) == ("tone", 0.4, 1, True)
    assert [one["name"] for one in told["history"]] == ["Friday"]
    assert bob_calls.get(f"{where}?dataset={run.dataset.uuid}").json() == told
    assert bob_calls.get(f"{where}?dataset=x").status_code == 400
