"""What was found in a run: insights, groups of items that fail alike, and the sets of items that they speak of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from numpy.typing import NDArray

from runs.choices import GroupState, InsightKind, in_choices
from runs.models.run import Run

if TYPE_CHECKING:
    from typing import Self

LONGEST_NAME = 250
_PLACE = np.dtype("<i4")


def set_query(name: str) -> str:
    """The part of the item table's address that shows a set's items."""
    return urlencode({"set": name})


class InsightReportQuerySet(models.QuerySet["InsightReport"]):
    """Reads of reports."""

    def due(self, *, tries: int) -> Self:
        """Those that are to be computed by now and were not tried too often."""
        return self.filter(wanted_at__lte=Now(), tries__lt=tries, run__deleted_at=None)

    def want(self, run_ids: Iterable[int], *, at: datetime) -> None:
        """Ask for the runs' insights to be computed (again) at that time; a wish that stands already is put off."""
        self.bulk_create(
            (InsightReport(run_id=run_id, wanted_at=at) for run_id in run_ids),
            update_conflicts=True,
            unique_fields=["run"],
            update_fields=["wanted_at", "tries", "rung_at"],
        )


class InsightReport(models.Model):
    """Whether a run's insights are computed. The row says what is to be done; messages to workers may be lost.

    `baseline_id` and `previous_id` are the runs that this one was held against; they may be gone by now. `grouped` of
    `failing` failing items were read for failure groups. `notes` are sentences on what was left out.
    """

    run = models.OneToOneField(Run, on_delete=models.CASCADE, primary_key=True, related_name="insight_report")
    wanted_at = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    computed_at = models.DateTimeField(null=True, blank=True)
    baseline_id = models.BigIntegerField(null=True, blank=True)
    previous_id = models.BigIntegerField(null=True, blank=True)
    failing = models.PositiveIntegerField(default=0)
    grouped = models.PositiveIntegerField(default=0)
    last_key = models.BigIntegerField(null=True, blank=True, help_text="Largest pair key read; null where all were.")
    notes = models.JSONField(default=list, blank=True)

    objects = InsightReportQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=("wanted_at",), condition=Q(wanted_at__isnull=False), name="runs_insight_wanted"),
        )

    def __str__(self) -> str:
        return f"insights of run {self.run_id}"


class ItemSet(models.Model):
    """Some of a run's items under a name that the item table's address may hold: their places, packed.

    Recomputing fills a set anew and keeps its name, so that an address goes on meaning the same.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="item_sets", db_index=False)
    name = models.CharField(max_length=LONGEST_NAME)
    label = models.CharField(max_length=LONGEST_NAME)
    packed = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "name"), name="runs_item_set_once"),)

    def __str__(self) -> str:
        return f"{self.name} of run {self.run_id}"

    @property
    def places(self) -> NDArray[np.int32]:
        return np.frombuffer(self.packed, dtype=_PLACE)

    @staticmethod
    def pack(places: NDArray[np.integer[Any]]) -> bytes:
        return places.astype(_PLACE).tobytes()


class Insight(models.Model):
    """One thing worth a look in a run: its numbers, and the part of the item table's address that shows its items.

    `key` says of what it is and is the same after recomputing. `query` holds pairs of name and value; `item_count` is
    how many run items it shows.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="insights", db_index=False)
    key = models.CharField(max_length=LONGEST_NAME)
    kind = models.CharField(max_length=16, choices=InsightKind)
    rank = models.PositiveSmallIntegerField()
    metric_key = models.CharField(max_length=120, blank=True)
    other_key = models.CharField(max_length=120, blank=True)
    numbers = models.JSONField(default=dict)
    query = models.JSONField(default=list)
    item_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("run", "rank")
        constraints = (
            models.UniqueConstraint(fields=("run", "rank"), name="runs_insight_rank_once"),
            models.CheckConstraint(condition=Q(**in_choices("kind", InsightKind)), name="runs_insight_kind_known"),
        )

    def __str__(self) -> str:
        return f"{self.key} in run {self.run_id}"


class FailureGroup(models.Model):
    """Items of a run that fail for what reads like one reason, followed through the runs of its dataset by `line`.

    `terms` are the words that tell it from other failing items, `example` is from its most typical item. `before` is
    its size in the run before; of the items that both runs have, `came` joined it and `left` are no longer in it, and
    `p` is the chance of so uneven a change. A group that is gone has no items; `left` are those that no longer fail.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="failure_groups", db_index=False)
    line = models.PositiveIntegerField()
    state = models.CharField(max_length=9, choices=GroupState)
    size = models.PositiveIntegerField()
    before = models.PositiveIntegerField(default=0)
    came = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    p = models.FloatField(null=True, blank=True)
    terms = ArrayField(models.CharField(max_length=120), default=list, blank=True)
    centroid = models.JSONField(default=dict)
    example = models.TextField(blank=True)
    example_place = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("run", "-size", "line")
        constraints = (
            models.UniqueConstraint(fields=("run", "line"), name="runs_failure_group_once"),
            models.CheckConstraint(condition=Q(**in_choices("state", GroupState)), name="runs_failure_group_state"),
        )

    def __str__(self) -> str:
        return f"failure group {self.line} of run {self.run_id}"

    @property
    def set_name(self) -> str:
        """The name of its items' set."""
        return f"group.{self.line}"

    @property
    def label(self) -> str:
        return ", ".join(self.terms) or f"group {self.line}"
