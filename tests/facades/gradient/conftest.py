"""The vendor's own client, as published: inside the test's transaction, and against a running server.

`gradient_of` and the clients made by it call the whole application in the test's own thread; `live_gradient_of` goes
over a socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradient import Gradient
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from evalhub.accounts.models import User
from tests.api.conftest import make_key
from tests.facades.gradient.in_process import ADDRESS, in_process

ClientOf = Callable[..., Gradient]


@pytest.fixture(autouse=True)
def _folders_and_hosts(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1"]


@pytest.fixture
def gradient_of(db: None) -> Iterator[ClientOf]:
    """`gradient_of(bob)` is the client with a key of Bob's; it refuses every answer that is not as described."""
    with ExitStack() as stack:
        yield _maker(stack, ADDRESS, in_process)


@pytest.fixture
def live_gradient_of(live_server: LiveServer) -> Iterator[ClientOf]:
    """The same over a socket."""
    with ExitStack() as stack:
        yield _maker(stack, live_server.url, lambda: None)


def _maker(stack: ExitStack, address: str, http_client: Callable[[], httpx.Client | None]) -> ClientOf:
    def connect(person: User, *, options: dict[str, Any] | None = None, **limits: Any) -> Gradient:
        settings: dict[str, Any] = {"max_retries": 0, **(options or {})}
        client = Gradient(
            base_url=address,
            access_token=make_key(person, **limits),
            http_client=http_client(),
            _strict_response_validation=True,
            **settings,
        )
        return stack.enter_context(client)

    return connect


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
