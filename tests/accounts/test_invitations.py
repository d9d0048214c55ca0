"""Invitations: who may make them, what their link opens, and that it opens once."""

from __future__ import annotations

import re
from datetime import timedelta
from smtplib import SMTPDataError

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from evalhub.accounts import mailing
from evalhub.accounts.choices import Role
from evalhub.accounts.invitations import IssuedInvitation, invite, resend_invitation, revoke_invitation
from evalhub.accounts.models import AuditEntry, Invitation, Membership, Team, User
from evalhub.core.errors import Conflict, Invalid, NotAllowed
from tests.conftest import _ClientOf as ClientOf

NEW = {"email": "dora@example.org", "name": "Dora Drew", "password": "a-long-secret-1"}


def path_of(issued: IssuedInvitation) -> str:
    return issued.address.removeprefix("http://localhost:8000")


def test_a_link_makes_one_account_in_the_team_and_then_is_used_up(team: Team, alice: User, client: Client) -> None:
    path = path_of(invite(team=team, role=Role.REVIEWER, by=alice))
    assert "Join Support" in client.get(path).content.decode()
    assert client.post(path, NEW)["Location"] == "/"
    dora = User.objects.get(email="dora@example.org")
    assert Membership.objects.get(user=dora).role == Role.REVIEWER
    assert client.get("/").status_code == 200
    assert Client().get(path).status_code == 404
    assert [entry.action for entry in AuditEntry.objects.all()[:2]] == ["accepted", "invited"]


def test_who_has_an_account_joins_by_one_click(team: Team, alice: User, charlie: User) -> None:
    path = path_of(invite(team=team, role=Role.EDITOR, by=alice, email="Charlie@Example.org"))
    client = ClientOf(charlie)
    assert "You are signed in as charlie@example.org" in client.get(path).content.decode()
    client.post(path)
    assert Membership.objects.get(team=team, user=charlie).role == Role.EDITOR


def test_an_invitation_for_an_address_is_for_nobody_else(team: Team, alice: User, charlie: User) -> None:
    path = path_of(invite(team=team, role=Role.EDITOR, by=alice, email="dora@example.org"))
    assert ClientOf(charlie).post(path).status_code == 409
    Client().post(path, NEW | {"email": "mallory@example.org"})
    assert team.memberships.filter(user__email="dora@example.org").exists()
    assert not User.objects.filter(email="mallory@example.org").exists()


def test_whose_address_has_an_account_has_to_sign_in_first(team: Team, alice: User, charlie: User) -> None:
    path = path_of(invite(team=team, role=Role.EDITOR, by=alice))
    page = Client().post(path, NEW | {"email": charlie.email}).content.decode()
    assert "There is an account with this address" in page
    assert not team.memberships.filter(user=charlie).exists()
    assert Invitation.objects.usable().exists()


@pytest.mark.parametrize("how", ["expired", "revoked", "renewed"])
def test_a_link_that_is_over_opens_nothing(team: Team, alice: User, how: str) -> None:
    issued = invite(team=team, role=Role.EDITOR, by=alice)
    if how == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif how == "revoked":
        revoke_invitation(issued.invitation, by=alice)
    else:
        renewed = resend_invitation(issued.invitation, by=alice)
        assert Client().get(path_of(renewed)).status_code == 200
    assert Client().post(path_of(issued), NEW).status_code == 404
    assert not User.objects.filter(email="dora@example.org").exists()


def test_only_owners_invite_owners_and_editors_nobody(team: Team, bob: User) -> None:
    with pytest.raises(NotAllowed):
        invite(team=team, role=Role.VIEWER, by=bob)
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    invite(team=team, role=Role.ADMIN, by=bob)
    with pytest.raises(NotAllowed):
        invite(team=team, role=Role.OWNER, by=bob)


def test_a_member_or_an_invited_person_is_not_invited_again(team: Team, alice: User, bob: User) -> None:
    with pytest.raises(Conflict, match="in the team already"):
        invite(team=team, role=Role.VIEWER, by=alice, email=bob.email)
    first = invite(team=team, role=Role.VIEWER, by=alice, email="dora@example.org").invitation
    with transaction.atomic(), pytest.raises(Conflict, match="invited already"):
        invite(team=team, role=Role.VIEWER, by=alice, email="dora@example.org")
    with pytest.raises(Invalid):
        invite(team=team, role=Role.VIEWER, by=alice, days=91)
    revoke_invitation(first, by=alice)
    invite(team=team, role=Role.VIEWER, by=alice, email="dora@example.org")


def test_a_weak_password_is_refused_at_its_field_and_the_link_stays_good(team: Team, alice: User) -> None:
    path = path_of(invite(team=team, role=Role.VIEWER, by=alice))
    assert "too short" in Client().post(path, NEW | {"password": "short"}).content.decode()
    assert Client().post(path, NEW).status_code == 302


def test_the_mail_holds_the_link_and_the_secret_is_forgotten(team: Team, alice: User) -> None:
    invitation = invite(team=team, role=Role.VIEWER, by=alice, email="dora@example.org").invitation
    assert mailing.unsent_invitations() == [invitation.pk]
    assert mailing.send_invitation(invitation.pk)
    assert not mailing.send_invitation(invitation.pk)
    [message] = mail.outbox
    assert message.to == ["dora@example.org"]
    link = re.search(r"http://localhost:8000(/invitations/\S+/)", str(message.body))
    assert link
    assert "Join Support" in Client().get(link[1]).content.decode()
    invitation.refresh_from_db()
    assert bytes(invitation.sealed_token) == b""


def test_a_mail_server_that_is_away_is_tried_again_and_told_of(
    team: Team, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise SMTPDataError(451, b"try later")

    invitation = invite(team=team, role=Role.VIEWER, by=alice, email="dora@example.org").invitation
    with monkeypatch.context() as patched:
        patched.setattr(EmailBackend, "send_messages", refuse)
        assert not mailing.send_invitation(invitation.pk)
    page = ClientOf(alice).get(reverse("accounts:invitation_list", args=[team.slug])).content.decode()
    assert "The mail server refused it: (451, b&#x27;try later&#x27;)" in page
    assert mailing.send_invitation(invitation.pk)


def test_without_a_mail_server_the_link_is_shown_once(team: Team, alice: User, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    path = reverse("accounts:invitation_list", args=[team.slug])
    client = ClientOf(alice)
    body = {"email": "dora@example.org", "role": "viewer", "days": "3"}
    link = re.search(r"http://localhost:8000/invitations/[\w-]+/", client.post(path, body).content.decode())
    assert link
    assert link[0] not in client.get(path).content.decode()
    assert mailing.unsent_invitations() == []


@pytest.mark.parametrize("days", ["0", "-1", "91"])
def test_days_out_of_range_are_told_with_what_was_entered(team: Team, alice: User, days: str) -> None:
    path = reverse("accounts:invitation_list", args=[team.slug])
    page = ClientOf(alice).post(path, {"email": "", "role": "viewer", "days": days}).text
    assert f"An invitation is good for 1 to 90 days, not {days}." in page
