"""Every measure of a dataset's runs as a small line of its own, to choose one from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evalhub.accounts.models import Project
from runs.figures import mean_of
from runs.filters import BY_OVERALL
from runs.models import Run, RunMetric, RunVerdict
from runs.run_filters import METRIC_PREFIX
from runs.trends.readings import Reading, metric_readings, readings_of
from runs.trends.wish import BY_PASS_RATE, TrendWish

# The newest runs of the target that ran last.
RUNS_IN_CARD, MOST_CARDS = 60, 24


@dataclass(frozen=True, slots=True)
class MeasureCard:
    """A measure with its last value, and its way there between its lowest and highest; None where a run lacks it."""

    name: str
    label: str
    value: str
    points: tuple[float | None, ...]
    threshold: float | None
    is_higher_better: bool
    verdict: RunVerdict | None

    @property
    def sign(self) -> str:
        if self.verdict is None:
            return ""
        return {"better": "▲ better", "worse": "▼ worse"}.get(self.verdict.verdict, "")

    @property
    def tone(self) -> str:
        return {"better": "good", "worse": "bad"}.get(self.verdict.verdict if self.verdict else "", "")


def cards_of(project: Project, wish: TrendWish) -> list[MeasureCard]:
    """A card for the overall score, where it says more than the only metric, the pass rate and each metric."""
    matching = Run.objects.finished().filter(project=project).matching(wish.run_filters).order_by("-pk")
    newest = matching.select_related("target").first()
    if newest is None:
        return []
    line = matching.filter(target__name=newest.target.name).only(*_OF_RUNS)[:RUNS_IN_CARD]
    runs = list(line)[::-1]
    metrics = metric_readings([run.pk for run in runs])
    verdicts = {verdict.measure: verdict for verdict in RunVerdict.objects.against_runs_before([newest.pk])}
    overall, passing = (readings_of(runs, measure) for measure in (BY_OVERALL, BY_PASS_RATE))
    measured = [(METRIC_PREFIX + key, found) for key, found in metrics.items()][:MOST_CARDS]
    first = [(BY_OVERALL, overall)] if len(metrics) > 1 else []
    return [
        _card(name, found, runs, verdicts.get(name)) for name, found in [*first, *measured, (BY_PASS_RATE, passing)]
    ]


_OF_RUNS = (
    *("overall", "overall_low", "overall_high", "quality_threshold", "item_count", "scored_count"),
    *("errored_count", "failing_count", "repeats"),
)


def _card(name: str, found: Mapping[int, Reading], runs: Iterable[Run], verdict: RunVerdict | None) -> MeasureCard:
    readings = [found.get(run.pk) for run in runs]
    last = [reading for reading in readings if reading is not None][-1]
    means = [reading.mean if reading else None for reading in readings]
    low, high = _ends(means)
    return MeasureCard(
        name=name,
        label=last.metric.name,
        value=mean_of(last.metric, last.mean),
        points=tuple(None if mean is None else _share(mean, low, high) for mean in means),
        threshold=_threshold(last.metric, low, high),
        is_higher_better=last.metric.scale.higher_is_better,
        verdict=verdict,
    )


def _ends(means: Iterable[float | None]) -> tuple[float, float]:
    """The lowest and the highest: a line is about how it went, and a tenth of the scale would look flat."""
    known = [value for value in means if value is not None]
    return min(known, default=0.0), max(known, default=1.0)


def _threshold(metric: RunMetric, low: float, high: float) -> float | None:
    """Where the threshold lies, if it is in sight."""
    wanted = metric.threshold
    return None if wanted is None or not low <= wanted <= high else _share(wanted, low, high)


def _share(value: float, low: float, high: float) -> float:
    return round((value - low) / (high - low), 4) if high > low else 0.5
