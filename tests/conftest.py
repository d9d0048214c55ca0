"""People and places that most tests start from: Alice owns, Bob is her teammate, Charlie is a stranger."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from hypothesis import HealthCheck, settings
from psycopg.errors import DeadlockDetected

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, Team, User
from evalhub.accounts.services import create_team
from tests.stub_endpoint import stub  # noqa: F401  # a fixture for every test
from tests.worker import second_worker, worker  # noqa: F401  # fixtures for every test

# Playwright runs an event loop in the test's thread; fixtures still use the database there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# On a machine that others share, how long one example takes says nothing.
settings.register_profile("evalhub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("evalhub")


# How often in a row a worker at its end may be in the way.
_DEADLOCKS = 5
_STARTS_PROCESSES = {"worker", "second_worker", "working"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start workers and servers run one after the other, also where tests run side by side."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & _STARTS_PROCESSES or "/tests/launch/" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group("processes"))


@pytest.fixture(scope="session", autouse=True)
def _emptied_beside_a_worker() -> Iterator[None]:
    """A worker of a whole module may still read a test's rows when its tables are emptied.

    Where the two wait for each other, PostgreSQL ends one of them: if that was ours, the tables are emptied again.
    """
    empty = DatabaseOperations.execute_sql_flush

    def empty_again(operations: DatabaseOperations, sql_list: list[str]) -> None:
        for _ in range(_DEADLOCKS):
            try:
                return empty(operations, sql_list)
            except OperationalError as error:
                if not isinstance(error.__cause__, DeadlockDetected):
                    raise
        return empty(operations, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", empty_again)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium; without its sandbox, which refuses to start as root."""
    return {**browser_type_launch_args, "executable_path": shutil.which("chromium"), "args": ["--no-sandbox"]}


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@example.org", "alice-secret", name="Alice Archer")


@pytest.fixture
def team(alice: User) -> Team:
    return create_team(name="Support", owner=alice)


@pytest.fixture
def bob(team: Team) -> User:
    """Alice's teammate, an editor."""
    user = User.objects.create_user("bob@example.org", "bob-secret", name="Bob Baker")
    Membership.objects.create(team=team, user=user, role=Role.EDITOR)
    return user


@pytest.fixture
def viewer(team: Team) -> User:
    """A teammate who may only look."""
    user = User.objects.create_user("vera@example.org", "vera-secret", name="Vera Viewer")
    Membership.objects.create(team=team, user=user, role=Role.VIEWER)
    return user


@pytest.fixture
def charlie(db: None) -> User:
    """A stranger with a team of his own."""
    user = User.objects.create_user("charlie@example.org", "charlie-secret", name="Charlie Cole")
    create_team(name="Elsewhere", owner=user)
    return user


@pytest.fixture
def project(team: Team) -> Project:
    return Project.objects.create(team=team, key="support-bot", name="Support bot")


@pytest.fixture
def client_of() -> type[_ClientOf]:
    return _ClientOf


class _ClientOf(Client):
    """A browser in which the given person is signed in: `client_of(alice).get(…)`."""

    def __init__(self, user: User) -> None:
        super().__init__()
        self.force_login(user)
