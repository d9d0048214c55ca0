"""Stored keys: encrypted, rotated all at once, read by nobody without an encryption key."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Team
from evalhub.connections.endpoint import endpoint_of
from evalhub.connections.models import Connection
from tests.connections.connections import API_KEY, make_connection

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def connection(team: Team, settings: Settings) -> Connection:
    settings.EVALHUB_ENCRYPTION_KEYS = [OLD]
    return make_connection(team=team)


def test_after_a_rotation_the_old_key_is_not_needed(
    connection: Connection, team: Team, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    make_connection(team=team, name="Without a key", api_key="")
    settings.EVALHUB_ENCRYPTION_KEYS = [NEW, OLD]
    call_command("rotate_encryption_key")
    assert "1 secrets are now encrypted" in capsys.readouterr().out
    settings.EVALHUB_ENCRYPTION_KEYS = [NEW]
    connection.refresh_from_db()
    assert connection.reveal_secret() == API_KEY


def test_a_rotation_without_the_old_key_changes_nothing(connection: Connection, team: Team, settings: Settings) -> None:
    settings.EVALHUB_ENCRYPTION_KEYS = [NEW]
    make_connection(team=team, name="With the new key")
    before = dict(Connection.objects.values_list("name", "secret"))
    with pytest.raises(CommandError, match="cannot be decrypted"):
        call_command("rotate_encryption_key")
    assert dict(Connection.objects.values_list("name", "secret")) == before


def test_an_endpoint_holds_the_key_and_does_not_show_it(connection: Connection) -> None:
    endpoint = endpoint_of(connection)
    assert endpoint.api_key == API_KEY
    assert API_KEY not in repr(endpoint)
