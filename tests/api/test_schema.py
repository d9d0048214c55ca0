"""The API's description is complete, and its page asks nobody else."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from rest_framework.test import APIClient

from evalhub.accounts.models import User
from evalhub.api.urls import urlpatterns

_NOT_DESCRIBED = {"schema", "docs", "unknown"}


def _schema(client: APIClient) -> dict[str, Any]:
    schema: dict[str, Any] = client.get("/api/v1/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json").json()
    return schema


def test_every_address_is_described(bob_calls: APIClient) -> None:
    assert len(_schema(bob_calls)["paths"]) == len({pattern.name for pattern in urlpatterns} - _NOT_DESCRIBED)


def test_every_operation_has_a_name_of_its_own_and_says_how_it_fails(bob_calls: APIClient) -> None:
    operations = [operation for path in _schema(bob_calls)["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    assert all(operation["responses"]["default"] for operation in operations)
    assert all({"apiKey": []} in operation["security"] for operation in operations)


def test_every_reference_leads_somewhere(bob_calls: APIClient) -> None:
    schema = _schema(bob_calls)
    named = set(re.findall(r"#/components/schemas/(\w+)", str(schema)))
    assert named
    assert named <= set(schema["components"]["schemas"])


def test_strangers_do_not_read_it(db: None) -> None:
    assert APIClient().get("/api/v1/schema/").status_code == 401


def test_the_page_and_its_script_name_no_other_host(bob: User) -> None:
    browser = Client()
    browser.force_login(bob)
    page = browser.get("/api/v1/docs/")
    html = page.content.decode()
    assert page.status_code == 200
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert len(addresses) == 4
    assert all(address.startswith("/") for address in addresses)
    script = browser.get("/api/v1/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert 'url: "/api/v1/schema/"' in script.content.decode()


def test_the_page_asks_for_a_sign_in(db: None) -> None:
    assert Client().get("/api/v1/docs/").status_code == 302
