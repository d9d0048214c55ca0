"""The rows of a project's list of datasets."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from evalhub.accounts.models import Project
from runs.models import Dataset, DatasetVersion, Run

_ON_PAGE = 50


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """A dataset with its newest version and its last run, where it has them."""

    dataset: Dataset
    newest: DatasetVersion | None
    last_run: Run | None


@dataclass(frozen=True, slots=True)
class DatasetPage:
    """One page of datasets, and where it stands among the others."""

    place: Page[Dataset]
    rows: list[DatasetRow]


def dataset_page(project: Project, *, page: str | None) -> DatasetPage:
    """One page of the project's datasets, in four queries however many there are."""
    place = Paginator(project.datasets.for_list(), _ON_PAGE).get_page(page)
    datasets = list(place.object_list)
    newest = DatasetVersion.objects.newest_of_each(datasets)
    versions = {version.dataset_id: version for version in newest}
    last = Run.objects.filter(dataset__in=datasets, deleted_at=None).order_by("dataset_id", "-id")
    runs = {run.dataset_id: run for run in last.distinct("dataset_id")}
    return DatasetPage(
        place, [DatasetRow(dataset, versions.get(dataset.pk), runs.get(dataset.pk)) for dataset in datasets]
    )
