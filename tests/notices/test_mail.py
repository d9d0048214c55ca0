"""A notice goes out by mail at most once, and again only where the mail server cannot have taken it."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Membership, User
from evalhub.notices import mailing
from evalhub.notices.choices import MailState
from evalhub.notices.models import Notice
from evalhub.notices.services import mark_read, set_mail
from tests.notices.conftest import Tell


def _sent(notice: Notice | None) -> Notice:
    """The notice after a worker was told of it."""
    assert notice is not None
    mailing.send(notice.pk)
    notice.refresh_from_db()
    return notice


def test_the_letter_says_what_happened_and_where(bob: User, tell: Tell, settings: Settings) -> None:
    settings.EVALHUB_URL = "https://evals.example.org"
    notice = _sent(tell(bob, text="Alice Archer mentioned you\non item 3"))
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["bob@example.org"], "[Support bot] Alice Archer mentioned you on item 3")
    assert f"https://evals.example.org{notice.address}" in letter.body
    assert notice.mail_state == MailState.SENT


def test_a_message_that_comes_twice_sends_one_letter(bob: User, tell: Tell) -> None:
    notice = _sent(tell(bob))
    _sent(notice)
    assert len(mail.outbox) == 1


def _leave(bob: User) -> None:
    Membership.objects.filter(user=bob).delete()


def _switch_off(bob: User) -> None:
    set_mail(bob, is_wanted=False)


def _read(bob: User) -> None:
    mark_read(Notice.objects.filter(person=bob))


def _deactivate(bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(is_active=False)


@pytest.mark.parametrize("meanwhile", [_leave, _switch_off, _read, _deactivate])
def test_no_letter_goes_out_that_is_not_wanted_any_more(
    meanwhile: Callable[[User], None], bob: User, tell: Tell
) -> None:
    notice = tell(bob)
    meanwhile(bob)
    assert _sent(notice).mail_state == MailState.NONE
    assert not mail.outbox


def _fails(monkeypatch: pytest.MonkeyPatch, step: str, error: Exception) -> None:
    def failing(*args: object) -> None:
        raise error

    monkeypatch.setattr(EmailBackend, step, failing)


NOT_TAKEN = [
    ("open", ConnectionRefusedError("refused")),
    ("open", smtplib.SMTPAuthenticationError(535, b"who are you")),
    ("send_messages", smtplib.SMTPDataError(451, b"try later")),
    ("send_messages", smtplib.SMTPRecipientsRefused({"bob@example.org": (450, b"busy")})),
]


@pytest.mark.parametrize(("step", "error"), NOT_TAKEN)
def test_what_the_server_has_not_taken_is_tried_again(
    step: str, error: Exception, bob: User, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        _fails(broken, step, error)
        notice = _sent(tell(bob))
    assert (notice.mail_state, notice.mail_tries) == (MailState.WAITING, 1)
    assert mailing.sweep() == []
    Notice.objects.update(mail_at=timezone.now())
    assert mailing.sweep() == [notice.pk]
    assert _sent(notice).mail_state == MailState.SENT
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("error", [smtplib.SMTPServerDisconnected("gone"), TimeoutError("slow")])
def test_what_the_server_may_have_taken_is_never_sent_again(
    error: Exception, bob: User, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fails(monkeypatch, "send_messages", error)
    assert _sent(tell(bob)).mail_state == MailState.GIVEN_UP
    assert mailing.sweep() == []


def test_after_the_last_try_it_is_given_up_with_the_reason(
    bob: User, tell: Tell, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fails(monkeypatch, "open", ConnectionRefusedError("refused"))
    notice = tell(bob)
    for _ in mailing.WAITS:
        assert _sent(notice).mail_state == MailState.WAITING
    notice = _sent(notice)
    assert (notice.mail_state, "refused" in notice.mail_error) == (MailState.GIVEN_UP, True)


def test_a_lost_message_is_told_again_and_not_twice_in_a_row(bob: User, tell: Tell) -> None:
    notice = tell(bob)
    assert notice is not None
    Notice.objects.update(mail_at=timezone.now() - timedelta(seconds=1))
    assert mailing.sweep() == [notice.pk]
    assert mailing.sweep() == []


def test_a_letter_whose_worker_was_killed_is_not_risked_twice(bob: User, tell: Tell) -> None:
    notice = tell(bob)
    assert notice is not None
    Notice.objects.update(mail_state=MailState.SENDING, mail_at=timezone.now() - timedelta(seconds=1))
    assert mailing.sweep() == []
    assert _sent(notice).mail_state == MailState.GIVEN_UP
    assert not mail.outbox


@pytest.mark.parametrize("backend", ["console", "dummy"])
def test_a_server_without_mail_tells_in_the_app_alone(backend: str, bob: User, tell: Tell, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    notice = tell(bob)
    assert notice is not None
    assert notice.mail_state == MailState.NONE
