"""Stored insights as pages and programs show them: in words, with advice and the address of exactly their items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse

from evalhub.accounts.models import Project
from metrics.choices import Category
from runs.choices import InsightKind
from runs.insights.advice import advice_on
from runs.insights.wanted import MOST_TRIES
from runs.insights.words import Said, in_words
from runs.models import Dataset, Insight, InsightReport, Run, RunMetric

MOST_OF_PROJECT, MOST_OF_A_KIND = 8, 3
TONES = {
    InsightKind.REGRESSED: "bad",
    InsightKind.BELOW_THRESHOLD: "bad",
    InsightKind.FAILURE_GROUP: "warn",
    InsightKind.WEAK_SLICE: "warn",
    InsightKind.PEOPLE_DISAGREE: "warn",
    InsightKind.IMPROVED: "good",
}
SIGNS = {"bad": "▼", "warn": "!", "good": "▲", "neutral": "·"}


@dataclass(frozen=True, slots=True)
class ShownInsight:
    """One insight. `href` shows its `count` run items; `query` is the part of that address that chooses them."""

    insight: Insight
    run: Run
    said: Said
    advice: str

    @property
    def kind(self) -> InsightKind:
        return InsightKind(self.insight.kind)

    @property
    def tone(self) -> str:
        return TONES.get(self.kind, "neutral")

    @property
    def sign(self) -> str:
        return SIGNS[self.tone]

    @property
    def count(self) -> int:
        return self.insight.item_count

    @property
    def query(self) -> str:
        return urlencode([tuple(pair) for pair in self.insight.query])

    @property
    def href(self) -> str:
        return f"{reverse('runs:run_detail', args=[self.run.pk])}?{self.query}"

    @property
    def comparison_href(self) -> str:
        """The comparison that the verdict is from; empty for other insights."""
        baseline = self.insight.numbers.get("baseline_id")
        if baseline is None:
            return ""
        path = reverse("runs:run_comparison", args=[self.run.project_id])
        query = {"runs": f"{baseline},{self.run.pk}", "by": self.insight.numbers["measure"]}
        return f"{path}?{urlencode(query, safe=',')}"


@dataclass(frozen=True, slots=True)
class RunInsights:
    """The insights of a run, and where their computing stands. `report` is None where nobody asked for them yet."""

    shown: Sequence[ShownInsight]
    report: InsightReport | None

    @property
    def is_computed(self) -> bool:
        return self.report is not None and self.report.computed_at is not None

    @property
    def is_wanted(self) -> bool:
        """Whether they are about to be computed."""
        return self.report is not None and self.report.wanted_at is not None and not self.has_failed

    @property
    def has_failed(self) -> bool:
        return self.report is not None and self.report.wanted_at is not None and self.report.tries >= MOST_TRIES

    @property
    def bad(self) -> int:
        return sum(one.tone == "bad" for one in self.shown)

    @property
    def worth_a_look(self) -> int:
        return sum(one.tone == "warn" for one in self.shown)

    @property
    def good(self) -> int:
        return sum(one.tone == "good" for one in self.shown)


def insights_of_run(run: Run) -> RunInsights:
    """Those of a run whose metrics are fetched."""
    report = InsightReport.objects.filter(run=run).first()
    return RunInsights(_shown(Insight.objects.filter(run=run), {run.pk: run}), report)


def insights_of_project(runs: Sequence[Run]) -> list[ShownInsight]:
    """What needs a look in these runs, the last of each dataset: the most pressing kinds first, a few of each."""
    prefetch_related_objects(runs, Prefetch("run_metrics", RunMetric.objects.select_related("revision__metric")))
    by_id = {run.pk: run for run in runs}
    found = _shown(Insight.objects.filter(run__in=list(by_id)), by_id)
    found.sort(key=lambda one: (-one.count, one.insight.pk))
    by_kind = [[one for one in found if one.kind == kind and one.tone != "good"] for kind in InsightKind]
    return [one for of_kind in by_kind for one in of_kind[:MOST_OF_A_KIND]][:MOST_OF_PROJECT]


def last_runs_of(project: Project) -> list[Run]:
    """The last finished run of each dataset in use."""
    datasets = Dataset.objects.filter(project=project, archived_at=None)
    return list(Run.objects.finished().newest_of_each(datasets, count=1))


def _shown(insights: Iterable[Insight], runs: Mapping[int, Run]) -> list[ShownInsight]:
    metrics = {run.pk: {metric.key: metric for metric in run.run_metrics.all()} for run in runs.values()}
    return [
        ShownInsight(
            insight=insight,
            run=runs[insight.run_id],
            said=in_words(insight, metrics[insight.run_id]),
            advice=advice_on(InsightKind(insight.kind), _category(metrics[insight.run_id].get(insight.metric_key))),
        )
        for insight in insights
    ]


def _category(metric: RunMetric | None) -> Category:
    return Category(metric.revision.metric.category) if metric else Category.OTHER
