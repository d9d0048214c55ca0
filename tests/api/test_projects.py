"""Projects by the API."""

from __future__ import annotations

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, Team, User
from evalhub.accounts.services import create_team
from tests.api.conftest import Caller

PROJECTS = "/api/v1/projects/"


def _address(project: Project) -> str:
    return f"{PROJECTS}{project.uuid}/"


def test_the_list_leaves_out_library_and_archived_projects(project: Project, bob_calls: APIClient) -> None:
    gone = Project.objects.create(team=project.team, key="gone", name="Gone", archived_at=project.created_at)
    assert [found["id"] for found in bob_calls.get(PROJECTS).json()["results"]] == [str(project.uuid)]
    assert bob_calls.get(_address(gone)).json()["name"] == "Gone"


def test_a_project_is_found_by_its_key(project: Project, bob_calls: APIClient) -> None:
    Project.objects.create(team=project.team, key="second", name="Second")
    found = bob_calls.get(f"{PROJECTS}?key=support-bot").json()["results"]
    assert [one["name"] for one in found] == ["Support bot"]


def test_bob_makes_a_project_and_is_told_where_it_is(team: Team, bob_calls: APIClient) -> None:
    body = {"name": "Search", "model_name": "small-1", "quality_threshold": 0.8}
    answer = bob_calls.post(PROJECTS, body, format="json")
    project = Project.objects.get(team=team, name="Search")
    assert answer.status_code == 201
    assert answer["Location"] == f"http://testserver{_address(project)}"
    assert answer.json() == bob_calls.get(answer["Location"]).json()
    assert (project.key, project.model_name, project.quality_threshold) == ("search", "small-1", 0.8)


def test_people_of_two_teams_say_which_one(alice: User, team: Team, caller: Caller) -> None:
    browser = APIClient()
    browser.force_authenticate(alice)
    create_team(name="Second", owner=alice)
    refused = browser.post(PROJECTS, {"name": "Search"}, format="json")
    assert (refused.status_code, refused.json()["field"]) == (400, "team")
    assert browser.post(PROJECTS, {"name": "Search", "team": "second"}, format="json").json()["team"] == "second"


def test_a_project_for_a_team_one_is_not_in_is_refused(charlie: User, bob_calls: APIClient) -> None:
    refused = bob_calls.post(PROJECTS, {"name": "Search", "team": "elsewhere"}, format="json")
    assert (refused.status_code, refused.json()["field"]) == (400, "team")


def test_alice_changes_what_she_names_and_nothing_else(project: Project, alice_calls: APIClient) -> None:
    answer = alice_calls.patch(_address(project), {"description": "Answers customers."}, format="json")
    assert answer.status_code == 200
    assert answer.json()["description"] == "Answers customers."
    assert (answer.json()["name"], answer.json()["quality_threshold"]) == ("Support bot", 0.7)


def test_bob_may_not_change_it(project: Project, bob_calls: APIClient) -> None:
    assert bob_calls.patch(_address(project), {"name": "Mine"}, format="json").status_code == 403


def test_a_viewer_reads_and_makes_nothing(project: Project, viewer_calls: APIClient) -> None:
    assert viewer_calls.get(_address(project)).status_code == 200
    assert viewer_calls.post(PROJECTS, {"name": "Mine"}, format="json").status_code == 403


def test_charlie_does_not_learn_that_the_project_exists(project: Project, charlie_calls: APIClient) -> None:
    assert charlie_calls.get(PROJECTS).json() == {"results": [], "next": None}
    missing = charlie_calls.get(f"{PROJECTS}{uuid4()}/").json()
    assert charlie_calls.get(_address(project)).json() == missing
    assert charlie_calls.patch(_address(project), {"name": "Mine"}, format="json").status_code == 404


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 201}, {"name": "x", "quality_threshold": 2}, []])
def test_a_bad_body_makes_nothing(project: Project, bob_calls: APIClient, body: object) -> None:
    assert bob_calls.post(PROJECTS, body, format="json").status_code == 400
    assert Project.objects.for_pages().count() == 1


def test_other_methods_are_not_there(project: Project, alice_calls: APIClient) -> None:
    assert alice_calls.delete(_address(project)).status_code == 405
