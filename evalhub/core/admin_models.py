"""What the admin pages of all models have in common.

Frozen rows are shown and not changed, big tables are not counted, and changes go through services as on every page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin as UnfoldModelAdmin
from unfold.admin import TabularInline as UnfoldTabularInline
from unfold.paginator import InfinitePaginator

from evalhub.core.errors import EvalHubError


class ModelAdmin(UnfoldModelAdmin):
    """Rows that an admin may change; nothing is deleted here that others stand on."""

    show_full_result_count = False
    list_per_page = 50


class KeptAdmin(ModelAdmin):
    """Rows that are archived, revoked or switched off, never deleted: too much hangs on them."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def change_each(
        self, request: HttpRequest, rows: Iterable[Model], change: Callable[..., object], *, done: str
    ) -> None:
        """Change the rows by a service, one by one, and note it in the history of each; what it refuses is said."""
        count = 0
        for row in rows:
            try:
                with transaction.atomic():
                    change(row, by=request.user)
                    self.log_change(request, row, done)
            except EvalHubError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
            else:
                count += 1
        if count:
            self.message_user(request, f"{done}: {count}.", messages.SUCCESS)


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for type checkers alone
    """A form whose changes go through a service: what that refuses is said at the field it names."""

    # Who fills it in; set by `ServiceAdmin`.
    by: ClassVar[Any] = None

    def apply(self) -> Model:
        """Call the service on a row as it is stored. Raises `EvalHubError`."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own
        if not self.errors:
            self._rehearse()

    def _rehearse(self) -> None:
        """Call the service and take everything back, so that a refusal comes while the form can still show it."""
        try:
            with transaction.atomic():
                self.apply()
                transaction.set_rollback(True)
        except EvalHubError as error:
            self.add_error(error.field if error.field in self.fields else None, error.message)


class ServiceAdmin(KeptAdmin):
    """Rows that are made and changed by a service; `form` is a `ServiceForm`."""

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"by": request.user})

    def save_model(self, request: HttpRequest, obj: Model, form: ServiceForm, change: bool) -> None:
        obj.pk = form.apply().pk


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
