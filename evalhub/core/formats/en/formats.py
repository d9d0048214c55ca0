"""Dates that sort as they read. Django's own formats of a language win over its settings, so they stand here."""

from __future__ import annotations

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
