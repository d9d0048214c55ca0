"""EVALHUB_JUDGE_*: the default connection of every team that has none."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Team, User
from evalhub.accounts.services import create_team
from evalhub.connections.models import Connection
from evalhub.connections.services import default_connection
from tests.connections.connections import API_KEY, make_connection


@pytest.fixture(autouse=True)
def _judge(settings: Settings) -> None:
    settings.EVALHUB_JUDGE_BASE_URL = "https://judge.example.org:8443/v1"
    settings.EVALHUB_JUDGE_API_KEY = API_KEY
    settings.EVALHUB_JUDGE_MODEL = "judge-1"
    settings.EVALHUB_JUDGE_INPUT_PRICE = "2.50"
    settings.EVALHUB_JUDGE_OUTPUT_PRICE = ""


def test_each_team_gets_it_once(team: Team, charlie: User) -> None:
    call_command("create_judge_connections")
    call_command("create_judge_connections")
    made = Connection.objects.filter(is_default=True)
    assert {connection.team.name for connection in made} == {"Support", "Elsewhere"}
    assert Connection.objects.count() == 2
    connection = made[0]
    assert (connection.base_url, connection.default_model) == ("https://judge.example.org:8443/v1", "judge-1")
    assert (connection.input_price, connection.output_price) == (Decimal("2.5"), None)
    assert connection.reveal_secret() == API_KEY


def test_a_team_with_a_default_keeps_it(team: Team) -> None:
    own = make_connection(team=team, name="Own", is_default=True)
    call_command("create_judge_connections")
    assert default_connection(team) == own
    assert Connection.objects.get() == own


def test_a_team_that_gave_it_up_does_not_get_it_again(team: Team) -> None:
    call_command("create_judge_connections")
    Connection.objects.update(archived_at=timezone.now(), is_default=False)
    call_command("create_judge_connections")
    assert default_connection(team) is None


def test_a_team_that_came_later_has_it_when_it_asks(alice: User) -> None:
    later = create_team(name="Later", owner=alice)
    connection = default_connection(later)
    assert connection is not None
    assert connection.default_model == "judge-1"
    assert default_connection(later) == connection


def test_without_an_address_nothing_is_made(team: Team, settings: Settings) -> None:
    settings.EVALHUB_JUDGE_BASE_URL = ""
    call_command("create_judge_connections")
    assert default_connection(team) is None


def test_a_price_that_is_no_number_is_said(team: Team, settings: Settings) -> None:
    settings.EVALHUB_JUDGE_INPUT_PRICE = "two"
    with pytest.raises(CommandError, match="EVALHUB_JUDGE_INPUT_PRICE is “two”"):
        call_command("create_judge_connections")
