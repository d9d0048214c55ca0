"""Keeping ways of looking at a project's runs."""

from __future__ import annotations

from django.db import transaction

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import differences, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Invalid
from runs.models import RunView

MOST_VIEWS = 50
LONGEST_NAME = 80
LONGEST_QUERY = 4000


@transaction.atomic
def save_run_view(project: Project, *, name: str, query: str, by: User) -> RunView:
    """Keep what the address of a list of runs says under a name; the same name again replaces what it meant.

    Raises `Invalid` for a name that is empty or too long, and when the project has as many views as a menu holds.
    """
    require_right(by, Right.START_RUN, project)
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid("view_name", f"Give the view a name of at most {LONGEST_NAME} characters.", field="name")
    if len(query) > LONGEST_QUERY:
        raise Invalid("view_too_long", "The view has too many filters to be kept; take some away.")
    if project.run_views.exclude(name=name).count() >= MOST_VIEWS:
        raise Invalid("too_many_views", f"A project keeps {MOST_VIEWS} views; delete one first.")
    before = project.run_views.filter(name=name).first()
    view, is_new = RunView.objects.update_or_create(
        project=project, name=name, defaults={"query": query}, create_defaults={"query": query, "created_by": by}
    )
    changes = differences({"query": before.query} if before else {}, {"query": query})
    action = AuditAction.CREATED if is_new else AuditAction.CHANGED
    record(team=project.team, by=by, action=action, subject=view, project=project, changes=changes)
    return view


@transaction.atomic
def delete_run_view(view: RunView, *, by: User) -> None:
    """Forget the view; the runs stay."""
    require_right(by, Right.START_RUN, view.project)
    record(team=view.project.team, by=by, action=AuditAction.DELETED, subject=view, project=view.project)
    view.delete()
