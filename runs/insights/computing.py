"""Computing the insights of one run, whole or not at all: what is found takes the place of what was found before."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from evalhub.core.ids import hash64
from runs import columns, metadata_index
from runs.choices import GroupState, InsightKind
from runs.insights.failing_texts import GroupingError, Sample, group_failing, sample_of
from runs.insights.groups import FollowedGroup, follow_groups, report_before
from runs.insights.material import Finding, Material
from runs.insights.people import people_disagree
from runs.insights.slices import weak_slices
from runs.insights.stability import flaky_items, flipping_items
from runs.insights.standing import against_baseline, below_threshold
from runs.insights.together import fail_together, judges_disagree, length_bias
from runs.insights.wanted import MOST_TRIES, want_insights
from runs.models import FailureGroup, Insight, InsightReport, ItemSet, Run

logger = logging.getLogger(__name__)

# In the order in which people read them; the most items first among equals.
_ORDER = {kind: place for place, kind in enumerate(InsightKind)}
_TOLD_GROUPS = {GroupState.NEW, GroupState.GROWING, GroupState.FIRST}
MOST_TOLD_GROUPS, MOST_INSIGHTS = 4, 40


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that is stored of a run."""

    findings: Sequence[Finding]
    groups: Sequence[FollowedGroup]
    notes: Sequence[str]
    sample: Sample
    before: InsightReport | None


def compute_insights(run_id: int) -> bool:
    """Compute what is wanted of the run; False when nothing is, or the run is not finished.

    May be killed at any moment, and run twice: the wish stands until the results are written. A wish that comes
    meanwhile stays.
    """
    begun = InsightReport.objects.due(tries=MOST_TRIES).filter(pk=run_id).update(tries=F("tries") + 1)
    if not begun:
        return False
    try:
        return _compute_in_turn(run_id)
    finally:
        columns.cache.clear()  # a worker does not look at them again
        metadata_index.forget()


@transaction.atomic
def _compute_in_turn(run_id: int) -> bool:
    run = Run.objects.finished().with_names().with_metrics().filter(pk=run_id).first()
    if run is None:
        InsightReport.objects.filter(pk=run_id).update(wanted_at=None)
        return False
    # Runs of one dataset number their groups together, so they are computed one after the other.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [hash64("insights", str(run.dataset_id))])
    report = InsightReport.objects.filter(pk=run_id, wanted_at__lte=Now()).first()
    if report is None or report.wanted_at is None:
        return False
    _store(run, _find(Material(run)), wanted_at=report.wanted_at)
    return True


def _find(material: Material) -> Found:
    sample, before = sample_of(material), report_before(material.run)
    slices = weak_slices(material)
    notes = list(slices.notes)
    try:
        groups = follow_groups(material, group_failing(material, sample), sample, before)
    except GroupingError as error:
        logger.warning("run %s has no failure groups: %s", material.run.pk, error)
        groups = []
        notes.append(f"Failure groups could not be made. {error}")
    if sample.places.size < sample.failing:
        notes.append(f"Failure groups are made of {sample.places.size:,} of the {sample.failing:,} failing items.")
    findings = [
        *against_baseline(material),
        *below_threshold(material),
        *_told_groups(material, groups),
        *slices.findings,
        *people_disagree(material),
        *flaky_items(material),
        *flipping_items(material),
        *fail_together(material),
        *judges_disagree(material),
        *length_bias(material),
    ]
    findings.sort(key=lambda found: (_ORDER[found.kind], -found.item_count))
    return Found(findings[:MOST_INSIGHTS], groups, notes, sample, before)


def _told_groups(material: Material, groups: Sequence[FollowedGroup]) -> list[Finding]:
    """The groups that are new or grew; in the first run, the largest."""
    told = [group for group in groups if group.row.state in _TOLD_GROUPS and group.places.size]
    return [_told(material, group) for group in told[:MOST_TOLD_GROUPS]]


def _told(material: Material, group: FollowedGroup) -> Finding:
    row = group.row
    return Finding(
        kind=InsightKind.FAILURE_GROUP,
        key=row.set_name,
        item_count=row.size,
        query=(("set", row.set_name),),
        numbers={
            "state": row.state,
            "label": row.label,
            "line": row.line,
            "size": row.size,
            "before": row.before,
            "came": row.came,
            "left": row.left,
            "p": row.p,
            "failing": int(np.count_nonzero(material.any_failing)),
        },
    )


def _store(run: Run, found: Found, *, wanted_at: datetime) -> None:
    """Runs in the caller's transaction."""
    was = _shape(run)
    Insight.objects.filter(run=run).delete()
    FailureGroup.objects.filter(run=run).delete()
    ItemSet.objects.filter(run=run).delete()
    Insight.objects.bulk_create(_insight(run, rank, finding) for rank, finding in enumerate(found.findings))
    FailureGroup.objects.bulk_create(group.row for group in found.groups)
    ItemSet.objects.bulk_create(_sets(run, found))
    InsightReport.objects.filter(pk=run.pk).update(
        computed_at=Now(),
        tries=0,
        baseline_id=next((one.numbers["baseline_id"] for one in found.findings if "baseline_id" in one.numbers), None),
        previous_id=found.before.pk if found.before else None,
        failing=found.sample.failing,
        grouped=int(found.sample.places.size),
        last_key=found.sample.last_key,
        notes=list(found.notes),
    )
    InsightReport.objects.filter(pk=run.pk, wanted_at=wanted_at).update(wanted_at=None)
    if was != _shape(run):
        _tell_follower(run)


def _shape(run: Run) -> list[tuple[int, int]]:
    return list(FailureGroup.objects.filter(run=run).order_by("line").values_list("line", "size"))


def _tell_follower(run: Run) -> None:
    """Have the next run's groups followed from these, where it was computed before them."""
    later = InsightReport.objects.filter(
        run__project_id=run.project_id,
        run__dataset_id=run.dataset_id,
        run__target__name=run.target.name,
        run_id__gt=run.pk,
        computed_at__isnull=False,
    )
    want_insights(list(later.order_by("run_id").values_list("pk", flat=True)[:1]))


def _insight(run: Run, rank: int, finding: Finding) -> Insight:
    query = (("set", finding.key),) if finding.places is not None else finding.query
    return Insight(
        run=run,
        key=finding.key,
        kind=finding.kind,
        rank=rank,
        metric_key=finding.metric_key,
        other_key=finding.other_key,
        numbers=finding.numbers,
        query=[list(pair) for pair in query],
        item_count=finding.item_count,
    )


def _sets(run: Run, found: Found) -> list[ItemSet]:
    sets = {
        group.row.set_name: ItemSet(
            name=group.row.set_name, label=f"Failure group: {group.row.label}"[:250], packed=ItemSet.pack(group.places)
        )
        for group in found.groups
        if group.places.size
    }
    for finding in found.findings:
        if finding.places is not None:
            sets[finding.key] = ItemSet(
                name=finding.key, label=finding.label[:250], packed=ItemSet.pack(finding.places)
            )
    for one in sets.values():
        one.run = run
    return list(sets.values())
