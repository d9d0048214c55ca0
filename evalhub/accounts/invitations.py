"""Writes of invitations: making, sending again, taking back and accepting them."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import record
from evalhub.accounts.choices import AuditAction, Role
from evalhub.accounts.mailing import address_of
from evalhub.accounts.models import Invitation, Membership, Team, User
from evalhub.accounts.new_accounts import create_account
from evalhub.accounts.tasks import send_invitation
from evalhub.core.errors import Conflict, Invalid, NotFound
from evalhub.core.letters import sends_mail
from evalhub.core.queue import enqueue

USUAL_DAYS = 7
MOST_DAYS = 90
_MOST_WAITING = 500


@dataclass(frozen=True, slots=True)
class IssuedInvitation:
    """A new link; `address` is shown once and not kept."""

    invitation: Invitation
    address: str


@transaction.atomic
def invite(*, team: Team, role: Role, by: User, email: str = "", days: int = USUAL_DAYS) -> IssuedInvitation:
    """Make a link into the team; with an address it is for that person alone, and mailed where that is set up.

    Raises `NotAllowed`, `Invalid`, and `Conflict` for a member or an address with a waiting invitation.
    """
    _require_may_invite(by, team, role)
    email = email.strip().lower()
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("days_out_of_range", f"An invitation is good for 1 to {MOST_DAYS} days.", field="days")
    Team.objects.select_for_update(no_key=True).get(pk=team.pk)  # two who invite the same person take turns
    waiting = team.invitations.waiting()
    if email and team.memberships.filter(user__email=email).exists():
        raise Conflict("member_already", f"{email} is in the team already.", field="email")
    if email and waiting.filter(email=email).exists():
        raise Conflict("invited_already", f"{email} is invited already; send that invitation again.", field="email")
    if waiting.count() >= _MOST_WAITING:
        raise Conflict("too_many_invitations", f"{_MOST_WAITING} invitations are waiting; take some back first.")
    invitation = Invitation(team=team, email=email, role=role, invited_by=by)
    issued = _issue(invitation, days=days)
    record(team=team, by=by, action=AuditAction.INVITED, subject=invitation, changes={"role": [None, role]})
    return issued


@transaction.atomic
def resend_invitation(invitation: Invitation, *, by: User, days: int = USUAL_DAYS) -> IssuedInvitation:
    """Make a new link; the old one no longer works. Raises `Conflict` when it was taken up or back."""
    _require_may_invite(by, invitation.team, Role(invitation.role))
    held = Invitation.objects.waiting().select_for_update().filter(pk=invitation.pk).first()
    if held is None:
        raise Conflict("invitation_over", f"The invitation of {invitation} was accepted or taken back; make a new one.")
    held.team, held.invited_by = invitation.team, by
    held.mail_tries, held.mail_error, held.sent_at = 0, "", None
    issued = _issue(held, days=days)
    record(team=held.team, by=by, action=AuditAction.RENEWED, subject=held)
    return issued


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> None:
    """Take the link back; nobody comes in by it any more."""
    require_right(by, Right.MANAGE_PEOPLE, invitation.team)
    waiting = Invitation.objects.waiting().filter(pk=invitation.pk)
    if waiting.update(revoked_at=timezone.now(), sealed_token=b""):
        record(team=invitation.team, by=by, action=AuditAction.REVOKED, subject=invitation)


def find_invitation(token: str) -> Invitation:
    """The invitation behind a link. Raises `NotFound`, without saying whether there ever was one."""
    found = Invitation.objects.usable().select_related("team", "invited_by").filter(token_hash=_hash(token)).first()
    if found is None:
        raise NotFound(
            "invitation_unknown", "This invitation was used, taken back or is over; ask the team for a new one."
        )
    return found


@transaction.atomic
def accept_invitation(invitation: Invitation, *, user: User) -> Membership:
    """Take the person into the team. Raises `Conflict` when somebody was first or the person is in it already."""
    if invitation.email and invitation.email != user.email:
        raise Conflict(
            "invitation_for_another",
            f"This invitation is for {invitation.email} and you are signed in as {user.email}; sign in as that person.",
        )
    now = timezone.now()
    usable = Invitation.objects.usable().filter(pk=invitation.pk)
    if not usable.update(accepted_at=now, accepted_by=user, sealed_token=b""):
        raise Conflict("invitation_over", "This invitation was just used or taken back; ask the team for a new one.")
    membership, is_new = Membership.objects.get_or_create(
        team=invitation.team, user=user, defaults={"role": invitation.role}
    )
    if not is_new:
        raise Conflict("member_already", f"You are in {invitation.team} already.")
    changes = {"role": [None, membership.role]}
    record(team=invitation.team, by=user, action=AuditAction.ACCEPTED, subject=invitation, changes=changes)
    return membership


@transaction.atomic
def accept_with_new_account(invitation: Invitation, *, email: str, name: str, password: str) -> Membership:
    """Make an account and take it into the team. Raises `Invalid` at the field in question, `Conflict`."""
    user = create_account(email=invitation.email or email, name=name, password=password)
    return accept_invitation(invitation, user=user)


def _require_may_invite(by: User, team: Team, role: Role) -> None:
    require_right(by, Right.MANAGE_PEOPLE, team)
    if role == Role.OWNER:
        require_right(by, Right.OWN_TEAM, team)


def _issue(invitation: Invitation, *, days: int) -> IssuedInvitation:
    """Give the invitation a new secret, save it, and have its mail sent."""
    token = secrets.token_urlsafe(32)
    invitation.token_hash, invitation.expires_at = _hash(token), timezone.now() + timedelta(days=days)
    if invitation.email and sends_mail():
        invitation.seal(token)
    invitation.save()
    if invitation.sealed_token:
        enqueue(send_invitation, invitation.pk)
    return IssuedInvitation(invitation, address_of(token))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
