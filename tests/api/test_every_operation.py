"""Calls that the description of the API allows, and some that it does not: each is answered, and as described."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.errors import InvalidSchema
from schemathesis.core.result import Ok, Result
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from evalhub.accounts.models import Team, User
from evalhub.api.v1 import imports, project_data, project_exports
from evalhub.wsgi import application
from runs import waiting
from runs.models import Item
from tests.api.conftest import make_key
from tests.rights.doors import addresses
from tests.rights.scene import Scene

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = {GenerationMode.POSITIVE: 4, GenerationMode.NEGATIVE: 3}
Operation = APIOperation[Any, Any, Any, Any]


def _operations() -> list[Operation]:
    description = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    schema = schemathesis.openapi.from_dict(description)
    schema.app = application
    return [_readable(found) for found in schema.get_all_operations()]


def _readable(found: Result[Operation, InvalidSchema]) -> Operation:
    assert isinstance(found, Ok), found
    return found.ok()


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The server's calls share the test's connection, as those of Django's own test client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made-up calls ask to wait for minutes, and here no worker would ever end that."""

    def look_once(is_over: Callable[[], bool], *, seconds: float) -> bool:
        return is_over()

    for module in (waiting, imports, project_data, project_exports):
        monkeypatch.setattr(module, "wait_until", look_once)


@pytest.fixture
def places(team: Team, alice: User) -> dict[str, Any]:
    """What the names in addresses stand for, so that calls reach something."""
    scene = Scene(team, alice)
    scene.rows["import_id"].rejected_rows.create(line=3, reason="Broken.", raw="{")
    Item.objects.filter(ordinal=0).update(expected=["x"], context=["y"], given_scores={"tone": {"score": 1}})
    of_api = (arguments for name, arguments in addresses().items() if name.startswith("api:"))
    wanted = {name: converter for arguments in of_api for name, converter in arguments.items()}
    return {name: place if isinstance(place, int) else str(place) for name, place in scene.arguments(wanted).items()}


@pytest.mark.parametrize("mode", EXAMPLES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", _operations(), ids=lambda operation: operation.label)
def test_the_answer_is_as_described(
    operation: Operation, mode: GenerationMode, alice: User, places: dict[str, Any], settings: Settings
) -> None:
    settings.EVALHUB_API_REQUESTS_PER_MINUTE = 0
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = []
    headers = {"Authorization": f"Bearer {make_key(alice)}", "Accept-Encoding": "identity"}
    known = {name: place for name, place in places.items() if f"{{{name}}}" in operation.path}
    calls = operation.as_strategy(mode, path_parameters=known)

    @hypothesis_settings(
        max_examples=EXAMPLES[mode],
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=calls)
    def call(case: Case[Any]) -> None:
        with transaction.atomic():
            # An answer narrowed by `fields` lacks, as it was asked to, what the shape of a whole one requires.
            unfit = [response_schema_conformance] if case.query and "fields" in case.query else []
            case.call_and_validate(headers=headers, checks=CHECKS, excluded_checks=unfit)
            transaction.set_rollback(True)

    call()
