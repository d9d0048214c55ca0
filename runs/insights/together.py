"""Metrics held against each other and against length: fails on the same items, judges that differ, score by length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

import numpy as np
from django.db import connection

from metrics.choices import Category, MetricKind
from metrics.criterion import FAILED, UNDECIDED
from metrics.statistics.adjusting import holm
from metrics.statistics.association import MarkAssociation, associate_marks, rank_correlation
from metrics.statistics.intervals import wilson_interval
from metrics.statistics.paired import fold_repeats
from metrics.statistics.verdicts import LEVEL
from runs.choices import InsightKind
from runs.insights.material import Finding, Floats, Material
from runs.models import RunMetric

MOST_PAIRS = 4
LEAST_BOTH, LEAST_PHI, LEAST_LIFT = 10, 0.3, 1.5
LEAST_DISAGREEING, LEAST_RHO = 0.2, 0.2
_JUDGING = {MetricKind.JUDGE, MetricKind.IMPORTED}

_LENGTHS = """
    SELECT string_agg(int4send(ordinal * %s + repeat) || int4send(octet_length(output)), ''::bytea)
    FROM runs_runitem WHERE run_id = %s"""


def fail_together(material: Material) -> Iterator[Finding]:
    """Pairs of metrics whose fails are on the same items clearly more often than by chance, the commonest first."""
    pairs = [
        pair
        for pair in combinations(material.judged, 2)
        if all(metric.revision.metric.kind != MetricKind.COMPOSITE for metric in pair) and not _are_one(*pair)
    ]
    tests = [_fails(material, *pair) for pair in pairs]
    found = [
        (one, other, test, p)
        for (one, other), test, p in zip(pairs, tests, holm([test.p for test in tests]), strict=True)
        if p is not None and p <= LEVEL and _is_close(test)
    ]
    found.sort(key=lambda pair: -pair[2].both)
    for one, other, test, p in found[:MOST_PAIRS]:
        yield Finding(
            kind=InsightKind.FAIL_TOGETHER,
            key=f"together.{one.key}.{other.key}",
            metric_key=one.key,
            other_key=other.key,
            item_count=int((material.failing(one) & material.failing(other)).sum()),
            query=((f"status.{one.key}", "failing"), (f"status.{other.key}", "failing")),
            numbers={
                "both": test.both,
                "only_first": test.only_first,
                "only_second": test.only_second,
                "n": test.n,
                "phi": test.phi,
                "lift": test.lift,
                "ci_low": test.ci_low,
                "ci_high": test.ci_high,
                "p": p,
            },
        )


def _fails(material: Material, one: RunMetric, other: RunMetric) -> MarkAssociation:
    verdicts, others = material.item_verdicts(one), material.item_verdicts(other)
    known = (verdicts != UNDECIDED) & (others != UNDECIDED)
    return associate_marks(verdicts[known] == FAILED, others[known] == FAILED)


def _is_close(test: MarkAssociation) -> bool:
    return test.both >= LEAST_BOTH and (test.phi or 0) >= LEAST_PHI and (test.lift or 0) >= LEAST_LIFT


def judges_disagree(material: Material) -> Iterator[Finding]:
    """Pairs of judges of the same thing whose verdicts surely differ on more than a fifth of the items."""
    found = []
    for one, other in combinations(material.judged, 2):
        if not _judge_the_same(one, other):
            continue
        verdicts, others = material.verdicts(one), material.verdicts(other)
        known = (verdicts != UNDECIDED) & (others != UNDECIDED)
        places = np.flatnonzero(known & (verdicts != others))
        n = int(known.sum())
        interval = wilson_interval(share=places.size / n, n=n) if n else (0.0, 1.0)
        if interval[0] >= LEAST_DISAGREEING:
            found.append((one, other, places, n, interval))
    found.sort(key=lambda pair: -len(pair[2]))
    for one, other, places, n, (low, high) in found[:MOST_PAIRS]:
        yield Finding(
            kind=InsightKind.JUDGES_DISAGREE,
            key=f"judges.{one.key}.{other.key}",
            metric_key=one.key,
            other_key=other.key,
            item_count=int(places.size),
            places=places,
            label=f"{one.name} and {other.name} differ",
            numbers={"differ": int(places.size), "n": n, "ci_low": low, "ci_high": high},
        )


def _judge_the_same(one: RunMetric, other: RunMetric) -> bool:
    """Judges of one category, or one metric by several judges."""
    mine, theirs = one.revision.metric, other.revision.metric
    if {mine.kind, theirs.kind} == {MetricKind.JUDGE}:
        return mine.category == theirs.category != Category.OTHER
    return _are_one(one, other)


def _are_one(one: RunMetric, other: RunMetric) -> bool:
    """Scores that came along, of one metric by several judges or several times: `tone@gpt`, `tone#2`."""
    mine, theirs = one.revision.metric, other.revision.metric
    bases = [re.split("[@#]", metric.name)[0].strip().casefold() for metric in (mine, theirs)]
    return {mine.kind, theirs.kind} <= _JUDGING and bases[0] == bases[1]


def length_bias(material: Material) -> Iterator[Finding]:
    """Judges whose score surely follows the length of the output, by more than a weak correlation."""
    judges = [metric for metric in material.metrics if metric.revision.metric.kind in _JUDGING and not metric.labels]
    if not judges:
        return
    lengths = _output_lengths(material)
    found = [rank_correlation(material.values(metric), lengths) for metric in judges]
    for metric, test, p in zip(judges, found, holm([test.p if test else None for test in found]), strict=True):
        if test is None or p is None or p > LEVEL or min(abs(test.ci_low), abs(test.ci_high)) < LEAST_RHO:
            continue
        yield Finding(
            kind=InsightKind.LENGTH_BIAS,
            key=f"length.{metric.key}",
            metric_key=metric.key,
            item_count=int(material.scored_places(metric).sum()),
            query=((f"status.{metric.key}", "scored"), ("sort", f"-m.{metric.key}")),
            numbers={"rho": test.rho, "ci_low": test.ci_low, "ci_high": test.ci_high, "n": test.n, "p": p},
        )


def _output_lengths(material: Material) -> Floats:
    """How long each item's output is, the mean over its repeats; NaN where there is none."""
    run = material.run
    with connection.cursor() as cursor:
        cursor.execute(_LENGTHS, [run.repeats, run.pk])
        packed = cursor.fetchall()[0][0]
    pairs = np.frombuffer(packed or b"", dtype=">i4").reshape(-1, 2)
    lengths = np.full(run.item_count, np.nan)
    lengths[pairs[:, 0]] = pairs[:, 1]
    return lengths if run.repeats == 1 else fold_repeats(lengths, repeats=run.repeats)
