"""Every service that takes a person either writes into the audit log or says why not: a forgotten one is found."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from copy import deepcopy
from importlib import import_module
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

import runs.services
from evalhub.accounts.models import AuditEntry, Team, User
from tests.audit import review_services, run_services, team_services
from tests.audit.told import Service, Told, World

RECORDED = team_services.RECORDED | run_services.RECORDED | review_services.RECORDED
UNRECORDED = team_services.UNRECORDED | review_services.UNRECORDED
MODULES = (
    *("evalhub.accounts.services", "evalhub.accounts.invitations", "evalhub.connections.services"),
    *("evalhub.notices.services", "evalhub.webhooks.services", "metrics.services", "metrics.project_metrics"),
    *(f"runs.services.{module.name}" for module in pkgutil.iter_modules(runs.services.__path__)),
)
# They keep people's words as they came: an entry of the log shows none of them.
SECRETS = ("sk-secret", "Look here", "Or not")


def _services() -> Iterator[Service]:
    """The public functions of the modules that take a person."""
    for name in MODULES:
        for function in vars(import_module(name)).values():
            is_own = inspect.isfunction(function) and function.__module__ == name
            if is_own and not function.__name__.startswith("_") and _takes_person(function):
                yield function


def _takes_person(function: Service) -> bool:
    return any("User" in str(each.annotation) for each in inspect.signature(function).parameters.values())


def _name(service: Service) -> str:
    return f"{service.__module__}.{service.__name__}"


def test_every_service_that_takes_a_person_is_in_one_of_the_tables() -> None:
    found, listed = set(_services()), RECORDED.keys() | UNRECORDED.keys()
    assert {_name(service) for service in found - listed} == set()
    assert {_name(service) for service in listed - found} == set()
    assert not RECORDED.keys() & UNRECORDED.keys()


@pytest.fixture
def world(team: Team, alice: User, settings: Settings, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["models.example.org", "hooks.example.org"]
    return World(team, alice)


def test_each_of_them_is_written_down_with_who_and_what_and_no_secret(world: World) -> None:
    wrong = [f"{_name(service)} {said}" for service, told in RECORDED.items() if (said := _what_is_wrong(world, told))]
    assert not wrong, "\n".join(wrong)


def _what_is_wrong(world: World, told: Told) -> str:
    """Do it, look at what the log says, and undo all of it; "" when that is right."""
    before = AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with transaction.atomic():
        told.doing(deepcopy(world))  # rows in memory would keep what is undone
        entries = list(AuditEntry.objects.filter(id__gt=before))
        transaction.set_rollback(True)
    fitting = [entry for entry in entries if (entry.action, entry.subject_kind) == (told.action, told.kind)]
    if not fitting:
        return f"wrote {[str(entry) for entry in entries]}"
    if not fitting[0].by_name:
        return "does not say who"
    shown = str([vars(entry) for entry in entries])
    return f"shows {[secret for secret in SECRETS if secret in shown]}" if any(s in shown for s in SECRETS) else ""
