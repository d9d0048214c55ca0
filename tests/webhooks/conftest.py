"""A receiver, an admin's leave to call it, and a webhook that does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Project, User
from evalhub.webhooks.choices import EventType
from evalhub.webhooks.models import Webhook
from evalhub.webhooks.services import WebhookValues, create_webhook
from tests.webhooks.receiver import Receiver

EVENTS = [EventType.RUN_FINISHED, EventType.RUN_REGRESSED, EventType.REVIEW_ASSIGNED]


@pytest.fixture(autouse=True)
def _allowed(settings: Settings) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1", "hooks.example.org"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def webhook(receiver: Receiver, project: Project, alice: User) -> Webhook:
    """Told of everything; the receiver knows its secret."""
    issued = create_webhook(project=project, values=WebhookValues(receiver.url, EVENTS), by=alice)
    receiver.secret = issued.secret
    return issued.webhook
