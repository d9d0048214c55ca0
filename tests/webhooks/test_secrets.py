"""Signing secrets: encrypted, and rotated together with the keys of connections."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Project, Team, User
from evalhub.connections.models import Connection
from evalhub.webhooks.choices import EventType
from evalhub.webhooks.models import Webhook
from evalhub.webhooks.services import IssuedSecret, WebhookValues, create_webhook
from evalhub.webhooks.signing import signed_headers
from tests.connections.connections import make_connection

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def issued(project: Project, alice: User, settings: Settings) -> IssuedSecret:
    settings.EVALHUB_ENCRYPTION_KEYS = [OLD]
    values = WebhookValues("https://hooks.example.org/", [EventType.RUN_FINISHED])
    return create_webhook(project=project, values=values, by=alice)


def test_after_a_rotation_the_old_key_is_not_needed(issued: IssuedSecret, settings: Settings) -> None:
    settings.EVALHUB_ENCRYPTION_KEYS = [NEW, OLD]
    call_command("rotate_encryption_key")
    settings.EVALHUB_ENCRYPTION_KEYS = [NEW]
    assert Webhook.objects.get().reveal_secret() == issued.secret


def test_a_rotation_that_fails_at_a_webhook_changes_no_connection(
    issued: IssuedSecret, team: Team, settings: Settings
) -> None:
    settings.EVALHUB_ENCRYPTION_KEYS = [NEW]
    connection = make_connection(team=team)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("rotate_encryption_key")
    assert bytes(Connection.objects.get().secret) == bytes(connection.secret)


def test_secrets_are_long_and_never_the_same(issued: IssuedSecret, project: Project, alice: User) -> None:
    values = WebhookValues("https://hooks.example.org/", [EventType.RUN_FINISHED])
    second = create_webhook(project=project, values=values, by=alice)
    assert second.secret != issued.secret
    assert len(second.secret) == len("whsec_") + 44


def test_the_signature_is_what_openssl_makes_of_the_same() -> None:
    """`printf 'msg_1.1763715600.{"type":"run.finished"}' | openssl dgst -sha256 -hmac <key> -binary | base64`."""
    headers = signed_headers(
        secret="whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        message_id="msg_1",
        body='{"type":"run.finished"}',
        now=datetime.fromtimestamp(1763715600.9, UTC),
    )
    assert headers == {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1763715600",
        "webhook-signature": "v1,n7Xw86NDI0Pg+LlS5GGD30a0C/7sO81UfBlucPw45+o=",
    }
