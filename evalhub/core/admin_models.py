"""What the admin pages of all models have in common: frozen rows are shown and not changed, big tables not counted."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin as UnfoldModelAdmin
from unfold.admin import TabularInline as UnfoldTabularInline
from unfold.paginator import InfinitePaginator


class ModelAdmin(UnfoldModelAdmin):
    """Rows that an admin may change; nothing is deleted here that others stand on."""

    show_full_result_count = False
    list_per_page = 50


class KeptAdmin(ModelAdmin):
    """Rows that are archived, revoked or switched off, never deleted: too much hangs on them."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(KeptAdmin):
    """Rows that are frozen, or written by EvalHub alone."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class BigTableAdmin(ReadOnlyAdmin):
    """Tables of millions of rows: never counted, in the order of an index, and a list loads what it shows alone.

    `list_display` holds columns only, foreign keys by their number.
    """

    paginator = InfinitePaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.only(*map(str, self.list_display))


class ReadOnlyInline(UnfoldTabularInline):
    """Frozen rows beside the row they belong to."""

    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
