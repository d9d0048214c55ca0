"""Targets by the API."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, User
from evalhub.accounts.services import create_team
from evalhub.connections.models import Connection
from runs.models import Target
from tests.factories import make_connection, make_target
from tests.stub_endpoint import MODEL, Behaviour, StubEndpoint


@pytest.fixture
def connection(project: Project, stub: StubEndpoint, settings: Settings) -> Connection:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1"]
    return make_connection(team=project.team, base_url=stub.base_url, default_model=MODEL)


def _of(project: Project) -> str:
    return f"/api/v1/projects/{project.uuid}/targets/"


def _address(target: Target) -> str:
    return f"/api/v1/targets/{target.uuid}/"


def _chat(connection: Connection, **fields: Any) -> dict[str, Any]:
    return {"name": "bot", "kind": "chat_model", "connection": str(connection.uuid), **fields}


def test_bob_makes_a_chat_model(project: Project, connection: Connection, bob_calls: APIClient) -> None:
    body = _chat(connection, version="2", tags=["prod"], parameters={"temperature": 0}, template="{{ input }}!")
    answer = bob_calls.post(_of(project), body, format="json")
    assert answer.status_code == 201
    told = answer.json()
    assert {name: told[name] for name in body} == body
    assert (told["project"], len(told["version_hash"])) == (str(project.uuid), 64)
    assert bob_calls.get(answer["Location"]).json() == told
    assert [one["id"] for one in bob_calls.get(f"{_of(project)}?name=bot").json()["results"]] == [told["id"]]
    assert bob_calls.get(f"{_of(project)}?name=other").json()["results"] == []


def test_bob_makes_an_http_endpoint(project: Project, connection: Connection, bob_calls: APIClient) -> None:
    request = {"method": "POST", "path": "/ask", "body": {"q": "{{ input }}"}, "paths": {"answer": "$.text"}}
    body = {"name": "api", "kind": "http_endpoint", "connection": str(connection.uuid), "request": request}
    assert bob_calls.post(_of(project), body, format="json").json()["request"] == request


def test_bob_changes_what_he_names_and_nothing_else(
    project: Project, connection: Connection, bob_calls: APIClient
) -> None:
    made = bob_calls.post(_of(project), _chat(connection, system_message="Be brief."), format="json").json()
    changed = bob_calls.patch(f"/api/v1/targets/{made['id']}/", {"model": "stub-2"}, format="json").json()
    assert (changed["model"], changed["system_message"], changed["name"]) == ("stub-2", "Be brief.", "bot")
    assert changed["version_hash"] != made["version_hash"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "oracle"}, "kind"),
        ({"connection": str(uuid4())}, "connection"),
        ({"connection": None}, "connection"),
        ({"template": "{{ expected }}"}, "template"),
        ({"parameters": {"model": "x"}}, "parameters"),
        ({"parameters": []}, "parameters"),
        ({"kind": "http_endpoint", "request": {"method": "GO"}}, "request.method"),
        ({"kind": "http_endpoint", "request": {"paths": {"answer": "$["}}}, "answer_path"),
    ],
)
def test_settings_that_could_not_work_are_refused_at_their_field(
    project: Project, connection: Connection, bob_calls: APIClient, wrong: dict[str, Any], field: str
) -> None:
    refused = bob_calls.post(_of(project), _chat(connection) | wrong, format="json")
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert not Target.objects.exists()


def test_a_connection_of_another_team_is_as_good_as_none(
    project: Project, charlie: User, connection: Connection, bob_calls: APIClient
) -> None:
    foreign = make_connection(team=create_team(name="Third", owner=charlie), default_model=MODEL)
    refused = bob_calls.post(_of(project), _chat(foreign), format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "connection_unknown")


def test_an_archived_target_is_in_no_list_and_still_read(project: Project, bob_calls: APIClient) -> None:
    target = make_target(project=project)
    assert bob_calls.delete(_address(target)).status_code == 204
    assert bob_calls.get(_of(project)).json()["results"] == []
    assert bob_calls.get(_address(target)).json()["deleted_at"]


def test_a_question_is_answered_and_nothing_is_kept(
    project: Project, connection: Connection, bob_calls: APIClient, stub: StubEndpoint
) -> None:
    stub.behaviour = Behaviour(reply=lambda _: "Because.")
    target = make_target(project=project, kind="chat_model", connection=connection)
    told = bob_calls.post(f"{_address(target)}tryout/", {"input": "Why?"}, format="json").json()
    assert (told["output"], told["error_code"]) == ("Because.", "")
    stub.behaviour = Behaviour(status=400)
    failed = bob_calls.post(f"{_address(target)}tryout/", {"input": "Why?"}, format="json")
    assert (failed.status_code, failed.json()["output"]) == (200, None)
    assert failed.json()["error_message"]


def test_recorded_outputs_answer_no_question(project: Project, bob_calls: APIClient) -> None:
    tryout = f"{_address(make_target(project=project))}tryout/"
    assert bob_calls.post(tryout, {"input": "Why?"}, format="json").json()["code"] == "target_not_asked"
    assert bob_calls.post(tryout, {}, format="json").json()["field"] == "input"


def test_a_viewer_reads_and_changes_nothing(project: Project, viewer_calls: APIClient) -> None:
    target = make_target(project=project)
    assert viewer_calls.get(_address(target)).status_code == 200
    assert viewer_calls.post(_of(project), {"name": "x"}, format="json").status_code == 403
    assert viewer_calls.patch(_address(target), {"name": "x"}, format="json").status_code == 403
    assert viewer_calls.delete(_address(target)).status_code == 403
    assert viewer_calls.post(f"{_address(target)}tryout/", {"input": "Why?"}, format="json").status_code == 403


def test_charlie_does_not_learn_that_the_target_exists(project: Project, charlie_calls: APIClient) -> None:
    address = _address(make_target(project=project))
    assert charlie_calls.get(address).json() == charlie_calls.get(f"/api/v1/targets/{uuid4()}/").json()
    assert charlie_calls.delete(address).status_code == 404
    assert charlie_calls.post(f"{address}tryout/", {"input": "Why?"}, format="json").status_code == 404
