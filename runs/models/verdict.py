"""What the paired test found when a run was held against another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from runs.choices import Incomparable, RunSide, VerdictKind, in_choices
from runs.models.run import Run
from runs.run_filters import METRIC_PREFIX

if TYPE_CHECKING:
    from typing import Self


class RunVerdictQuerySet(models.QuerySet["RunVerdict"]):
    """Reads of verdicts."""

    def against_baselines(self, run_ids: Iterable[int]) -> Self:
        """Those of the runs against the baseline pinned now; what was found against an older one is left out."""
        return self.filter(run__in=run_ids, side=RunSide.BASELINE, against__is_baseline=True, against__deleted_at=None)

    def against_runs_before(self, run_ids: Iterable[int]) -> Self:
        """Those of the runs against the run before each."""
        return self.filter(run__in=run_ids, side=RunSide.PREVIOUS, against__deleted_at=None)

    def standing(self) -> Self:
        """Those against runs that are still there, and of baselines against the one pinned now."""
        is_shown = Q(side=RunSide.PREVIOUS) | Q(side=RunSide.BASELINE, against__is_baseline=True)
        return self.filter(is_shown, against__deleted_at=None)


class RunVerdict(models.Model):
    """One measure of a run (`overall` or `m.<metric>`) against the same items of another run.

    Derived: made when the run has closed, and again when the scores of either run change. `items` counts the pairs,
    the difference is the run's less the other's, `adjusted_p` is corrected for all measures of the two runs together.
    Where the two cannot be compared, `reason` says why and the numbers are missing.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="verdicts", db_index=False)
    against = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="verdicts_of_others")
    side = models.CharField(max_length=8, choices=RunSide)
    measure = models.CharField(max_length=130)
    items = models.PositiveIntegerField(default=0)
    difference = models.FloatField(null=True, blank=True)
    ci_low = models.FloatField(null=True, blank=True)
    ci_high = models.FloatField(null=True, blank=True)
    p = models.FloatField(null=True, blank=True)
    adjusted_p = models.FloatField(null=True, blank=True)
    verdict = models.CharField(max_length=16, choices=VerdictKind)
    reason = models.CharField(max_length=12, choices=Incomparable, blank=True)

    objects = RunVerdictQuerySet.as_manager()

    class Meta:
        ordering = ("run", "id")
        constraints = (
            models.UniqueConstraint(fields=("run", "side", "measure"), name="runs_verdict_once_per_measure"),
            models.CheckConstraint(condition=Q(**in_choices("side", RunSide)), name="runs_verdict_side_known"),
            models.CheckConstraint(condition=Q(**in_choices("verdict", VerdictKind)), name="runs_verdict_known"),
            models.CheckConstraint(
                condition=Q(reason="") | Q(verdict=VerdictKind.NOT_COMPARABLE, reason__in=Incomparable.values),
                name="runs_verdict_reason_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure} of run {self.run_id} against {self.against_id}: {self.verdict}"

    @property
    def metric_key(self) -> str:
        """The metric's key; of the overall score its name."""
        return self.measure.removeprefix(METRIC_PREFIX)

    @property
    def is_regression(self) -> bool:
        return self.verdict == VerdictKind.WORSE
