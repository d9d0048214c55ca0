"""What admins change on the admin site is written down in the audit log of the team it belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest

from evalhub.accounts.audit import Changes, plain, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, Team, User


class Audited(ModelAdmin):  # type: ignore[type-arg]  # generic for type checkers alone
    """Put before the admin class of a team's rows that no service saves; the admin site saves in one transaction."""

    # Rows that are no team's own but matter to each: the change stands in every team's log.
    is_for_all_teams = False

    # Each admin class names its own row and form here.
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: ANN401  # Django's own
        super().save_model(request, obj, form, change)
        self._note(request, obj, AuditAction.CHANGED if change else AuditAction.CREATED, _changes(form))

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        self._note(request, obj, AuditAction.DELETED)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Iterable[Model]) -> None:
        for row in queryset:
            self._note(request, row, AuditAction.DELETED)
        super().delete_queryset(request, queryset)  # type: ignore[arg-type]  # the rows that were chosen

    def _note(self, request: HttpRequest, row: Model, action: AuditAction, changes: Changes | None = None) -> None:
        project = row if isinstance(row, Project) else getattr(row, "project", None)
        for team in Team.objects.all() if self.is_for_all_teams else _team_of(row, project):
            if isinstance(request.user, User):
                record(team=team, by=request.user, action=action, subject=row, project=project, changes=changes)


def _team_of(row: Model, project: Project | None) -> list[Team]:
    """The team whose row it is; what ships with EvalHub is no team's."""
    team = row if isinstance(row, Team) else getattr(row, "team", None) or getattr(project, "team", None)
    return [team] if team else []


def _changes(form: BaseForm) -> Changes:
    return {name: [plain(form.initial.get(name)), plain(form.cleaned_data.get(name))] for name in form.changed_data}
