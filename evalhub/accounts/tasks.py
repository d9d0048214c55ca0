"""Celery's doors of accounts: each task takes an id and calls one function."""

from __future__ import annotations

from celery import shared_task

from evalhub.accounts import mailing
from evalhub.core.queue import enqueue


@shared_task(name="accounts.send_invitation")
def send_invitation(invitation_id: int) -> None:
    """Mail an invitation, if that is still to be done."""
    mailing.send_invitation(invitation_id)


@shared_task(name="accounts.sweep")
def sweep() -> None:
    """Ring for mails whose message was lost or whose server was away."""
    for invitation_id in mailing.unsent_invitations():
        enqueue(send_invitation, invitation_id)
