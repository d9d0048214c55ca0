"""Notices on the admin site, to be looked at: whether mail goes out."""

from __future__ import annotations

from django.contrib import admin

from evalhub.core.admin_models import BigTableAdmin
from evalhub.notices.models import Notice


@admin.register(Notice)
class NoticeAdmin(BigTableAdmin):
    """What people were told, of all teams."""

    list_display = ("id", "person_id", "kind", "created_at", "read_at", "mail_state", "mail_tries", "mail_error")
    list_filter = ("mail_state", "kind")
