"""Closed vocabularies of notices."""

from __future__ import annotations

from django.db.models import TextChoices


class NoticeKind(TextChoices):
    """Why a person is told."""

    MENTION = "mention", "Mention"
    COMMENT = "comment", "Comment"
    ASSIGNMENT = "assignment", "Assignment"
    DUE = "due", "Due"


class MailState(TextChoices):
    """Where the letter that goes with a notice stands."""

    NONE = "none", "Not by mail"
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    GIVEN_UP = "given_up", "Given up"
