"""Finding and making datasets by their name."""

from __future__ import annotations

from django.db import transaction
from django.utils.text import slugify

from evalhub.accounts.audit import record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from runs.models import Dataset


@transaction.atomic
def dataset_named(*, project: Project, name: str, by: User | None) -> Dataset:
    """The project's dataset of that name, made when there is none."""
    dataset, is_new = Dataset.objects.get_or_create(
        project=project,
        name=name,
        archived_at=None,
        defaults={"key": _free_key(project, name), "created_by": by},
    )
    if is_new:
        record(team=project.team, by=by, action=AuditAction.CREATED, subject=dataset, project=project)
    return dataset


def _free_key(project: Project, name: str) -> str:
    base = slugify(name)[:100] or "dataset"
    taken = set(Dataset.objects.filter(project=project, key__startswith=base).values_list("key", flat=True))
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(key for key in candidates if key not in taken)
