"""The vendor's own client, as published, against a running EvalHub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gradient import Gradient
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from evalhub.accounts.models import User
from tests.api.conftest import make_key

ClientOf = Callable[..., Gradient]


@pytest.fixture(autouse=True)
def _folders_and_hosts(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1"]


@pytest.fixture
def gradient_of(live_server: LiveServer) -> Iterator[ClientOf]:
    """`gradient_of(bob)` is the client with a key of Bob's; it refuses every answer that is not as described."""
    opened: list[Gradient] = []

    def connect(person: User, *, path: str = "", options: dict[str, Any] | None = None, **limits: Any) -> Gradient:
        client = Gradient(
            base_url=live_server.url + path,
            access_token=make_key(person, **limits),
            _strict_response_validation=True,
            **{"max_retries": 0, **(options or {})},
        )
        opened.append(client)
        return client

    yield connect
    for client in opened:
        client.close()


@pytest.fixture
def bobs(bob: User, gradient_of: ClientOf) -> Gradient:
    """Bob's program: he is an editor."""
    return gradient_of(bob)


@pytest.fixture
def alices(alice: User, team: object, gradient_of: ClientOf) -> Gradient:
    """Alice's program: she owns the team."""
    return gradient_of(alice)


@pytest.fixture
def charlies(charlie: User, team: object, gradient_of: ClientOf) -> Gradient:
    """The program of a stranger."""
    return gradient_of(charlie)
