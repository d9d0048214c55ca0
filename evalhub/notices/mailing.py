"""A notice's way by mail: who sends it, what came of it, and when it is tried again.

A letter is sent at most once. It is tried again only where the mail server cannot have taken it: it was not reached, or
it said no. Where it fell silent in the middle, or the worker did, nobody knows; the notice still stands in the app.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from evalhub.accounts.models import User
from evalhub.core.addresses import page_address
from evalhub.core.letters import LetterError, LetterRefused, send_letter
from evalhub.notices.choices import MailState
from evalhub.notices.models import MailWish, Notice

logger = logging.getLogger(__name__)

# Seconds before each further try; after the last, the letter is given up.
WAITS = (60, 300, 1_800, 7_200, 28_800)
_SECONDS_TO_SEND = 300
_RUNG_AT_ONCE = 100


def wants_mail(person: User) -> bool:
    """Whether the person is to be written to at all."""
    return person.is_active and not MailWish.objects.filter(person=person, is_wanted=False).exists()


def send(notice_id: int) -> None:
    """Send the letter, if it waits and its person is still to be told."""
    waiting = Notice.objects.filter(pk=notice_id, mail_state=MailState.WAITING)
    if not waiting.update(mail_state=MailState.SENDING, mail_at=timezone.now() + timedelta(seconds=_SECONDS_TO_SEND)):
        return
    notice = Notice.objects.select_related("person", "project").get(pk=notice_id)
    if not _is_still_wanted(notice):
        _settle(notice, MailState.NONE)
        return
    try:
        _send(notice)
    except LetterRefused as refusal:
        _try_later(notice, str(refusal))
    except LetterError as error:
        _settle(notice, MailState.GIVEN_UP, error=str(error))
    else:
        _settle(notice, MailState.SENT)


def _is_still_wanted(notice: Notice) -> bool:
    """Not where it was read meanwhile, or where its person has left the team or switched mail off."""
    if notice.read_at:
        return False
    return wants_mail(notice.person) and Notice.objects.to_members().filter(pk=notice.pk).exists()


def _send(notice: Notice) -> None:
    send_letter(
        to=notice.person.email,
        subject=f"[{notice.project.name}] {notice.text}",
        body=(
            f"{notice.text}\n\n{page_address(notice.address)}\n\n"
            f"You are told because you are in the team of {notice.project.name}. "
            f"Switch mail off at {page_address('/notices/')}\n"
        ),
    )


def _try_later(notice: Notice, error: str) -> None:
    if notice.mail_tries >= len(WAITS):
        _settle(notice, MailState.GIVEN_UP, error=error)
    else:
        later = timezone.now() + timedelta(seconds=WAITS[notice.mail_tries])
        _settle(notice, MailState.WAITING, error=error, mail_at=later)


def _settle(notice: Notice, state: MailState, *, error: str = "", mail_at: datetime | None = None) -> None:
    """Write down what came of it, unless the sweep gave the letter up meanwhile."""
    mine = Notice.objects.filter(pk=notice.pk, mail_state=MailState.SENDING)
    mine.update(mail_state=state, mail_error=error[:300], mail_at=mail_at, mail_tries=notice.mail_tries + 1)
    logger.info("mail of notice %s: %s", notice.pk, state)


def sweep() -> list[int]:
    """Ids of the letters that workers have to be told of (again); those of workers that were killed are given up."""
    lost = Notice.objects.filter(mail_state=MailState.SENDING, mail_at__lte=Now())
    lost.update(mail_state=MailState.GIVEN_UP, mail_error="The worker that sent it stopped without a word.")
    ids = list(Notice.objects.due_by_mail().order_by("mail_at").values_list("id", flat=True)[:_RUNG_AT_ONCE])
    told_again = timezone.now() + timedelta(seconds=settings.EVALHUB_RING_SECONDS)
    Notice.objects.filter(id__in=ids, mail_state=MailState.WAITING).update(mail_at=told_again)
    return ids
