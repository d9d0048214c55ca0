"""Programs that call the API: as Alice, who owns, Bob, an editor, a viewer, and Charlie, a stranger."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.choices import Role
from evalhub.accounts.models import ApiKey, Membership, Project, User, hash_api_key

Caller = Callable[..., APIClient]


def make_key(user: User, *, project: Project | None = None, role: Role | None = None, **fields: Any) -> str:
    """A key of the person in the first team they joined; the secret."""
    secret = f"vq_{secrets.token_hex(20)}"
    team = Membership.objects.filter(user=user).earliest("id").team
    ApiKey.objects.create(
        team=team,
        user=user,
        project=project,
        role=role or "",
        name="ci",
        hint=secret[:8],
        key_hash=hash_api_key(secret),
        **fields,
    )
    return secret


@pytest.fixture
def caller() -> Caller:
    """`caller(bob)` is a program with a key of Bob's; `caller(bob, role=…, project=…)` with one that may less."""

    def call(user: User, **limits: Any) -> APIClient:
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(user, **limits)}")
        return client

    return call


@pytest.fixture
def alice_calls(alice: User, project: Project, caller: Caller) -> APIClient:
    return caller(alice)


@pytest.fixture
def bob_calls(bob: User, caller: Caller) -> APIClient:
    return caller(bob)


@pytest.fixture
def viewer_calls(viewer: User, caller: Caller) -> APIClient:
    return caller(viewer)


@pytest.fixture
def charlie_calls(charlie: User, caller: Caller) -> APIClient:
    return caller(charlie)
