"""The published client against a live server and a real worker, one for each module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from valiqor.eval import ValiqorEvalClient

from evalhub.accounts.models import Team, User
from tests.api.conftest import caller, make_key  # noqa: F401  # a fixture
from tests.worker import Worker, empty_broker

Valiqor = Callable[..., ValiqorEvalClient]
PROJECT = "Support bot"


@pytest.fixture(scope="module")
def working(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A worker that runs through all tests of a module. Its clock stands: tables are emptied between the tests."""
    empty_broker()
    worker = Worker(tmp_path_factory.mktemp("worker") / "worker.log")
    worker.start(sweeps=False)
    yield worker
    worker.kill()
    empty_broker()


@pytest.fixture
def secret(live_server: LiveServer, alice: User, team: Team) -> str:
    """A key of Alice's."""
    return make_key(alice)


@pytest.fixture
def valiqor(live_server: LiveServer, secret: str) -> Valiqor:
    """The published client with Alice's key, told nothing but where the server is: `valiqor(openai_api_key=…)`."""

    def make(**options: Any) -> ValiqorEvalClient:
        given = {"api_key": secret, "project_name": PROJECT, "base_url": live_server.url}
        return ValiqorEvalClient(**{**given, **options})

    return make


@pytest.fixture
def client(valiqor: Valiqor) -> ValiqorEvalClient:
    return valiqor()
