"""Writes of the words that a project sorts its items by."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import Changes, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid
from runs.models import Label, Review

LONGEST_NAME = 80
MOST_LABELS = 200


@transaction.atomic
def create_label(*, project: Project, name: str, by: User) -> Label:
    """The project's label of that name, made where there is none; capitals make no other. Raises `Invalid`."""
    require_right(by, Right.REVIEW, project)
    name = _checked(name)
    known = project.labels.filter(name__iexact=name).first()
    if known is not None:
        return known
    if project.labels.count() >= MOST_LABELS:
        raise Invalid("labels_too_many", f"A project has at most {MOST_LABELS} labels; merge some.", field="name")
    label, is_new = Label.objects.get_or_create(project=project, name=name)
    if is_new:
        _note(label, AuditAction.CREATED, by=by)
    return label


@transaction.atomic
def rename_label(label: Label, *, name: str, by: User) -> Label:
    """Call the label something else wherever it is used. Raises `Conflict` where another is called so."""
    require_right(by, Right.CONFIGURE, label.project)
    name = _checked(name)
    if label.project.labels.filter(name__iexact=name).exclude(pk=label.pk).exists():
        raise Conflict("label_exists", f'There is a label "{name}" already; merge the two instead.', field="name")
    before, label.name = label.name, name
    try:
        with transaction.atomic():
            label.save(update_fields=["name"])
    except IntegrityError:
        raise Conflict("label_exists", f'There is a label "{name}" already.', field="name") from None
    _note(label, AuditAction.CHANGED, by=by, changes={"name": [before, name]})
    return label


@transaction.atomic
def merge_label(label: Label, *, into: Label, by: User) -> None:
    """Put the other label wherever this one is, and delete this one."""
    require_right(by, Right.CONFIGURE, label.project)
    if into.pk == label.pk or into.project_id != label.project_id:
        raise Invalid("label_elsewhere", "Choose another label of the same project to merge into.", field="into")
    link = Review.labels.through
    reviews = link.objects.filter(label=label).values_list("review_id", flat=True)
    link.objects.bulk_create((link(review_id=pk, label=into) for pk in reviews), ignore_conflicts=True)
    _note(label, AuditAction.DELETED, by=by, changes={"merged_into": [None, into.name]})
    label.delete()


@transaction.atomic
def delete_label(label: Label, *, by: User) -> None:
    """Take the label off every item; the history still names it."""
    require_right(by, Right.CONFIGURE, label.project)
    _note(label, AuditAction.DELETED, by=by)
    label.delete()


def _note(label: Label, action: AuditAction, *, by: User, changes: Changes | None = None) -> None:
    """Write it down for the team."""
    project = label.project
    record(team=project.team, by=by, action=action, subject=label, project=project, changes=changes)


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("label_invalid", f"A label's name has 1 to {LONGEST_NAME} characters.", field="name")
    return name
