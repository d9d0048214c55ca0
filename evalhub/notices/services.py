"""Telling people what concerns them, and what they do with it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from evalhub.accounts.models import Membership, Project, User
from evalhub.core.letters import sends_mail
from evalhub.core.queue import enqueue
from evalhub.notices.choices import MailState, NoticeKind
from evalhub.notices.mailing import wants_mail
from evalhub.notices.models import MailWish, Notice, NoticeQuerySet
from evalhub.notices.tasks import send_mail

_LONGEST_TEXT = 500


def notify(
    *, person: User, kind: NoticeKind, text: str, address: str, project: Project, by: User | None = None
) -> Notice | None:
    """Tell the person, in the transaction of what they are told of; by mail once it has committed.

    None where nobody is told: people learn nothing of what they did themselves, nor of a team they have left.
    """
    if person == by or not Membership.objects.filter(team_id=project.team_id, user=person).exists():
        return None
    notice = Notice.objects.create(
        person=person, kind=kind, text=_cut(text), address=address, project=project, by=by, **_letter(person)
    )
    if notice.mail_state == MailState.WAITING:
        enqueue(send_mail, notice.pk)
    return notice


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 1]}…"


def _letter(person: User) -> dict[str, object]:
    """The state in which the letter begins, if there is to be one."""
    if not (sends_mail() and wants_mail(person)):
        return {}
    told_again = timezone.now() + timedelta(seconds=settings.EVALHUB_RING_SECONDS)
    return {"mail_state": MailState.WAITING, "mail_at": told_again}


def set_mail(person: User, *, is_wanted: bool) -> None:
    MailWish.objects.update_or_create(person=person, defaults={"is_wanted": is_wanted})


def mark_read(notices: NoticeQuerySet) -> int:
    """Note that these were read; gives how many were not before."""
    return notices.unread().update(read_at=timezone.now())
