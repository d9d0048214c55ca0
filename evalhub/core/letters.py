"""One letter on its way to the mail server, and what is known of it when that fails.

Whether it is tried again is for the caller to say: that depends on what a second letter would do.
"""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

# Backends that reach nobody: with them, people are told in the app alone.
_NO_MAIL = tuple(f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy"))
_SAID_NO = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)
_LONGEST_SUBJECT = 150


class LetterError(Exception):
    """The letter was not sent, or nobody knows; the text says which."""


class LetterRefused(LetterError):
    """The mail server certainly has not taken the letter."""


def sends_mail() -> bool:
    """Whether this installation can send mail at all."""
    return settings.EMAIL_BACKEND not in _NO_MAIL


def send_letter(*, to: str, subject: str, body: str) -> None:
    """Hand it to the mail server. Raises `LetterRefused`, or `LetterError` where the server fell silent in between."""
    letter = EmailMessage(subject=" ".join(subject.split())[:_LONGEST_SUBJECT], body=body, to=[to])
    connection = get_connection()
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise LetterRefused(f"The mail server cannot be reached: {error}") from error
    try:
        connection.send_messages([letter])
    except _SAID_NO as error:
        raise LetterRefused(f"The mail server refused it: {error}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise LetterError(f"The mail server fell silent, so it may have been sent: {error}") from error
    finally:
        connection.close()
