"""Where a run stands: metrics below their threshold, and what got worse or better than at the baseline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from metrics.statistics.paired import SAME_WITHIN
from metrics.statistics.verdicts import Verdict
from runs.choices import InsightKind, RunSide
from runs.comparison.compare import Comparison, Line, compare_runs
from runs.comparison.verdicts import verdicts_between
from runs.comparison.words import in_words
from runs.filters import METRIC_PREFIX
from runs.insights.material import Finding, Material, Places

_KINDS = {Verdict.WORSE: (InsightKind.REGRESSED, "worse"), Verdict.BETTER: (InsightKind.IMPROVED, "better")}


def below_threshold(material: Material) -> Iterator[Finding]:
    """Each metric whose mean misses the threshold that the run froze; whether its interval misses it too is said."""
    for metric in material.judged:
        if metric.mean is None or metric.threshold is None or metric.scale.passes(metric.mean, metric.threshold):
            continue
        near = metric.ci_high if metric.scale.higher_is_better else metric.ci_low
        count = int(material.failing(metric).sum())
        yield Finding(
            kind=InsightKind.BELOW_THRESHOLD,
            key=f"below.{metric.key}",
            metric_key=metric.key,
            item_count=count,
            query=((f"status.{metric.key}", "failing"),),
            numbers={
                "mean": metric.mean,
                "ci_low": metric.ci_low,
                "ci_high": metric.ci_high,
                "threshold": metric.threshold,
                "n": metric.n_scored,
                "failing": count,
                "is_certain": near is not None and not metric.scale.passes(near, metric.threshold),
            },
        )


def against_baseline(material: Material) -> Iterator[Finding]:
    """What the paired test calls worse or better than at the pinned baseline, as lists and webhooks tell it."""
    if material.baseline is None:
        return
    stored = verdicts_between(material.baseline, material.run, side=RunSide.BASELINE)
    told = {one.measure: one for one in stored if one.verdict in _KINDS}
    comparison = compare_runs([material.baseline, material.run])
    for line in comparison.lines:
        if found := told.get(line.measure.name):
            said = replace(line, adjusted_p=found.adjusted_p, verdict=Verdict(found.verdict))
            yield _against(material, comparison, said)


def _against(material: Material, comparison: Comparison, line: Line) -> Finding:
    kind, word = _KINDS[line.verdict]
    name, result = line.measure.name, line.result
    places = material.places_of(changed_items(comparison, line))
    return Finding(
        kind=kind,
        key=f"{word}.{name}",
        metric_key=name.removeprefix(METRIC_PREFIX) if name.startswith(METRIC_PREFIX) else "",
        item_count=int(places.size),
        places=places,
        label=f"{word} than in {comparison.baseline.name}: {line.measure.label}",
        numbers={
            "sentence": in_words(line.measure, result, line.verdict).sentence,
            "difference": result.difference,
            "ci_low": result.ci_low,
            "ci_high": result.ci_high,
            "p": line.adjusted_p,
            "n": result.n,
            "better": line.better,
            "worse": line.worse,
            "measure": name,
            "name": line.measure.label,
            "baseline_id": comparison.baseline.pk,
            "baseline": comparison.baseline.name,
        },
    )


def changed_items(comparison: Comparison, line: Line) -> Places:
    """The candidate's ordinals that moved the way that the verdict says."""
    gain = comparison.goodness_gain(line.measure, line.position)
    moved = np.flatnonzero(gain < -SAME_WITHIN if line.verdict == Verdict.WORSE else gain > SAME_WITHIN)
    places = comparison.matches[line.position].places
    found: Places = moved if places is None else np.sort(places[moved])
    return found
