"""What the views of datasets, versions and imports share: finding them."""

from __future__ import annotations

from uuid import UUID

from django.shortcuts import get_object_or_404

from evalhub.api.base import ApiView
from runs.models import Dataset, DatasetVersion


class DatasetView(ApiView):
    """A view of one dataset or something in it."""

    def dataset(self, dataset_id: UUID) -> Dataset:
        """The dataset by its public id, archived or not."""
        datasets = self.within_key(Dataset.objects.visible_to(self.person))
        return get_object_or_404(datasets.select_related("project__team"), uuid=dataset_id)

    def version(self, dataset_id: UUID, number: int) -> DatasetVersion:
        versions = self.within_key(DatasetVersion.objects.visible_to(self.person), project="dataset__project")
        # No version has a number that the column cannot hold.
        found = versions.select_related("dataset__project__team") if number < 2**31 else versions.none()
        return get_object_or_404(found, dataset__uuid=dataset_id, number=number)
