"""Runs of the same thing over the same items: whatever differs between them is noise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Sum

from metrics.statistics.paired import PairKind
from metrics.statistics.planning import Noise, noise_of_repeats, noise_of_twins
from runs.comparison.compare import Comparison, Line, compare_runs
from runs.comparison.measures import Measure
from runs.models import Dataset, Run, RunBatch

# Twins are looked for among so many of the newest runs, and so many pairs of them are shown.
MOST_RUNS, MOST_PAIRS = 50, 5


@dataclass(frozen=True, slots=True)
class TwinLine:
    """How far two runs of the same thing are apart in one measure."""

    earlier: Run
    later: Run
    measure: Measure
    line: Line

    @property
    def changed(self) -> int:
        """Items whose value is another although nothing was changed."""
        return self.line.result.up + self.line.result.down

    @property
    def changed_share(self) -> float:
        return self.changed / self.line.result.n if self.line.result.n else 0.0


def find_twins(dataset: Dataset) -> list[tuple[Run, Run]]:
    """Pairs of finished runs over one version and one state of one target, the newest first.

    A run that took answers or verdicts from the cache is no twin: its noise was paid for once and counted twice.
    """
    newest = Run.objects.finished().filter(dataset=dataset).with_names().with_metrics().order_by("-id")[:MOST_RUNS]
    batches = RunBatch.objects.filter(run__in=[run.pk for run in newest]).values("run").order_by()
    cached = dict(batches.annotate(total=Sum("n_cached")).values_list("run", "total"))
    alike: dict[tuple[object, ...], list[Run]] = defaultdict(list)
    for run in newest:
        is_told_apart = run.target.is_asked or run.target.version
        if is_told_apart and not cached.get(run.pk):
            alike[_what_ran(run)].append(run)
    pairs = [(earlier, later) for runs in alike.values() for later, earlier in pairwise(runs)]
    return sorted(pairs, key=lambda pair: -pair[1].pk)[:MOST_PAIRS]


def _what_ran(run: Run) -> tuple[object, ...]:
    snapshot = run.target_snapshot.get("version_hash") or repr(run.target_snapshot)
    return run.dataset_version_id, run.target_id, snapshot, run.repeats, run.num_samples, run.sampling


def twin_lines(twins: Sequence[tuple[Run, Run]], measure_name: str) -> list[TwinLine]:
    """The pairs that measure it, and measured it the same way."""
    lines = []
    for earlier, later in twins:
        comparison = compare_runs([earlier, later])
        line = next((line for line in comparison.lines if line.measure.name == measure_name), None)
        if line is not None and _judged_alike(line.measure):
            lines.append(TwinLine(earlier, later, line.measure, line))
    return lines


def _judged_alike(measure: Measure) -> bool:
    """The overall score is none of them: it is made of the others, and its noise is shown as it is."""
    told = {(metric.revision_id, metric.judge_model) for metric in measure.metrics if metric and metric.pk}
    return len(told) <= 1


def noise_of_pairs(lines: Sequence[TwinLine]) -> Noise | None:
    """Pooled over all pairs; None for labels, whose places have no variance, and where there is no pair."""
    found = []
    for twin in lines:
        if twin.measure.kind == PairKind.ORDER:
            return None
        comparison = compare_runs([twin.earlier, twin.later])
        gain = comparison.values(twin.measure, 1) - comparison.values(twin.measure, 0)
        found.append(noise_of_twins(gain, repeats=twin.earlier.repeats))
    return pooled([noise for noise in found if noise])


def noise_within(comparison: Comparison, measure: Measure) -> Noise | None:
    """From the repeats of the compared runs themselves; None where they have none."""
    if measure.kind == PairKind.ORDER:
        return None
    found = []
    for place, run in enumerate(comparison.runs):
        metric, columns = measure.metrics[place], comparison.columns[place]
        if run.repeats > 1 and metric is not None:
            stored = columns.values(metric.pk) if metric.pk else columns.overall
            found.append(noise_of_repeats(stored, repeats=run.repeats))
    return pooled([noise for noise in found if noise])


def pooled(found: Sequence[Noise]) -> Noise | None:
    """One variance of several, each counted by its items."""
    n = sum(noise.n for noise in found)
    return Noise(sum(noise.variance * noise.n for noise in found) / n, n) if n else None
