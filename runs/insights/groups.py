"""The failure groups of a run, followed from the run before: new, growing, about the same, shrinking, gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import F, Max

from runs.choices import FINISHED_STATES, GroupState
from runs.columns import RunColumns, read_columns
from runs.insights.failing_texts import Sample, TextGroup
from runs.insights.following import Change, SeenGroup, change_of, pair_groups
from runs.insights.material import Material, Places, source_of
from runs.models import FailureGroup, InsightReport, ItemSet, Run


@dataclass(frozen=True, slots=True)
class FollowedGroup:
    """A row to be stored, and the places of its items."""

    row: FailureGroup
    places: Places


@dataclass(frozen=True, slots=True)
class Before:
    """The groups of the run before, and what tells them again."""

    report: InsightReport
    rows: Sequence[FailureGroup]
    seen: Sequence[SeenGroup]


def report_before(run: Run) -> InsightReport | None:
    """The report of the run that this one follows: the newest of the same target over the dataset, else of any."""
    reports = InsightReport.objects.filter(
        run__project_id=run.project_id,
        run__dataset_id=run.dataset_id,
        run__state__in=sorted(FINISHED_STATES),
        run__deleted_at=None,
        run_id__lt=run.pk,
        computed_at__isnull=False,
    ).select_related("run__target")
    same = reports.filter(run__target__name=run.target.name)
    return same.order_by("-run_id").first() or reports.order_by("-run_id").first()


def follow_groups(
    material: Material, groups: Sequence[TextGroup], sample: Sample, report: InsightReport | None
) -> list[FollowedGroup]:
    """Rows for the groups found now and, without items, for those that are gone."""
    seen = [_seen(material.columns, material.run, group.places, group.centroid) for group in groups]
    before = _before(report) if report else None
    pairs = pair_groups(seen, before.seen) if before else {}
    own = _own_lines(material.run, seen)
    taken = {before.rows[place].line for place in pairs.values()} if before else set()
    fresh = _next_line(material.run)
    followed = []
    for place, group in enumerate(groups):
        row = FailureGroup(run=material.run, size=int(group.places.size), terms=list(group.terms))
        row.centroid, row.example, row.example_place = group.centroid, group.example, int(group.places[0])
        if before and place in pairs:
            _continue(row, seen[place], before, pairs[place], common=_common(material, sample, before))
        else:
            row.state = GroupState.NEW if before else GroupState.FIRST
            line = own.get(place)
            row.line, fresh = (fresh, fresh + 1) if line is None or line in taken else (line, fresh)
            taken.add(row.line)
        followed.append(FollowedGroup(row, np.sort(group.places)))
    return followed + (_gone(material, sample, before, taken) if before else [])


def _continue(row: FailureGroup, seen: SeenGroup, before: Before, place: int, *, common: frozenset[int]) -> None:
    earlier = before.rows[place]
    change: Change = change_of(seen, before.seen[place], common=common)
    row.line, row.before, row.state = earlier.line, earlier.size, change.state
    row.came, row.left, row.p = change.came, change.left, change.p


def _gone(material: Material, sample: Sample, before: Before, taken: set[int]) -> list[FollowedGroup]:
    """Gone is not mended: items may fail in other ways now, so those that no longer fail are counted."""
    nowhere = np.empty(0, dtype=np.int32)
    common = _common(material, sample, before)
    failing = set(material.columns.pair_keys[sample.places].tolist())
    return [
        FollowedGroup(
            FailureGroup(
                run=material.run,
                line=row.line,
                state=GroupState.GONE,
                size=0,
                before=row.size,
                left=len((seen.keys & common) - failing),
                terms=row.terms,
                centroid=row.centroid,
                example=row.example,
            ),
            nowhere,
        )
        for row, seen in zip(before.rows, before.seen, strict=True)
        if row.line not in taken
    ]


def _before(report: InsightReport) -> Before:
    rows, seen = stored_groups(report.run)
    return Before(report, rows, seen)


def stored_groups(run: Run) -> tuple[list[FailureGroup], list[SeenGroup]]:
    """The groups that a run has items of, and what tells them again."""
    rows = list(FailureGroup.objects.filter(run=run, size__gt=0))
    sets = {found.name: found for found in ItemSet.objects.filter(run=run, name__in=[row.set_name for row in rows])}
    columns = read_columns(run)
    rows = [row for row in rows if row.set_name in sets]
    return rows, [_seen(columns, run, sets[row.set_name].places, row.centroid) for row in rows]


def _seen(columns: RunColumns, run: Run, places: Places, centroid: dict[str, float]) -> SeenGroup:
    within = places[places < run.item_count]
    return SeenGroup(frozenset(columns.pair_keys[within].tolist()), centroid)


def _common(material: Material, sample: Sample, before: Before) -> frozenset[int]:
    """The items that both runs answered and, if they failed, read."""
    ours, theirs = source_of(material.run).questions(), source_of(before.report.run).questions()
    both = np.intersect1d(ours, theirs)
    for last in (sample.last_key, before.report.last_key):
        both = both if last is None else both[both <= last]
    return frozenset(both[both != 0].tolist())


def _own_lines(run: Run, seen: Sequence[SeenGroup]) -> dict[int, int]:
    """The lines that the groups had when this run was computed before, so that addresses go on meaning the same."""
    rows, known = stored_groups(run)
    return {place: rows[other].line for place, other in pair_groups(seen, known).items()}


def _next_line(run: Run) -> int:
    of_dataset = FailureGroup.objects.filter(run__project_id=run.project_id, run__dataset_id=run.dataset_id)
    return int(of_dataset.aggregate(next=Max(F("line")) + 1)["next"] or 1)
