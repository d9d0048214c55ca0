"""Invitations over REST: the link is told once, works once, and is taken back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from rest_framework.test import APIClient

from evalhub.accounts.choices import Role
from evalhub.accounts.models import AuditEntry, Invitation, Membership, Team, User
from tests.api.conftest import Caller

INVITATIONS = "/api/v1/teams/support/invitations/"
NEWCOMER = {"email": "dana@example.org", "name": "Dana Dorn", "password": "a-rather-long-secret"}


def test_a_link_is_told_once_and_brings_somebody_in(alice_calls: APIClient, team: Team) -> None:
    answer = alice_calls.post(INVITATIONS, {"role": "reviewer", "days": 3}, format="json")
    made = answer.json()
    link = urlsplit(made.pop("address")).path
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    assert (made["role"], made["email"], made["invited_by"]) == ("reviewer", "", "alice@example.org")
    read = alice_calls.get(answer["Location"])
    assert read.json() == made
    token = link.rstrip("/").rsplit("/", 1)[-1]
    listed = alice_calls.get(INVITATIONS)
    assert [one["id"] for one in listed.json()["results"]] == [made["id"]]
    assert token not in listed.content.decode() + read.content.decode()
    assert token not in str([vars(entry) for entry in AuditEntry.objects.all()])
    assert Client().post(link, NEWCOMER).status_code == 302
    assert Membership.objects.get(team=team, user__email="dana@example.org").role == Role.REVIEWER
    assert alice_calls.get(INVITATIONS).json()["results"] == []
    assert alice_calls.get(answer["Location"]).json()["accepted_at"]


def test_a_link_that_was_taken_back_brings_nobody_in(alice_calls: APIClient, team: Team) -> None:
    answer = alice_calls.post(INVITATIONS, {"role": "viewer", "email": "Dana@example.org"}, format="json")
    link = urlsplit(answer.json()["address"]).path
    assert answer.json()["email"] == "dana@example.org"
    assert [alice_calls.delete(answer["Location"]).status_code for _ in range(2)] == [204, 204]
    assert Client().get(link).status_code == 404
    assert alice_calls.get(answer["Location"]).json()["revoked_at"]
    renewed = alice_calls.post(answer["Location"] + "renewal/", {}, format="json")
    assert (renewed.status_code, renewed.json()["code"]) == (409, "invitation_over")


def test_a_new_link_ends_the_old_one(alice_calls: APIClient, team: Team) -> None:
    answer = alice_calls.post(INVITATIONS, {"role": "viewer"}, format="json")
    renewed = alice_calls.post(answer["Location"] + "renewal/", {"days": 30}, format="json")
    assert (renewed.status_code, renewed["Cache-Control"]) == (200, "no-store")
    old, new = (urlsplit(told.json()["address"]).path for told in (answer, renewed))
    assert [Client().get(link).status_code for link in (old, new)] == [404, 200]
    assert renewed.json()["expires_at"] > answer.json()["expires_at"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"role": "king"}, 400, "invalid"),
        ({"role": "viewer", "days": 91}, 400, "invalid"),
        ({"role": "viewer", "email": "nobody"}, 400, "invalid"),
        ({"role": "viewer", "email": "bob@example.org"}, 409, "member_already"),
    ],
)
def test_what_cannot_be_is_refused_and_nobody_is_invited(
    alice_calls: APIClient, bob: User, body: dict[str, Any], status: int, code: str
) -> None:
    refused = alice_calls.post(INVITATIONS, body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert not Invitation.objects.exists()


def test_who_is_invited_already_is_not_invited_twice(alice_calls: APIClient, team: Team) -> None:
    body = {"role": "viewer", "email": "dana@example.org"}
    answers = [alice_calls.post(INVITATIONS, body, format="json") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["code"] == "invited_already"


def test_only_an_owner_invites_an_owner(caller: Caller, alice: User, bob: User) -> None:
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    for calls in (caller(bob), caller(alice, role=Role.ADMIN)):
        assert calls.post(INVITATIONS, {"role": "owner"}, format="json").status_code == 403
        assert calls.post(INVITATIONS, {"role": "admin"}, format="json").status_code == 201
    assert caller(alice).post(INVITATIONS, {"role": "owner"}, format="json").status_code == 201


def test_bob_may_not_and_charlie_does_not_learn_of_it(
    alice_calls: APIClient, bob_calls: APIClient, charlie_calls: APIClient
) -> None:
    address = alice_calls.post(INVITATIONS, {"role": "viewer"}, format="json")["Location"]
    for calls, status in ((bob_calls, 403), (charlie_calls, 404)):
        assert calls.get(INVITATIONS).status_code == status
        assert calls.post(INVITATIONS, {"role": "nonsense"}, format="json").status_code == status
        assert calls.get(address).status_code == status
        assert calls.delete(address).status_code == status
        assert calls.post(address + "renewal/", {}, format="json").status_code == status
    assert Invitation.objects.waiting().count() == 1
