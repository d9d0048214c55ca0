"""Datasets by the API."""

from __future__ import annotations

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, User
from runs.models import Dataset
from tests.api.conftest import Caller
from tests.factories import make_dataset


def _of(project: Project) -> str:
    return f"/api/v1/projects/{project.uuid}/datasets/"


def _address(dataset: Dataset) -> str:
    return f"/api/v1/datasets/{dataset.uuid}/"


def test_the_list_leaves_out_archived_datasets_and_finds_one_by_name(project: Project, bob_calls: APIClient) -> None:
    make_dataset(project=project, name="Gone", archived_at=project.created_at)
    for name in ("Questions", "Others"):
        make_dataset(project=project, name=name)
    assert [one["name"] for one in bob_calls.get(_of(project)).json()["results"]] == ["Others", "Questions"]
    assert [one["name"] for one in bob_calls.get(f"{_of(project)}?name=Questions").json()["results"]] == ["Questions"]


def test_bob_makes_a_dataset_and_is_told_where_it_is(project: Project, bob_calls: APIClient) -> None:
    answer = bob_calls.post(_of(project), {"name": "Refunds", "description": "Hard ones."}, format="json")
    dataset = Dataset.objects.get(name="Refunds")
    assert (answer.status_code, answer["Location"]) == (201, f"http://testserver{_address(dataset)}")
    assert bob_calls.get(answer["Location"]).json() == answer.json()
    assert (dataset.key, dataset.description, dataset.created_by) == ("refunds", "Hard ones.", dataset.created_by)


def test_a_name_in_use_is_refused(project: Project, bob_calls: APIClient) -> None:
    make_dataset(project=project, name="Questions")
    second = make_dataset(project=project, name="Second")
    assert bob_calls.post(_of(project), {"name": "Questions"}, format="json").json()["code"] == "dataset_exists"
    assert bob_calls.patch(_address(second), {"name": "Questions"}, format="json").status_code == 409


def test_bob_changes_what_he_names_and_nothing_else(project: Project, bob_calls: APIClient) -> None:
    dataset = make_dataset(project=project, description="Kept")
    answer = bob_calls.patch(_address(dataset), {"tags": ["gold", " gold", "en"]}, format="json").json()
    assert (answer["name"], answer["description"], answer["tags"]) == ("Questions", "Kept", ["gold", "en"])


def test_an_archived_dataset_is_in_no_list_and_still_read(project: Project, bob_calls: APIClient) -> None:
    dataset = make_dataset(project=project)
    assert bob_calls.delete(_address(dataset)).status_code == 204
    assert bob_calls.get(_of(project)).json()["results"] == []
    assert bob_calls.get(_address(dataset)).json()["archived_at"]
    assert bob_calls.post(_of(project), {"name": "Questions"}, format="json").status_code == 201


def test_a_viewer_reads_and_changes_nothing(project: Project, viewer_calls: APIClient) -> None:
    dataset = make_dataset(project=project)
    assert viewer_calls.get(_address(dataset)).status_code == 200
    assert viewer_calls.post(_of(project), {"name": "Mine"}, format="json").status_code == 403
    assert viewer_calls.patch(_address(dataset), {"name": "Mine"}, format="json").status_code == 403
    assert viewer_calls.delete(_address(dataset)).status_code == 403


def test_charlie_does_not_learn_that_the_dataset_exists(project: Project, charlie_calls: APIClient) -> None:
    dataset = make_dataset(project=project)
    missing = charlie_calls.get(f"/api/v1/datasets/{uuid4()}/").json()
    assert charlie_calls.get(_address(dataset)).json() == missing
    assert charlie_calls.delete(_address(dataset)).status_code == 404
    assert charlie_calls.get(_of(project)).status_code == 404


def test_a_key_of_another_project_does_not_reach_it(bob: User, project: Project, caller: Caller) -> None:
    other = Project.objects.create(team=project.team, key="second", name="Second")
    dataset = make_dataset(project=other)
    assert caller(bob, project=project).get(_address(dataset)).status_code == 404


@pytest.mark.parametrize("body", [{}, {"name": " "}, {"name": "x" * 201}, [], {"name": "x\x00"}])
def test_a_bad_body_makes_nothing(project: Project, bob_calls: APIClient, body: object) -> None:
    assert bob_calls.post(_of(project), body, format="json").status_code == 400
    assert not Dataset.objects.exists()


@pytest.mark.parametrize(
    "body", [r'{"name": "\ud800"}', r'{"name": "x", "more": "\u0000"}', '{"a": 1e999}', '{"a": NaN}']
)
def test_what_the_database_cannot_keep_is_refused_at_the_door(
    project: Project, bob_calls: APIClient, body: str
) -> None:
    refused = bob_calls.post(_of(project), body.encode(), content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "parse_error")


def test_deep_nesting_is_refused(project: Project, bob_calls: APIClient) -> None:
    refused = bob_calls.post(_of(project), b"[" * 200_000, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "parse_error")


def test_emoji_written_as_two_halves_are_kept(project: Project, bob_calls: APIClient) -> None:
    body = rb'{"name": "\ud83d\ude00"}'
    assert bob_calls.post(_of(project), body, content_type="application/json").json()["name"] == "\U0001f600"
