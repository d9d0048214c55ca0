"""Making, changing and archiving connections in the browser."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Team, User
from evalhub.connections.models import AllowedHost, Connection
from tests.conftest import _ClientOf as ClientOf
from tests.connections.connections import API_KEY, make_connection

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as _Response


@pytest.fixture(autouse=True)
def _allowed(settings: Settings) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["api.example.org"]


def fields(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Judge",
        "base_url": "https://api.example.org/v1",
        "timeout_seconds": 60,
        "parameters": "",
    } | changed


def create(person: User, team: Team, **changed: Any) -> _Response:
    return ClientOf(person).post(reverse("connections:connection_create", args=[team.slug]), fields(**changed))


def edit(person: User, connection: Connection, **changed: Any) -> _Response:
    return ClientOf(person).post(address(connection), fields(**changed))


def address(connection: Connection, route: str = "connection_edit") -> str:
    return reverse(f"connections:{route}", args=[connection.team.slug, connection.pk])


def test_a_connection_is_made_with_its_limits_prices_and_key(team: Team, alice: User) -> None:
    values = {"parameters": '{"temperature": 0}', "max_concurrency": 50, "input_price": "2.5", "api_key": API_KEY}
    response = create(alice, team, **values)
    connection = Connection.objects.get()
    assert response["Location"] == address(connection)
    assert (connection.parameters, connection.max_concurrency) == ({"temperature": 0}, 50)
    assert (connection.input_price, connection.output_price) == (Decimal("2.5"), None)
    assert connection.reveal_secret() == API_KEY


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "Taken"}, "called “Taken” already"),
        ({"base_url": "no address"}, "Enter a valid URL"),
        ({"base_url": "https://elsewhere.example.org/v1"}, "“elsewhere.example.org” is not allowed"),
        ({"base_url": "ftp://api.example.org/v1"}, "begin with https:// or http://"),
        ({"base_url": "https://me:secret@api.example.org/v1"}, "no name, password or query"),
        ({"parameters": "{temperature}"}, "This is not JSON"),
        ({"parameters": "[1]"}, "Write an object"),
        ({"parameters": '{"model": "x"}'}, "EvalHub sets model itself"),
        ({"max_concurrency": "0"}, "greater than or equal to 1"),
        ({"input_price": "-1"}, "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(team: Team, alice: User, changed: dict[str, str], sentence: str) -> None:
    make_connection(team=team, name="Taken")
    assert sentence in create(alice, team, **changed).content.decode()
    assert Connection.objects.count() == 1


def test_a_refused_form_does_not_send_the_key_back(team: Team, alice: User) -> None:
    assert API_KEY not in create(alice, team, name="", api_key=API_KEY).content.decode()


def test_a_host_that_an_admin_listed_may_be_called(team: Team, alice: User) -> None:
    AllowedHost.objects.create(host="*.gateway.example")
    assert create(alice, team, base_url="https://eu.gateway.example/v1").status_code == 302


@pytest.mark.parametrize(
    ("changed", "kept"), [({}, API_KEY), ({"api_key": "sk-new"}, "sk-new"), ({"removes_api_key": "on"}, "")]
)
def test_the_key_stays_until_replaced_or_removed(team: Team, alice: User, changed: dict[str, str], kept: str) -> None:
    connection = make_connection(team=team)
    page = ClientOf(alice).get(address(connection)).content.decode()
    assert "Stored; enter to replace" in page
    assert API_KEY not in page
    assert edit(alice, connection, name="Renamed", **changed).status_code == 302
    connection.refresh_from_db()
    assert (connection.name, connection.reveal_secret()) == ("Renamed", kept)


def test_a_stored_key_does_not_follow_to_another_host(team: Team, alice: User, settings: Settings) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["*.example.org"]
    connection = make_connection(team=team)
    elsewhere = "https://other.example.org/v1"
    assert "enter the key of the new one" in edit(alice, connection, base_url=elsewhere).content.decode()
    connection.refresh_from_db()
    assert connection.base_url == "https://api.example.org/v1"
    assert edit(alice, connection, base_url=elsewhere, api_key="sk-other").status_code == 302


def test_a_team_has_one_default(team: Team, alice: User) -> None:
    first = make_connection(team=team, name="First", is_default=True)
    create(alice, team, is_default="on")
    first.refresh_from_db()
    assert not first.is_default
    assert Connection.objects.get(is_default=True).name == "Judge"


def test_an_archived_connection_is_no_default_and_can_be_brought_back(team: Team, alice: User) -> None:
    connection = make_connection(team=team, is_default=True)
    assert ClientOf(alice).post(address(connection, "connection_archival")).status_code == 302
    connection.refresh_from_db()
    assert (connection.archived_at is None, connection.is_default) == (False, False)
    ClientOf(alice).post(address(connection, "connection_archival"), {"restore": "1"})
    connection.refresh_from_db()
    assert connection.archived_at is None


@pytest.mark.parametrize("route", ["connection_edit", "connection_archival", "connection_test"])
def test_bob_may_not_and_charlie_does_not_learn_that_it_exists(
    team: Team, bob: User, charlie: User, route: str
) -> None:
    connection = make_connection(team=team)
    assert ClientOf(bob).post(address(connection, route), fields(name="Mine")).status_code == 403
    assert ClientOf(charlie).post(address(connection, route), fields(name="Mine")).status_code == 404
    connection.refresh_from_db()
    assert (connection.name, connection.archived_at) == ("Judge", None)


def test_bob_makes_none_and_charlie_finds_no_team(team: Team, bob: User, charlie: User) -> None:
    assert create(bob, team).status_code == 403
    assert ClientOf(bob).get(reverse("connections:connection_create", args=[team.slug])).status_code == 403
    assert create(charlie, team).status_code == 404
    assert not Connection.objects.exists()


def test_a_connection_has_no_address_in_another_team(team: Team, alice: User, charlie: User) -> None:
    connection = make_connection(team=team)
    elsewhere = Team.objects.get(name="Elsewhere")
    path = reverse("connections:connection_edit", args=[elsewhere.slug, connection.pk])
    assert ClientOf(alice).get(path).status_code == 404


@pytest.mark.parametrize("route", ["connection_archival", "connection_test"])
def test_what_changes_something_is_not_read(team: Team, alice: User, route: str) -> None:
    assert ClientOf(alice).get(address(make_connection(team=team), route)).status_code == 405
