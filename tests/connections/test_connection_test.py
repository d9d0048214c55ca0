"""The test of a connection: what it finds out at real endpoints, good and bad."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Team, User
from evalhub.connections.endpoint import endpoint_of
from evalhub.connections.models import Connection
from evalhub.connections.probe import probe
from tests.conftest import _ClientOf as ClientOf
from tests.connections.connections import API_KEY, make_connection
from tests.stub_endpoint import MODEL, Behaviour, StubEndpoint

LABELS = ["Reachable", "API key", "Model", "Plain text", "JSON mode", "JSON schema"]


@pytest.fixture(autouse=True)
def _allowed(settings: Settings) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1"]


@pytest.fixture
def connection(team: Team, stub: StubEndpoint) -> Connection:
    return make_connection(team=team, base_url=stub.base_url, default_model=MODEL)


def good(**fields: Any) -> Behaviour:
    return Behaviour(**{"reply": lambda body: '{"color": "blue"}', "api_key": API_KEY, **fields})


@pytest.mark.parametrize(
    ("behaviour", "findings"),
    [
        (good(), "works works works works works works"),
        (good(modes=frozenset({"json_object"})), "works works works works works fails"),
        (good(modes=frozenset()), "works works works works fails fails"),
        (good(reply=lambda body: "Blue."), "works works works works fails fails"),
        (good(api_key="another"), "works fails ? ? ? ?"),
        (good(models=frozenset()), "works works fails ? ? ?"),
        (good(server_error=1.0), "works ? ? fails ? ?"),
        (good(status=400), "works works works fails ? ?"),
        (good(hang=1.0), "fails ? ? ? ? ?"),
    ],
)
def test_each_thing_is_said_to_work_or_not(
    connection: Connection, stub: StubEndpoint, behaviour: Behaviour, findings: str
) -> None:
    stub.behaviour = behaviour
    connection.timeout_seconds = 1
    steps = probe(endpoint_of(connection))
    assert [step.label for step in steps] == LABELS
    assert [str(step.finding).replace("not tried", "?") for step in steps] == findings.split()
    assert all(step.note for step in steps if step.finding == "fails")


def test_without_a_model_the_key_is_tried_alone(connection: Connection, stub: StubEndpoint) -> None:
    stub.behaviour = good(json={"data": []})
    connection.default_model = ""
    steps = probe(endpoint_of(connection))
    assert [str(step.finding) for step in steps] == ["works", "works"] + ["not tried"] * 4
    assert "Enter a default model" in steps[2].note


def test_a_host_that_is_no_longer_allowed_is_not_called(
    connection: Connection, stub: StubEndpoint, settings: Settings
) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = []
    assert "is not allowed" in probe(endpoint_of(connection))[0].note
    assert stub.calls == 0


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "connection-test"}])
def test_the_page_shows_what_was_found(
    connection: Connection, stub: StubEndpoint, alice: User, headers: dict[str, str]
) -> None:
    stub.behaviour = good(modes=frozenset({"json_object"}))
    path = reverse("connections:connection_test", args=[connection.team.slug, connection.pk])
    seen = ClientOf(alice).post(path, headers=headers).content.decode()
    assert "response_format is not supported" in seen
    assert "works, " in seen
    assert ("<html" in seen) == (not headers)
    assert API_KEY not in seen
