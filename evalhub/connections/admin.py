"""Connections in the admin site; their secrets go in and never come out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminURLInputWidget, UnfoldBooleanSwitchWidget

from evalhub.accounts.admin_audit import Audited
from evalhub.connections import services
from evalhub.connections.models import AllowedHost, Connection, ConnectionGrant
from evalhub.connections.services import ConnectionValues
from evalhub.core.admin_models import ModelAdmin, ReadOnlyAdmin, ServiceAdmin, ServiceForm


class ConnectionForm(ServiceForm):
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
            *("tokens_per_minute", "timeout_seconds", "input_price", "output_price", "is_default"),
        )

    def apply(self) -> Connection:
        found = self.cleaned_data
        values = ConnectionValues(**{name: found[name] for name in ConnectionValues.__dataclass_fields__})
        if self.instance.pk is None:
            return services.create_connection(team=found["team"], values=values, api_key=found["api_key"], by=self.by)
        return services.edit_connection(
            Connection.objects.select_related("team").get(pk=self.instance.pk),
            values=values,
            api_key=found["api_key"],
            removes_api_key=found["removes_api_key"],
            by=self.by,
        )

    def clean_parameters(self) -> dict[str, Any]:
        parameters = self.cleaned_data["parameters"] or {}
        if not isinstance(parameters, dict):
            raise forms.ValidationError('Write an object such as {"temperature": 0}.')
        return parameters


@admin.register(Connection)
class ConnectionAdmin(ServiceAdmin):
    """Endpoints of all teams. They are archived, not deleted: runs name them."""

    form = ConnectionForm
    list_display = ("name", "team", "base_url", "default_model", "has_api_key", "is_default", "archived_at")
    list_select_related = ("team",)
    list_filter = ("is_default", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "base_url", "team__name")
    autocomplete_fields = ("team",)
    actions = ("archive", "restore")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        return ("team", "uuid", "created_at", "archived_at", "has_api_key") if obj else ()

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[Connection]) -> None:
        rows = rows.select_related("team")
        self.change_each(request, rows, services.archive_connection, done="Archived")

    @admin.action(description="Bring back")
    def restore(self, request: HttpRequest, rows: QuerySet[Connection]) -> None:
        rows = rows.select_related("team")
        self.change_each(request, rows, services.restore_connection, done="Brought back")

    @admin.display(boolean=True, description="API key stored")
    def has_api_key(self, connection: Connection) -> bool:
        return connection.has_secret


@admin.register(AllowedHost)
class AllowedHostAdmin(Audited, ModelAdmin):
    """Hosts that connections and webhooks of all teams may call, beside those that the environment allows."""

    is_for_all_teams = True
    list_display = ("host", "note", "created_at")
    search_fields = ("host", "note")
    readonly_fields = ("created_at",)


@admin.register(ConnectionGrant)
class ConnectionGrantAdmin(ReadOnlyAdmin):
    """Which worker may make how many calls at once just now."""

    list_display = ("connection", "holder", "slots", "wanted", "until")
    list_select_related = ("connection",)
