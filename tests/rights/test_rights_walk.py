"""Every address, method and role: who gets in, who is refused, and who does not learn that there is anything."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from evalhub.accounts.access import LEAST_ROLE, Right
from evalhub.accounts.choices import Role
from evalhub.accounts.models import Team, User
from tests.api.conftest import make_key
from tests.rights.doors import BY_SECRET, DOORS, OWN_LISTS, PAGES, WITHOUT_ROWS, addresses
from tests.rights.scene import Scene, add_member
from tests.worker import REPOSITORY

PAGE_METHODS, PROGRAM_METHODS = ("get", "post"), ("get", "post", "patch", "put", "delete")
WHO = [*Role.values, "stranger", "nobody"]


def test_every_address_says_whom_it_lets_in() -> None:
    known, listed = addresses().keys(), DOORS.keys() | WITHOUT_ROWS | OWN_LISTS | BY_SECRET
    assert known == listed, f"without rights: {known - listed}; gone: {listed - known}"


def test_the_documented_rights_are_those_in_force() -> None:
    table = [line for line in (REPOSITORY / "docs" / "rights.md").read_text().splitlines() if line.startswith("| ")]
    documented = {cells[1]: [bool(cell) for cell in cells[2:-1]] for cells in map(_cells, table[1:])}
    in_force = {right: [role.rank >= LEAST_ROLE[right].rank for role in Role] for right in Right}
    assert documented == {f"{right[0].upper()}{right[1:]}": held for right, held in in_force.items()}


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


@pytest.mark.parametrize("name", DOORS)
def test_each_role_gets_in_where_it_may(name: str, team: Team, alice: User, charlie: User) -> None:
    scene = Scene(team, alice)
    path = reverse(name, kwargs=scene.arguments(addresses()[name]))
    people = {role: add_member(team, Role(role), name=f"the-{role}").user for role in Role.values}
    people["stranger"] = charlie
    found = {}
    for who in WHO:
        for method in PAGE_METHODS if name in PAGES else PROGRAM_METHODS:
            right = getattr(DOORS[name], method)
            if right is None and who != Role.OWNER:
                continue  # who may do everything finds that there is no such method
            answer = _status(name, path, method, people.get(who))
            if not _is_right(answer, who, right, is_page=name in PAGES):
                found[f"{method} as {who}"] = answer
    assert not found


@pytest.mark.parametrize("who", ["owner", "stranger", "nobody"])
def test_a_secret_address_opens_for_everybody_and_only_by_its_secret(
    who: str, team: Team, alice: User, charlie: User
) -> None:
    token = Scene(team, alice).shared_token()
    person = {"owner": alice, "stranger": charlie, "nobody": None}[who]
    browser = _browser(person)
    right, wrong = (reverse("runs:shared_report", args=[secret]) for secret in (token, "x" * len(token)))
    assert [browser.get(path).status_code for path in (right, wrong)] == [200, 404]
    assert [getattr(browser, method)(right).status_code for method in ("post", "put", "delete")] == [405] * 3
    assert [browser.get(right[:-2] + "/").status_code, browser.head(right).status_code] == [404, 200]


def _status(name: str, path: str, method: str, person: User | None) -> int:
    """How one request is answered; nothing of it stays."""
    client = _browser(person) if name in PAGES else _program(person)
    with transaction.atomic():
        status = int(getattr(client, method)(path).status_code)
        transaction.set_rollback(True)
    return status


def _browser(person: User | None) -> Client:
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def _program(person: User | None) -> APIClient:
    client = APIClient()
    if person is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(person)}")
    return client


def _is_right(status: int, who: str, right: Right | None, *, is_page: bool) -> bool:
    if who == "nobody":
        return status in ({302, 405} if is_page else {401})
    if right is None:
        return status in {404, 405}
    if who == "stranger":
        return status == 404
    may = Role(who).rank >= LEAST_ROLE[right].rank
    return status not in {401, 403, 404, 405} and status < 500 if may else status == 403
