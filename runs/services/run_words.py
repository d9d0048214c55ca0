"""What people call a run: its name, description and tags."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import differences, fields_of, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import User
from evalhub.core.errors import Invalid
from runs.models import Run

LONGEST_NAME = 250
LONGEST_TAG = 80


@transaction.atomic
def edit_run(
    run: Run, *, by: User, name: str | None = None, description: str | None = None, tags: Sequence[str] | None = None
) -> Run:
    """Change what people call the run; None leaves a part as it is."""
    require_right(by, Right.START_RUN, run.project)
    check_words(name=name or "", tags=tags or ())
    before = fields_of(run, "name", "description", "tags")
    if name is not None:
        if not name.strip():
            raise Invalid("name_missing", "A run needs a name.", field="name")
        run.name = name.strip()
    run.description = run.description if description is None else description
    run.tags = run.tags if tags is None else clean_tags(tags)
    run.save(update_fields=list(before))
    changes, project = differences(before, fields_of(run, *before)), run.project
    record(team=project.team, by=by, action=AuditAction.CHANGED, subject=run, project=project, changes=changes)
    return run


def check_words(*, name: str, tags: Sequence[str], commit_url: str = "") -> None:
    """Raise `Invalid` for what is too long, and for a link that is none."""
    if len(name) > LONGEST_NAME:
        raise Invalid("name_too_long", f"A run's name can have {LONGEST_NAME} characters.", field="name")
    too_long = next((tag for tag in tags if len(tag) > LONGEST_TAG), None)
    if too_long is not None:
        raise Invalid("tag_too_long", f'A tag can have {LONGEST_TAG} characters; shorten "{too_long}".', field="tags")
    if commit_url:
        try:
            URLValidator(schemes=["http", "https"])(commit_url)
        except ValidationError as error:
            raise Invalid(
                "commit_url_invalid", "The commit link must be an http or https address.", field="commit_url"
            ) from error


def clean_tags(tags: Sequence[str]) -> list[str]:
    """The tags as they are kept: each once, without blanks around it."""
    return list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
