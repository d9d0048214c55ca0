"""Where people do not agree with a metric: its verdict beside what they said of the same items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from metrics.choices import MetricKind
from metrics.criterion import FAILED, PASSED, UNDECIDED
from metrics.models import Metric
from metrics.statistics.intervals import wilson_interval
from runs.choices import InsightKind
from runs.insights.material import Finding, Material, Places
from runs.models import Override, RunMetric

LEAST_ITEMS, LEAST_DISAGREEING = 10, 0.1

# Places and what a person said there, as a value or a word.
Opinions = list[tuple[int, float | None, str]]


def people_disagree(material: Material) -> Iterator[Finding]:
    """Metrics that people surely overrule on more than a tenth of the items that they looked at."""
    opinions = _opinions(material)
    for metric in material.judged:
        said = [one for source, rows in opinions.items() if _is_about(source, metric) for one in rows]
        differing, n = _compared(material, metric, said)
        if n < LEAST_ITEMS:
            continue
        low, high = wilson_interval(share=differing.size / n, n=n)
        if low >= LEAST_DISAGREEING:
            yield Finding(
                kind=InsightKind.PEOPLE_DISAGREE,
                key=f"people.{metric.key}",
                metric_key=metric.key,
                item_count=int(differing.size),
                places=differing,
                label=f"People and {metric.name} disagree",
                numbers={"differ": int(differing.size), "n": n, "ci_low": low, "ci_high": high},
            )


def _opinions(material: Material) -> dict[Metric, Opinions]:
    found: dict[Metric, Opinions] = defaultdict(list)
    rows = Override.objects.filter(run=material.run, is_current=True).select_related("metric", "run_item")
    for row in rows.only(
        "value", "label", "metric__key", "metric__name", "metric__kind", "run_item__ordinal", "run_item__repeat"
    ).iterator():
        place = row.run_item.ordinal * material.run.repeats + row.run_item.repeat
        found[row.metric].append((place, row.value, row.label))
    return found


def _is_about(source: Metric, metric: RunMetric) -> bool:
    """A person's value for this metric itself, or a human metric of the same name."""
    if source.pk == metric.revision.metric_id:
        return True
    return source.kind == MetricKind.HUMAN and source.name.casefold() in {metric.key.casefold(), metric.name.casefold()}


def _compared(material: Material, metric: RunMetric, said: Opinions) -> tuple[Places, int]:
    """Where most people's verdict is not the metric's, and how many places have both; people who split have none."""
    votes = np.zeros(material.run.item_count, dtype=np.int64)
    for place, value, label in said:
        verdict = _verdict(metric, value, label)
        votes[place] += 0 if verdict is None else 1 if verdict else -1
    verdicts = material.verdicts(metric)
    known = (votes != 0) & (verdicts != UNDECIDED)
    differ = known & (np.where(votes > 0, PASSED, FAILED) != verdicts)
    return np.flatnonzero(differ), int(known.sum())


def _verdict(metric: RunMetric, value: float | None, label: str) -> bool | None:
    if value is None and label in metric.labels:
        value = float(metric.labels.index(label))
    return None if value is None else metric.criterion.passes(value)
