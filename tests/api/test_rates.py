"""How many requests a key may make in a minute."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from evalhub.accounts.models import User
from evalhub.core import rates
from tests.api.conftest import Caller

PROJECTS = "/api/v1/projects/"


@pytest.fixture(autouse=True)
def _at_second_20(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.EVALHUB_API_REQUESTS_PER_MINUTE = 3
    _set_clock(monkeypatch, 60.0 * 1_000 + 20)


def _set_clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(rates, "time", SimpleNamespace(time=lambda: seconds))


def test_every_answer_says_what_is_left_of_the_minute(bob_calls: APIClient) -> None:
    first, second = bob_calls.get(PROJECTS), bob_calls.get("/api/v1/teams/nowhere/")
    assert (first["RateLimit-Policy"], first["RateLimit"]) == ('"minute";q=3;w=60', '"minute";r=2;t=40')
    assert (second.status_code, second["RateLimit"]) == (404, '"minute";r=1;t=40')


def test_beyond_the_limit_the_answer_says_when_to_come_again(
    bob_calls: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [bob_calls.get(PROJECTS).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = bob_calls.post(PROJECTS, {"name": "x"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (429, "throttled")
    assert (refused["Retry-After"], refused["RateLimit"]) == ("40", '"minute";r=0;t=40')
    assert refused["Content-Type"] == "application/problem+json"
    _set_clock(monkeypatch, 60.0 * 1_001)
    assert bob_calls.get(PROJECTS)["RateLimit"] == '"minute";r=2;t=60'


def test_keys_are_counted_apart(bob: User, caller: Caller) -> None:
    one, other = caller(bob), caller(bob)
    assert [one.get(PROJECTS).status_code for _ in range(4)][-1] == 429
    assert other.get(PROJECTS).status_code == 200


def test_nothing_is_counted_without_a_limit(bob_calls: APIClient, settings: Settings) -> None:
    settings.EVALHUB_API_REQUESTS_PER_MINUTE = 0
    answers = [bob_calls.get(PROJECTS) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0]


def test_requests_are_answered_where_nothing_can_be_counted(bob_calls: APIClient, settings: Settings) -> None:
    settings.CACHES = {
        **settings.CACHES,
        "counts": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        },
    }
    assert [bob_calls.get(PROJECTS).status_code for _ in range(4)] == [200] * 4
