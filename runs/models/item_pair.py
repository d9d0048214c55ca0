"""Items of two dataset versions that a person has said are the same question."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from evalhub.accounts.models import Project, User
from runs.models.dataset import DatasetVersion, Item


class ItemPairQuerySet(models.QuerySet["ItemPair"]):
    """Reads of pairs."""

    def partners_of(self, item: Item, *, project_id: int) -> dict[int, int]:
        """Version id → pair key of the item that people took for the same question there."""
        as_first = Q(first_version=item.version_id, first_key=item.pair_key)
        as_second = Q(second_version=item.version_id, second_key=item.pair_key)
        partners = {}
        for pair in self.filter(as_first | as_second, project_id=project_id):
            if (pair.first_version_id, pair.first_key) == (item.version_id, item.pair_key):
                partners[pair.second_version_id] = pair.second_key
            else:
                partners[pair.first_version_id] = pair.first_key
        return partners


class ItemPair(models.Model):
    """One item of each of two versions, by pair key, taken for the same question wherever the project pairs runs.

    The older version stands first, so that a pair is found whichever run is the baseline. Neither version has the
    other's key, and no item has two partners.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="item_pairs")
    first_version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="+")
    second_version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="+")
    first_key = models.BigIntegerField()
    second_key = models.BigIntegerField()
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ItemPairQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(first_version__lt=F("second_version")), name="runs_item_pair_older_version_first"
            ),
            models.UniqueConstraint(
                fields=("project", "first_version", "second_version", "first_key"),
                name="runs_item_pair_first_once",
            ),
            models.UniqueConstraint(
                fields=("project", "first_version", "second_version", "second_key"),
                name="runs_item_pair_second_once",
            ),
        )

    def __str__(self) -> str:
        return f"pair {self.pk}"
