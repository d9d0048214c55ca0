"""Writes of remarks on run items; whoever is named in one with @ is told of it once."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Invalid, NotAllowed
from runs.mentions import handles_of, mentioned
from runs.models import Comment, RunItem
from runs.services.notices import tell_of_comment

LONGEST_COMMENT = 20_000


@transaction.atomic
def add_comment(run_item: RunItem, *, body: str, by: User) -> Comment:
    """Remark on the item. Raises `NotAllowed`, and `Invalid` for nothing said or too much."""
    require_right(by, Right.REVIEW, run_item.run.project)
    comment = Comment.objects.create(run_id=run_item.run_id, run_item=run_item, author=by, body=_checked(body))
    review = getattr(run_item, "review", None)
    named = named_in(comment.body, project=run_item.run.project)
    tell_of_comment(comment, mentioned=named, assignee=review.assignee if review else None, by=by)
    return comment


@transaction.atomic
def edit_comment(comment: Comment, *, body: str, by: User) -> Comment:
    """Change one's own remark; only who was not named before is told. Raises as `add_comment`."""
    _require_own(comment, by)
    project = comment.run_item.run.project
    before = set(named_in(comment.body, project=project))
    comment.body, comment.edited_at = _checked(body), timezone.now()
    comment.save(update_fields=["body", "edited_at"])
    _note(comment, AuditAction.CHANGED, by=by)
    named = [person for person in named_in(comment.body, project=project) if person not in before]
    tell_of_comment(comment, mentioned=named, assignee=None, by=by)
    return comment


@transaction.atomic
def delete_comment(comment: Comment, *, by: User) -> None:
    """Take one's own remark away. Raises `NotAllowed` for somebody else's."""
    _require_own(comment, by)
    _note(comment, AuditAction.DELETED, by=by)
    comment.delete()


def _note(comment: Comment, action: AuditAction, *, by: User) -> None:
    """Write down that it was done, not what stood there: who takes words back wants them gone."""
    project = comment.run_item.run.project
    record(team=project.team, by=by, action=action, subject=comment, project=project)


def _require_own(comment: Comment, by: User) -> None:
    require_right(by, Right.REVIEW, comment.run_item.run.project)
    if comment.author_id != by.pk:
        raise NotAllowed("comment_of_another", "A comment is changed by its author alone; answer it with your own.")


def _checked(body: str) -> str:
    body = body.strip()
    if not body or len(body) > LONGEST_COMMENT:
        raise Invalid("comment_invalid", f"A comment has 1 to {LONGEST_COMMENT:,} characters.", field="body")
    return body


def named_in(body: str, *, project: Project) -> Iterable[User]:
    """The members whom the text names with @."""
    if "@" not in body:
        return []
    members = {person.pk: person for person in members_of(project)}
    handles = handles_of({pk: (person.name, person.email) for pk, person in members.items()})
    return [members[pk] for pk in sorted(mentioned(body, handles))]


def members_of(project: Project) -> Iterable[User]:
    """Everybody in the project's team, by name."""
    return User.objects.filter(is_active=True, memberships__team_id=project.team_id).order_by("name", "email")
