"""Connections by the API: keys go in and never come out."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, Team, User
from evalhub.connections.models import Connection
from tests.api.conftest import Caller
from tests.factories import make_connection
from tests.stub_endpoint import MODEL, Behaviour, StubEndpoint

OF_TEAM = "/api/v1/teams/support/connections/"
SECRET = "sk-very-secret-1234567890"
BODY: dict[str, Any] = {
    "name": "Gateway",
    "base_url": "https://models.example.org/v1",
    "api_key": SECRET,
    "default_model": "m-1",
    "parameters": {"temperature": 0},
    "max_concurrency": 8,
    "input_price": "2.5",
}


@pytest.fixture(autouse=True)
def _allowed(settings: Settings) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1", "models.example.org", "other.example.org"]


def _address(connection: Connection) -> str:
    return f"/api/v1/connections/{connection.uuid}/"


def test_the_key_goes_in_and_never_comes_out(team: Team, alice_calls: APIClient) -> None:
    answer = alice_calls.post(OF_TEAM, BODY, format="json")
    connection = Connection.objects.get(team=team)
    assert (answer.status_code, connection.reveal_secret()) == (201, SECRET)
    assert (answer.json()["has_key"], answer.json()["input_price"]) == (True, "2.500000")
    for told in (answer, alice_calls.get(answer["Location"]), alice_calls.get(OF_TEAM)):
        assert SECRET not in told.content.decode()
        assert "secret" not in told.content.decode()


def test_a_key_is_replaced_kept_or_taken_away(team: Team, alice_calls: APIClient) -> None:
    connection = make_connection(team=team, secret=SECRET)
    for change, secret in (({"max_concurrency": 2}, SECRET), ({"api_key": "new"}, "new"), ({"api_key": None}, "")):
        assert alice_calls.patch(_address(connection), change, format="json").status_code == 200
        connection.refresh_from_db()
        assert (connection.reveal_secret(), connection.max_concurrency) == (secret, 2)


def test_a_stored_key_goes_to_no_other_host(team: Team, alice_calls: APIClient) -> None:
    connection = make_connection(team=team, secret=SECRET)
    elsewhere = {"base_url": "https://other.example.org/v1"}
    refused = alice_calls.patch(_address(connection), elsewhere, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "key_needed")
    assert alice_calls.patch(_address(connection), elsewhere | {"api_key": "new"}, format="json").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"base_url": "https://elsewhere.example.net/v1"}, "base_url"),
        ({"base_url": "nonsense"}, "base_url"),
        ({"parameters": {"model": "x"}}, "parameters"),
        ({"max_concurrency": 0}, "max_concurrency"),
        ({"max_concurrency": 2**31}, "max_concurrency"),
        ({"input_price": "-1"}, "input_price"),
        ({"timeout_seconds": 3601}, "timeout_seconds"),
    ],
)
def test_a_bad_body_makes_nothing(team: Team, alice_calls: APIClient, wrong: dict[str, Any], field: str) -> None:
    refused = alice_calls.post(OF_TEAM, BODY | wrong, format="json")
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert not Connection.objects.exists()


def test_a_connection_is_archived_and_brought_back(team: Team, alice_calls: APIClient) -> None:
    connection = make_connection(team=team)
    assert alice_calls.delete(_address(connection)).status_code == 204
    assert alice_calls.get(OF_TEAM).json()["results"] == []
    restored = alice_calls.post(f"{_address(connection)}restoration/")
    assert (restored.status_code, restored.json()["archived_at"]) == (200, None)
    assert [one["name"] for one in alice_calls.get(OF_TEAM).json()["results"]] == ["Gateway"]


def test_the_test_says_what_works(team: Team, alice_calls: APIClient, stub: StubEndpoint) -> None:
    stub.behaviour = Behaviour(reply=lambda _: '{"color": "blue"}', modes=frozenset({"json_object"}))
    connection = make_connection(team=team, base_url=stub.base_url, default_model=MODEL)
    steps = alice_calls.post(f"{_address(connection)}test/").json()["steps"]
    assert [step["finding"] for step in steps] == ["works"] * 5 + ["fails"]


def test_bob_reads_and_changes_nothing(team: Team, bob_calls: APIClient) -> None:
    connection = make_connection(team=team)
    assert bob_calls.get(_address(connection)).status_code == 200
    assert bob_calls.post(OF_TEAM, BODY, format="json").status_code == 403
    assert bob_calls.patch(_address(connection), {"name": "x"}, format="json").status_code == 403
    assert bob_calls.delete(_address(connection)).status_code == 403
    assert bob_calls.post(f"{_address(connection)}restoration/").status_code == 403
    assert bob_calls.post(f"{_address(connection)}test/").status_code == 403


def test_a_key_of_one_project_configures_nothing_of_the_team(alice: User, project: Project, caller: Caller) -> None:
    connection = make_connection(team=project.team)
    calls = caller(alice, project=project)
    assert calls.get(_address(connection)).status_code == 200
    assert calls.patch(_address(connection), {"name": "x"}, format="json").status_code == 403


def test_charlie_does_not_learn_that_the_connection_exists(team: Team, charlie_calls: APIClient) -> None:
    connection = make_connection(team=team)
    assert charlie_calls.get(OF_TEAM).status_code == 404
    assert charlie_calls.get(_address(connection)).status_code == 404
    assert charlie_calls.post(f"{_address(connection)}test/").status_code == 404
