"""What became of each measure of a run against another run: found by the paired test, or why it cannot be said."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.statistics.adjusting import holm
from metrics.statistics.paired import PairedResult, compare_paired
from metrics.statistics.verdicts import verdict_of
from runs.choices import Incomparable, RunSide, VerdictKind
from runs.comparison.compare import Comparison, compare_runs
from runs.comparison.measures import Measure
from runs.filters import BY_OVERALL
from runs.models import Run, RunMetric, RunVerdict


def verdicts_between(against: Run, run: Run, *, side: RunSide) -> list[RunVerdict]:
    """A verdict, not saved yet, for each measure of the run. Both come with their metrics.

    P-values are corrected by Holm over all measures of the two runs. Items are taken for independent, since nobody is
    there to name a cluster key.
    """
    comparison = compare_runs([against, run])
    asked = [measure for measure in comparison.measures if measure.metrics[1] is not None]
    reasons = [_reason(measure, comparison.measures) for measure in asked]
    results = [None if reason else _paired(comparison, measure) for measure, reason in zip(asked, reasons, strict=True)]
    adjusted = holm([result.p if result else None for result in results])
    return [
        RunVerdict(run=run, against=against, side=side, measure=measure.name, **_found(measure, reason, result, p))
        for measure, reason, result, p in zip(asked, reasons, results, adjusted, strict=True)
    ]


def _reason(measure: Measure, measures: Sequence[Measure]) -> Incomparable | None:
    """Why the measure cannot be compared; None where it can."""
    if measure.name == BY_OVERALL:
        return None if all(_enters_alike(part) for part in measures if part is not measure) else Incomparable.MIXTURE
    before, after = measure.metrics
    if before is None or after is None:
        return Incomparable.ABSENT
    if not measure.is_comparable(1):
        return Incomparable.SCALE
    differing = (
        (Incomparable.REVISION, before.revision_id != after.revision_id),
        (Incomparable.JUDGE, before.judge_model != after.judge_model),
        (Incomparable.PARAMETERS, before.parameters != after.parameters),
    )
    return next((reason for reason, differs in differing if differs), None)


def _enters_alike(part: Measure) -> bool:
    """Whether a metric plays the same part in both overall scores; with weight 0 it plays none."""
    if not any(_weight(metric) for metric in part.metrics):
        return True
    return _reason(part, ()) is None and _weight(part.metrics[0]) == _weight(part.metrics[1])


def _weight(metric: RunMetric | None) -> float:
    return metric.weight if metric else 0.0


def _paired(comparison: Comparison, measure: Measure) -> PairedResult:
    return compare_paired(comparison.values(measure, 0), comparison.values(measure, 1), kind=measure.kind)


def _found(
    measure: Measure, reason: Incomparable | None, result: PairedResult | None, adjusted_p: float | None
) -> dict[str, object]:
    """The fields of the verdict."""
    if result is None or result.n == 0:
        return {"verdict": VerdictKind.NOT_COMPARABLE, "reason": reason or Incomparable.NO_PAIRS}
    verdict = verdict_of(result, adjusted_p=adjusted_p, higher_is_better=measure.higher_is_better)
    return {
        "items": result.n,
        "difference": result.difference,
        "ci_low": result.ci_low,
        "ci_high": result.ci_high,
        "p": result.p,
        "adjusted_p": adjusted_p,
        "verdict": VerdictKind(verdict.value),
    }
