"""The failure groups of a run as its page shows them, each with its size in the runs of its dataset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from runs.choices import GroupState
from runs.models import FailureGroup, InsightReport, Run
from runs.models.insight import set_query

MOST_RUNS = 8
# What each state means for people, in the words that style sheets know, and the sign beside the colour.
TONES = {
    GroupState.NEW: "bad",
    GroupState.GROWING: "bad",
    GroupState.SHRINKING: "good",
}
SIGNS = {
    GroupState.NEW: "+",
    GroupState.GROWING: "▲",
    GroupState.SHRINKING: "▼",
    GroupState.GONE: "✓",
    GroupState.STEADY: "=",
}


@dataclass(frozen=True, slots=True)
class Past:
    """A group's size in one run; None where the run had no such group."""

    run: Run
    size: int | None
    query: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A group with its past, the oldest run first and this run last."""

    group: FailureGroup
    past: Sequence[Past]

    @property
    def is_gone(self) -> bool:
        return self.group.state == GroupState.GONE

    @property
    def tone(self) -> str:
        """A group that is gone is good news only where most of its items no longer fail."""
        if self.is_gone:
            return "good" if self.group.left * 2 > self.group.before else "neutral"
        return TONES.get(GroupState(self.group.state), "neutral")

    @property
    def sign(self) -> str:
        if self.is_gone and self.tone != "good":
            return "–"
        return SIGNS.get(GroupState(self.group.state), "·")

    @property
    def query(self) -> str:
        return set_query(self.group.set_name)


@dataclass(frozen=True, slots=True)
class GroupHistory:
    """All groups of a run, those with items first; `runs` head the columns of their past."""

    report: InsightReport | None
    runs: Sequence[Run]
    groups: Sequence[ShownGroup]


def group_history(run: Run) -> GroupHistory:
    """The groups of a run, with their sizes in the runs before it."""
    report = InsightReport.objects.filter(run=run, computed_at__isnull=False).first()
    runs = [*reversed(_before(run, report)), run] if report else [run]
    sizes: dict[int, dict[int, int]] = defaultdict(dict)
    for line, run_id, size in FailureGroup.objects.filter(run__in=runs).values_list("line", "run_id", "size"):
        sizes[line][run_id] = size
    groups = [
        ShownGroup(group, [_past(group, one, sizes[group.line].get(one.pk)) for one in runs])
        for group in FailureGroup.objects.filter(run=run)
    ]
    return GroupHistory(report, runs, groups)


def _past(group: FailureGroup, run: Run, size: int | None) -> Past:
    return Past(run, size, set_query(group.set_name) if size else "")


def _before(run: Run, report: InsightReport) -> list[Run]:
    """Runs of the same target before this one, and the one that it was followed from; the newest of them."""
    same = Q(target__name=run.target.name) | Q(pk=report.previous_id)
    computed = Run.objects.finished().filter(
        same,
        project_id=run.project_id,
        dataset_id=run.dataset_id,
        pk__lt=run.pk,
        insight_report__computed_at__isnull=False,
    )
    return list(computed.only("name", "project", "dataset")[: MOST_RUNS - 1])
