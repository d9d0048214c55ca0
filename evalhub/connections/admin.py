"""Connections in the admin site; their secrets go in and never come out."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminURLInputWidget, UnfoldBooleanSwitchWidget

from evalhub.accounts.admin_audit import Audited
from evalhub.connections.models import AllowedHost, Connection, ConnectionGrant
from evalhub.core.admin_models import KeptAdmin, ModelAdmin, ReadOnlyAdmin


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers alone
    """A connection with a field to enter its API key anew; the stored one is not shown."""

    base_url = forms.URLField(
        label="Base URL",
        max_length=500,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
    )
    api_key = forms.CharField(
        label="API key",
        required=False,
        strip=True,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="Stored encrypted and never shown again. Leave empty to keep the stored one.",
    )
    removes_api_key = forms.BooleanField(
        label="Remove the stored API key",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    class Meta:
        model = Connection
        fields = (
            *("team", "name", "base_url", "default_model", "parameters", "max_concurrency", "requests_per_minute"),
            *("tokens_per_minute", "timeout_seconds", "input_price", "output_price", "is_default", "archived_at"),
        )

    def save(self, commit: bool = True) -> Connection:
        if self.cleaned_data["api_key"]:
            self.instance.set_secret(self.cleaned_data["api_key"])
        elif self.cleaned_data["removes_api_key"]:
            self.instance.set_secret("")
        connection: Connection = super().save(commit)
        return connection


@admin.register(Connection)
class ConnectionAdmin(Audited, KeptAdmin):
    """Endpoints of all teams. They are archived, not deleted: runs name them."""

    form = ConnectionForm
    list_display = ("name", "team", "base_url", "default_model", "has_api_key", "is_default", "archived_at")
    list_select_related = ("team",)
    search_fields = ("name", "base_url", "team__name")
    autocomplete_fields = ("team",)
    readonly_fields = ("uuid", "created_at", "has_api_key")

    @admin.display(boolean=True, description="API key stored")
    def has_api_key(self, connection: Connection) -> bool:
        return connection.has_secret


@admin.register(AllowedHost)
class AllowedHostAdmin(ModelAdmin):
    """Hosts that connections and webhooks of all teams may call, beside those that the environment allows."""

    list_display = ("host", "note", "created_at")
    search_fields = ("host", "note")
    readonly_fields = ("created_at",)


@admin.register(ConnectionGrant)
class ConnectionGrantAdmin(ReadOnlyAdmin):
    """Which worker may make how many calls at once just now."""

    list_display = ("connection", "holder", "slots", "wanted", "until")
    list_select_related = ("connection",)
