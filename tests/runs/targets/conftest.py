"""A team with a connection to a chat model's endpoint."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import Project, User
from evalhub.connections.models import Connection
from runs.choices import TargetKind
from runs.models import Target
from runs.services.targets import TargetSettings, create_target
from tests.factories import make_connection


@pytest.fixture
def connection(project: Project) -> Connection:
    return make_connection(team=project.team, secret="sk-very-secret", default_model="small-1")


@pytest.fixture
def target(project: Project, connection: Connection, alice: User) -> Target:
    """A chat model."""
    settings = TargetSettings(
        name="support-bot", version="2.1", kind=TargetKind.CHAT_MODEL, connection=connection, system_message="Be brief."
    )
    return create_target(settings, project=project, by=alice)
