"""Insights of a candidate against the baseline, worked out while their comparison is on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
from django.urls import reverse
from numpy.typing import NDArray

from metrics.choices import Category
from metrics.statistics.verdicts import Verdict
from runs.choices import GroupState, InsightKind
from runs.comparison.compare import Comparison, Line
from runs.comparison.words import in_words, p_text
from runs.insights.advice import advice_on
from runs.insights.following import SeenGroup, change_of, pair_groups
from runs.insights.material import Places
from runs.insights.reading import SIGNS, insights_of_run
from runs.insights.words import Said, count_of
from runs.models import FailureGroup, Insight, InsightReport, ItemSet, Run

MOST_GROUPS = 4
_OF_VERDICT = {
    Verdict.WORSE: (InsightKind.REGRESSED, "bad", "worse"),
    Verdict.BETTER: (InsightKind.IMPROVED, "good", "better"),
}
_GROUP_TONES = {
    GroupState.NEW: "warn",
    GroupState.GROWING: "warn",
    GroupState.SHRINKING: "good",
    GroupState.GONE: "good",
}


@dataclass(frozen=True, slots=True)
class BetweenInsight:
    """One insight on a candidate; `href` shows its `count` items."""

    kind: InsightKind
    key: str
    tone: str
    said: Said
    advice: str
    href: str
    count: int
    comparison_href: str = ""

    @property
    def sign(self) -> str:
        return SIGNS[self.tone]


def insights_between(comparison: Comparison, position: int) -> list[BetweenInsight]:
    """What got worse or better, groups of failing items that came, grew, shrank or went, and slices newly weak."""
    found = [*_verdicts(comparison, position), *_groups(comparison, position), *_slices(comparison, position)]
    order = {"bad": 0, "warn": 1, "good": 2}
    return sorted(found, key=lambda one: order[one.tone])


def _verdicts(comparison: Comparison, position: int) -> Iterator[BetweenInsight]:
    for line in comparison.lines:
        if line.position == position and line.verdict in _OF_VERDICT:
            yield _verdict(comparison, line)


def _verdict(comparison: Comparison, line: Line) -> BetweenInsight:
    kind, tone, word = _OF_VERDICT[line.verdict]
    ids = ",".join(str(run.pk) for run in comparison.runs)
    query = {"runs": ids, "by": line.measure.name, "vs": line.position, "show": word}
    path = reverse("runs:run_comparison", args=[comparison.baseline.project_id])
    metric = line.measure.metric
    category = Category(metric.revision.metric.category) if metric.revision_id else Category.OTHER
    said = Said(
        f"{line.measure.label}: {in_words(line.measure, line.result, line.verdict).sentence}",
        f"{count_of(line.worse)} got worse and {line.better:,} better of {line.result.n:,}; "
        f"adjusted p {p_text(line.adjusted_p)}.",
    )
    return BetweenInsight(
        kind=kind,
        key=f"{word}.{line.measure.name}",
        tone=tone,
        said=said,
        advice=advice_on(kind, category),
        href=f"{path}?{urlencode(query, safe=',')}",
        count=line.worse if kind == InsightKind.REGRESSED else line.better,
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """A run's groups, with their items as the baseline's ordinals; an item that it has not is a negative number."""

    run: Run
    rows: Sequence[FailureGroup]
    seen: Sequence[SeenGroup]


def _groups(comparison: Comparison, position: int) -> Iterator[BetweenInsight]:
    """From the groups that both runs have stored; nothing while one of them has none computed."""
    runs = comparison.baseline, comparison.runs[position]
    reports = InsightReport.objects.filter(run__in=runs, computed_at__isnull=False).in_bulk()
    if len(reports) < 2:
        return
    ours = _side(runs[0], np.arange(comparison.length))
    theirs = _side(runs[1], _places_in_baseline(comparison, position))
    common = _common(comparison, position, [*ours.seen, *theirs.seen], list(reports.values()))
    pairs = pair_groups(theirs.seen, ours.seen)
    changes = [
        *(_came(theirs, place) for place in range(len(theirs.rows)) if place not in pairs),
        *(_changed(theirs, ours, place, other, common) for place, other in pairs.items()),
        *(_went(ours, place) for place in range(len(ours.rows)) if place not in pairs.values()),
    ]
    found = sorted((change for change in changes if change), key=lambda one: -one.count)
    yield from found[:MOST_GROUPS]


def _side(run: Run, ordinals: NDArray[np.int64]) -> _Side:
    """`ordinals` has the baseline's ordinal of each of the run's items."""
    rows = list(FailureGroup.objects.filter(run=run, size__gt=0))
    sets = {found.name: found for found in ItemSet.objects.filter(run=run, name__in=[row.set_name for row in rows])}
    rows = [row for row in rows if row.set_name in sets]
    return _Side(run, rows, [_seen(row, sets[row.set_name].places, run, ordinals) for row in rows])


def _seen(row: FailureGroup, places: Places, run: Run, ordinals: NDArray[np.int64]) -> SeenGroup:
    own = places[places < run.item_count] // run.repeats
    return SeenGroup(frozenset(ordinals[own].tolist()), row.centroid)


def _places_in_baseline(comparison: Comparison, position: int) -> NDArray[np.int64]:
    places = comparison.matches[position].places
    length = comparison.columns[position].length // comparison.runs[position].repeats
    if places is None:
        return np.arange(length)
    found = -1 - np.arange(length)
    matched = np.flatnonzero(places >= 0)
    found[places[matched]] = matched
    return found


def _common(
    comparison: Comparison, position: int, seen: Sequence[SeenGroup], reports: Sequence[InsightReport]
) -> frozenset[int]:
    """The items of the groups that both runs have and, where one of them read not all its failing items, both read."""
    repeats = comparison.baseline.repeats
    ordinals = np.array(sorted({key for group in seen for key in group.keys if key >= 0}), dtype=np.int64)
    places = comparison.matches[position].places
    is_common = np.ones(ordinals.size, dtype=np.bool_) if places is None else places[ordinals] >= 0
    keys = comparison.columns[0].pair_keys[ordinals * repeats]
    for report in reports:
        if report.last_key is not None:
            is_common &= keys <= report.last_key
    return frozenset(ordinals[is_common].tolist())


def _came(side: _Side, place: int) -> BetweenInsight:
    row = side.rows[place]
    title = f"New: {_failing(row.size)} read alike: {row.label}"
    return _of_group(side.run, row, GroupState.NEW, Said(title, "No group of the baseline's is like it."))


def _failing(count: int) -> str:
    return f"{count_of(count, 'item')} that fail a metric"


def _went(side: _Side, place: int) -> BetweenInsight:
    row = side.rows[place]
    title = f"Gone: {count_of(row.size, 'item')} of the baseline that failed alike: {row.label}"
    return _of_group(side.run, row, GroupState.GONE, Said(title, "No group of the candidate's is like it."))


def _changed(side: _Side, before: _Side, place: int, other: int, common: frozenset[int]) -> BetweenInsight | None:
    row, earlier = side.rows[place], before.rows[other]
    change = change_of(side.seen[place], before.seen[other], common=common)
    if change.state not in _GROUP_TONES:
        return None
    title = f"{change.state.label}: {_failing(row.size)} read alike, {earlier.size:,} in the baseline"
    detail = f"{change.came:,} joined and {change.left:,} left (p {p_text(change.p)})."
    return _of_group(side.run, row, change.state, Said(f"{title}: {row.label}", detail))


def _of_group(run: Run, row: FailureGroup, state: GroupState, said: Said) -> BetweenInsight:
    return BetweenInsight(
        kind=InsightKind.FAILURE_GROUP,
        key=row.set_name,
        tone=_GROUP_TONES[state],
        said=said,
        advice=advice_on(InsightKind.FAILURE_GROUP, Category.OTHER),
        href=f"{reverse('runs:run_detail', args=[run.pk])}?{urlencode({'set': row.set_name})}",
        count=row.size,
    )


def _slices(comparison: Comparison, position: int) -> Iterator[BetweenInsight]:
    """Slices that are weak in the candidate and were not in the baseline; nothing while that one is not computed."""
    baseline, candidate = comparison.baseline, comparison.runs[position]
    if not InsightReport.objects.filter(run=baseline, computed_at__isnull=False).exists():
        return
    known = set(Insight.objects.filter(run=baseline, kind=InsightKind.WEAK_SLICE).values_list("key", flat=True))
    for shown in insights_of_run(candidate).shown:
        if shown.kind == InsightKind.WEAK_SLICE and shown.insight.key not in known:
            yield BetweenInsight(
                kind=shown.kind,
                key=shown.insight.key,
                tone=shown.tone,
                said=Said(f"Only in the candidate: {shown.said.title}", shown.said.detail),
                advice=shown.advice,
                href=shown.href,
                count=shown.count,
            )
