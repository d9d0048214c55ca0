"""What the project has changed since the compared runs froze it: thresholds, weights, judges, revisions of metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from metrics.models import Metric, ProjectMetric
from runs.figures import MISSING, threshold_of
from runs.models import Run, RunMetric


@dataclass(frozen=True, slots=True)
class Moved:
    """One setting that is another now: for each run what it was judged by and what holds today; "" where the same."""

    name: str
    shown: tuple[str, ...]
    note: str


class Today:
    """The project's settings as they are now, in two queries for all metrics of the runs."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._quality_threshold = runs[0].project.quality_threshold
        metric_ids = {metric.revision.metric_id for run in runs for metric in run.run_metrics.all()}
        settings = ProjectMetric.objects.filter(project_id=runs[0].project_id, metric__in=metric_ids)
        self._settings = {setting.metric_id: setting for setting in settings}
        numbers = Metric.objects.filter(pk__in=metric_ids).values_list("id", "current_revision__number")
        self._revisions = dict(numbers)

    def threshold(self, metric: RunMetric) -> str:
        """The metric's own threshold in the project; where it has none, what the project's asks of its scale."""
        setting = self._settings.get(metric.revision.metric_id)
        if metric.threshold is None or setting is None:
            return ""
        now = setting.threshold
        if now is None:
            now = metric.revision.scale.at_goodness(self._quality_threshold)
        if now is None or abs(now - metric.threshold) <= 1e-9:
            return ""
        return f"judged by {threshold_of(metric)}, now {now:g}"

    def weight(self, metric: RunMetric) -> str:
        setting = self._settings.get(metric.revision.metric_id)
        if setting is None or abs(setting.weight - metric.weight) <= 1e-9:
            return ""
        return f"weighed {metric.weight:g}, now {setting.weight:g}"

    def judge(self, metric: RunMetric) -> str:
        setting = self._settings.get(metric.revision.metric_id)
        if setting is None or not setting.judge_model or setting.judge_model == metric.judge_model:
            return ""
        return f"judged by {metric.judge_model or MISSING}, now {setting.judge_model}"

    def revision(self, metric: RunMetric) -> str:
        now = self._revisions.get(metric.revision.metric_id)
        return "" if now in {None, metric.revision.number} else f"r{metric.revision.number}, now r{now}"


def moved_since(runs: Sequence[Run]) -> Iterator[Moved]:
    """Every kind of setting in which a run is not what the project would make today."""
    today = Today(runs)
    kinds = (
        ("Thresholds changed since", today.threshold, "Pass and fail stand as they were judged then."),
        ("Weights changed since", today.weight, "Overall scores stand as they were weighed then."),
        ("Judges changed since", today.judge, "A run made today would ask another judge."),
        (
            "Metrics revised since",
            today.revision,
            "The scores are of the older revision; score again to compare by the newer.",
        ),
    )
    for name, said, note in kinds:
        of_runs = [[(metric.name, said(metric)) for metric in run.run_metrics.all()] for run in runs]
        shown = tuple("; ".join(f"{metric}: {words}" for metric, words in of_run if words) for of_run in of_runs)
        if any(shown):
            yield Moved(name, tuple(words or MISSING for words in shown), note)
