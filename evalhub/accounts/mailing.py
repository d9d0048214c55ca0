"""Mails to people who are invited, sent by a worker."""

from __future__ import annotations

import logging

from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from evalhub.accounts.models import Invitation
from evalhub.core.addresses import page_address
from evalhub.core.letters import LetterError, send_letter

logger = logging.getLogger(__name__)


@transaction.atomic
def send_invitation(invitation_id: int) -> bool:
    """Mail the link; False when it went out already, is no longer wanted, or the server did not take it."""
    held = Invitation.objects.select_for_update(skip_locked=True, of=("self",)).to_send()
    invitation = held.select_related("team", "invited_by").filter(pk=invitation_id).first()
    if invitation is None:
        return False
    invitation.mail_tries += 1
    try:
        _send(invitation)
    except LetterError as error:  # a second mail with the same link does no harm, so an unknown end is tried again, too
        logger.warning("the invitation %s could not be mailed: %s", invitation.uuid, error)
        invitation.mail_error = str(error)[:300]
    else:
        invitation.sent_at, invitation.mail_error, invitation.sealed_token = timezone.now(), "", b""
    invitation.save(update_fields=["mail_tries", "mail_error", "sent_at", "sealed_token"])
    return invitation.sent_at is not None


def unsent_invitations() -> list[int]:
    """Those whose mail is still to go out."""
    return list(Invitation.objects.to_send().values_list("id", flat=True))


def _send(invitation: Invitation) -> None:
    context = {"invitation": invitation, "address": address_of(invitation.unseal())}
    body = render_to_string("accounts/mail/invitation.txt", context)
    subject = f"{invitation.invited_by or 'Somebody'} invites you to {invitation.team} on EvalHub"
    send_letter(to=invitation.email, subject=subject, body=body)


def address_of(token: str) -> str:
    """Where an invitation's link leads."""
    return page_address(reverse("accounts:invitation_acceptance", args=[token]))
