"""Webhooks and their deliveries on the admin site, to be looked at; teams change theirs on their own pages."""

from __future__ import annotations

from django.contrib import admin

from evalhub.core.admin_models import BigTableAdmin, ReadOnlyAdmin
from evalhub.webhooks.models import Delivery, Webhook


@admin.register(Webhook)
class WebhookAdmin(ReadOnlyAdmin):
    """Receivers of all teams."""

    list_display = ("url", "project", "is_active", "note", "created_at")
    list_select_related = ("project",)
    search_fields = ("url", "project__name")


@admin.register(Delivery)
class DeliveryAdmin(BigTableAdmin):
    """Events on their way, of all teams."""

    list_display = ("id", "webhook_id", "event", "state", "tries", "status_code", "next_try_at", "created_at")
    list_filter = ("state", "event")
