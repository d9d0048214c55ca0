"""Finding and making datasets by their name."""

from __future__ import annotations

from django.utils.text import slugify

from evalhub.accounts.models import Project, User
from runs.models import Dataset


def dataset_named(*, project: Project, name: str, by: User | None) -> Dataset:
    """The project's dataset of that name, made when there is none."""
    dataset, _ = Dataset.objects.get_or_create(
        project=project,
        name=name,
        archived_at=None,
        defaults={"key": _free_key(project, name), "created_by": by},
    )
    return dataset


def _free_key(project: Project, name: str) -> str:
    base = slugify(name)[:100] or "dataset"
    taken = set(Dataset.objects.filter(project=project, key__startswith=base).values_list("key", flat=True))
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(key for key in candidates if key not in taken)
