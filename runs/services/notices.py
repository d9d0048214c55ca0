"""What people are told of runs, items and reviews."""

from __future__ import annotations

from evalhub.notices.choices import NoticeKind
from evalhub.notices.services import notify

__all__ = ["NoticeKind", "notify"]
