"""`Idempotency-Key`: what is sent twice is made once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from django.utils import timezone
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, User
from evalhub.api.idempotency import lock_number
from evalhub.api.models import KEPT_FOR, KeptAnswer

if TYPE_CHECKING:
    from rest_framework.response import _MonkeyPatchedResponse as _Response

PROJECTS = "/api/v1/projects/"
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def _post(client: APIClient, name: str, key: str = KEY) -> _Response:
    return client.post(PROJECTS, {"name": name}, format="json", headers={"idempotency-key": key})


def _made() -> int:
    return Project.objects.for_pages().count()


def test_the_same_request_is_answered_alike_and_made_once(bob_calls: APIClient) -> None:
    first, second = _post(bob_calls, "Search"), _post(bob_calls, "Search")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first["Location"] == second["Location"]
    assert _made() == 1


def test_a_key_may_stand_in_quotes(bob_calls: APIClient) -> None:
    assert _post(bob_calls, "Search", f'"{KEY}"').json() == _post(bob_calls, "Search").json()


def test_another_body_under_the_key_is_refused(bob_calls: APIClient) -> None:
    _post(bob_calls, "Search")
    refused = _post(bob_calls, "Chat")
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert _made() == 1


def test_a_key_is_one_persons_own(bob_calls: APIClient, alice_calls: APIClient, project: Project) -> None:
    _post(bob_calls, "Search")
    assert _post(alice_calls, "Chat").status_code == 201


def test_after_an_error_the_request_is_tried_anew(bob_calls: APIClient, project: Project) -> None:
    assert _post(bob_calls, project.name).status_code == 409
    project.delete()
    assert _post(bob_calls, "Support bot").status_code == 201


def test_a_key_is_forgotten_after_a_day(bob_calls: APIClient) -> None:
    _post(bob_calls, "Search")
    KeptAnswer.objects.update(made_at=timezone.now() - KEPT_FOR - timedelta(seconds=1))
    assert _post(bob_calls, "Chat").status_code == 201
    assert KeptAnswer.objects.count() == 1


def test_while_the_first_is_carried_out_the_second_is_told_so(bob: User, bob_calls: APIClient) -> None:
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [lock_number(bob, KEY)])
        refused = _post(bob_calls, "Search")
    finally:
        other.close()
    assert (refused.status_code, refused.json()["code"]) == (409, "idempotency_key_busy")
    assert _made() == 0


@pytest.mark.parametrize("key", ["", '""', "x" * 256, "schlüssel", "a\tb"])
def test_a_key_that_is_none_is_refused(bob_calls: APIClient, key: str) -> None:
    refused = _post(bob_calls, "Search", key)
    assert refused.status_code == 400
    assert _made() == 0
