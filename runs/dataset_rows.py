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


def dataset_rows(project: Project, *, page: str | None) -> Page[DatasetRow]:
    """One page of the project's datasets, in three queries however many there are."""
    datasets = Paginator(project.datasets.for_list(), _ON_PAGE).get_page(page)
    runs = Run.objects.filter(dataset__in=list(datasets.object_list), deleted_at=None)
    last_runs = {run.dataset_id: run for run in runs.order_by("dataset_id", "-id").distinct("dataset_id")}
    datasets.object_list = [
        DatasetRow(dataset, dataset.newest[0] if dataset.newest else None, last_runs.get(dataset.pk))
        for dataset in datasets.object_list
    ]
    return datasets
