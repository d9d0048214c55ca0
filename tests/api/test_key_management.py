"""API keys made and revoked by the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from evalhub.accounts.choices import Role
from evalhub.accounts.models import ApiKey, Project, User
from evalhub.accounts.services import create_team
from tests.api.conftest import Caller

KEYS = "/api/v1/teams/support/keys/"
PROJECTS = "/api/v1/projects/"


def _with(secret: str) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")


def test_a_key_is_shown_once_works_and_is_revoked(project: Project, bob_calls: APIClient) -> None:
    answer = bob_calls.post(KEYS, {"name": "Nightly"}, format="json")
    made = answer.json()
    secret = made.pop("secret")
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    assert (made["name"], made["email"], made["role"], made["project"]) == ("Nightly", "bob@example.org", "", None)
    assert bob_calls.get(answer["Location"]).json() == made
    assert secret not in bob_calls.get(KEYS).content.decode()
    assert _with(secret).get(PROJECTS).status_code == 200
    assert bob_calls.delete(answer["Location"]).status_code == 204
    assert _with(secret).get(PROJECTS).status_code == 401


def test_a_key_is_held_to_a_project_a_role_and_an_end(project: Project, bob_calls: APIClient) -> None:
    end = (timezone.now() + timedelta(days=1)).isoformat()
    body = {"name": "Reader", "project": str(project.uuid), "role": "viewer", "expires_at": end}
    bob_calls.post(KEYS, body, format="json")
    key = ApiKey.objects.get(name="Reader")
    assert (key.project, key.role, key.expires_at and key.expires_at.isoformat()) == (project, "viewer", end)


def test_a_key_makes_none_that_may_more_or_works_longer(alice: User, project: Project, caller: Caller) -> None:
    end = timezone.now() + timedelta(days=1)
    calls = caller(alice, role=Role.EDITOR, expires_at=end)
    for more in ({"role": "owner"}, {"expires_at": (end + timedelta(days=1)).isoformat()}):
        refused = calls.post(KEYS, {"name": "More", **more}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (403, "key_exceeds_own")
    calls.post(KEYS, {"name": "As much"}, format="json")
    made = ApiKey.objects.get(name="As much")
    assert (made.role, made.expires_at) == ("editor", end)
    assert caller(alice, role=Role.VIEWER).post(KEYS, {"name": "x"}, format="json").status_code == 403
    assert caller(alice, project=project).post(KEYS, {"name": "x"}, format="json").status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x", "expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "role": "king"}, "role"),
        ({"name": "x", "project": "8c9d8f7e-1111-4222-8333-444455556666"}, "project"),
    ],
)
def test_a_bad_body_makes_no_key(bob_calls: APIClient, body: dict[str, Any], field: str) -> None:
    refused = bob_calls.post(KEYS, body, format="json")
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert ApiKey.objects.count() == 1


def test_a_project_of_another_team_holds_no_key(bob: User, bob_calls: APIClient) -> None:
    other = create_team(name="Other", owner=bob)
    foreign = Project.objects.create(team=other, key="foreign", name="Foreign")
    assert bob_calls.post(KEYS, {"name": "x", "project": str(foreign.uuid)}, format="json").json()["field"] == "project"


def test_one_sees_ones_own_keys_and_alice_everybodys(alice_calls: APIClient, bob_calls: APIClient) -> None:
    assert [one["email"] for one in bob_calls.get(KEYS).json()["results"]] == ["bob@example.org"]
    told = alice_calls.get(KEYS).json()["results"]
    assert {one["email"] for one in told} == {"alice@example.org", "bob@example.org"}
    (of_bob,) = (one["id"] for one in told if one["email"] == "bob@example.org")
    (of_alice,) = (one["id"] for one in told if one["email"] == "alice@example.org")
    assert bob_calls.delete(f"/api/v1/keys/{of_alice}/").status_code == 404
    assert alice_calls.delete(f"/api/v1/keys/{of_bob}/").status_code == 204
    assert bob_calls.get(KEYS).status_code == 401


def test_charlie_does_not_learn_of_keys(bob_calls: APIClient, charlie_calls: APIClient) -> None:
    address = bob_calls.post(KEYS, {"name": "Nightly"}, format="json")["Location"]
    assert charlie_calls.get(KEYS).status_code == 404
    assert charlie_calls.post(KEYS, {"name": "Mine"}, format="json").status_code == 404
    assert charlie_calls.get(address).status_code == 404
    assert charlie_calls.delete(address).status_code == 404
