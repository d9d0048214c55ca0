"""What a load balancer learns: that the process lives, and what it lacks to do its work."""

from typing import Any

import pytest
from celery import current_app
from django.db import OperationalError, connection
from django.test import Client

# Every worker at the broker answers, those of other tests among them.
pytestmark = pytest.mark.xdist_group("processes")


@pytest.fixture
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    def ping(**options: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(current_app.control, "ping", ping)


def test_a_living_process_says_so_without_asking_the_database(client: Client) -> None:
    # No database mark: a query would fail the test.
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_without_a_worker_it_is_not_ready_and_names_it(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": True, "broker": True, "worker": False}


@pytest.mark.django_db
def test_without_a_broker_it_is_not_ready_and_names_it(client: Client, no_broker: None) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": True, "broker": False, "worker": False}


@pytest.mark.django_db
def test_without_a_database_it_is_not_ready_and_names_it(
    client: Client, no_broker: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cursor() -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", cursor)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["database"] is False


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_is_only_asked_never_told(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
