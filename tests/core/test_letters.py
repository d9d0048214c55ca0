"""A letter goes to the mail server, and its sender learns whether a failed one may have been sent."""

from __future__ import annotations

import smtplib

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from pytest_django.fixtures import Settings

from evalhub.core.letters import LetterError, LetterRefused, send_letter, sends_mail


def _send() -> None:
    send_letter(to="dora@example.org", subject="Two\nlines " + "and more " * 40, body="Hello.")


def test_a_subject_is_one_line_of_bounded_length() -> None:
    _send()
    [letter] = mail.outbox
    assert letter.to == ["dora@example.org"]
    assert letter.subject.startswith("Two lines and more")
    assert len(letter.subject) == 150


@pytest.mark.parametrize(
    ("error", "is_refused"),
    [(smtplib.SMTPDataError(451, b"try later"), True), (smtplib.SMTPServerDisconnected("gone"), False)],
)
def test_a_refusal_is_told_apart_from_silence(
    error: Exception, is_refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(EmailBackend, "send_messages", fail)
    with pytest.raises(LetterError) as caught:
        _send()
    assert isinstance(caught.value, LetterRefused) is is_refused


@pytest.mark.parametrize(("backend", "sends"), [("smtp", True), ("console", False), ("dummy", False)])
def test_without_a_mail_server_nothing_is_promised(backend: str, sends: bool, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    assert sends_mail() is sends
