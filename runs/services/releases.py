"""Writes of releases: the marks in a project's trends."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import Changes, differences, fields_of, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid
from runs.models import Release

LONGEST_NAME, LONGEST_NOTE = 120, 2_000
MOST_RELEASES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseValues:
    """What people say of a release."""

    name: str
    released_at: datetime
    note: str = ""
    link: str = ""


@transaction.atomic
def create_release(project: Project, *, values: ReleaseValues, by: User) -> Release:
    """Mark a release. Raises `Invalid` for a name or link that is none, `Conflict` when there are too many."""
    require_right(by, Right.START_RUN, project)
    _check(values)
    if project.releases.count() >= MOST_RELEASES:
        raise Conflict("too_many_releases", f"A project keeps {MOST_RELEASES:,} releases; delete some first.")
    release = Release.objects.create(project=project, created_by=by, **asdict(values))
    _note(release, AuditAction.CREATED, by=by, changes=differences({}, fields_of(release, *asdict(values))))
    return release


@transaction.atomic
def edit_release(release: Release, *, values: ReleaseValues, by: User) -> Release:
    """Change what is said of a release. Raises `Invalid` as `create_release` does."""
    require_right(by, Right.START_RUN, release.project)
    _check(values)
    before = fields_of(release, *asdict(values))
    for name, value in asdict(values).items():
        setattr(release, name, value)
    release.save(update_fields=list(asdict(values)))
    _note(release, AuditAction.CHANGED, by=by, changes=differences(before, fields_of(release, *before)))
    return release


@transaction.atomic
def delete_release(release: Release, *, by: User) -> None:
    """Take the mark away; no run changes."""
    require_right(by, Right.START_RUN, release.project)
    _note(release, AuditAction.DELETED, by=by)
    release.delete()


def _note(release: Release, action: AuditAction, *, by: User, changes: Changes | None = None) -> None:
    """Write it down for the team."""
    project = release.project
    record(team=project.team, by=by, action=action, subject=release, project=project, changes=changes)


def _check(values: ReleaseValues) -> None:
    if not 1 <= len(values.name.strip()) <= LONGEST_NAME:
        raise Invalid("name_invalid", f"A release has a name of at most {LONGEST_NAME} characters.", field="name")
    if len(values.note) > LONGEST_NOTE:
        raise Invalid("note_too_long", f"A note has at most {LONGEST_NOTE:,} characters.", field="note")
    if not values.link:
        return
    try:
        # It becomes a link that people follow.
        URLValidator(schemes=["http", "https"])(values.link)
    except ValidationError as error:
        raise Invalid("link_invalid", f'"{values.link}" is no web address; write https://….', field="link") from error
