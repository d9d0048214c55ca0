"""Where people and a judge differed: verdicts of people that can become the judge's examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from evalhub.accounts.models import Team
from metrics.choices import ValueType
from metrics.judge.examples import LIMITS, LONGEST_EXPLANATION, MOST_EXAMPLES
from metrics.judge.material import as_text, cut
from metrics.models import Metric
from runs.figures import value_of
from runs.models import Override, Score

# Looked at, newest first; shown are fewer.
_MOST_READ = 500
_MOST_SHOWN = 20
_EXCERPT = 300


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A person's verdict and the judge's on the same item, as shown."""

    override: Override
    score: Score

    @property
    def said(self) -> str:
        metric = self.score.run_metric
        return self.override.label or value_of(metric, self.override.value)

    @property
    def judged(self) -> str:
        return self.score.label or value_of(self.score.run_metric, self.score.value)

    @property
    def who(self) -> str:
        return str(self.override.author) if self.override.author else self.override.annotator

    @property
    def output(self) -> str:
        return self.override.run_item.output[:_EXCERPT]

    @property
    def example(self) -> dict[str, str]:
        """The item with the person's verdict, as the form of a judge holds an example."""
        item = self.override.run_item.item
        expected = "" if item.expected is None else as_text(item.expected)
        parts = {"input": item.input, "expected": expected, "output": self.override.run_item.output}
        texts = {name: _shortened(text, LIMITS[name]) for name, text in parts.items()}
        note = _shortened(self.override.note, LONGEST_EXPLANATION)
        return {**texts, "score": self._verdict, "explanation": note, "pair_key": str(item.pair_key)}

    @property
    def _verdict(self) -> str:
        value = self.override.value
        if self.override.label or value is None:
            return self.override.label
        if self.score.run_metric.labels:
            return value_of(self.score.run_metric, value)
        if self.score.run_metric.value_type == ValueType.BOOLEAN:
            return "yes" if value else "no"
        return f"{value:g}"


def disagreements(metric: Metric, team: Team) -> list[Disagreement]:
    """The newest verdicts of people in the team's runs that the judge did not share."""
    overrides = list(_overrides(metric, team).order_by("-id")[:_MOST_READ])
    differing = _differing(overrides, metric)[:_MOST_SHOWN]
    return _with_bodies(differing)


def chosen_disagreements(metric: Metric, team: Team, ids: Iterable[str]) -> list[Disagreement]:
    """Those of the verdicts that were chosen, at most as many as a judge is shown."""
    wanted = [int(one) for one in ids if one.isdecimal()][:MOST_EXAMPLES]
    return _with_bodies(_differing(list(_overrides(metric, team).filter(id__in=wanted)), metric))


def _overrides(metric: Metric, team: Team) -> QuerySet[Override]:
    current = Override.objects.filter(metric=metric, is_current=True)
    return current.filter(run__project__team=team, run__deleted_at=None)


def _differing(overrides: Sequence[Override], metric: Metric) -> list[Disagreement]:
    scores = Score.objects.filter(
        run__in={override.run_id for override in overrides},
        run_item__in={override.run_item_id for override in overrides},
        run_metric__revision__metric=metric,
    ).select_related("run_metric")
    by_item = {score.run_item_id: score for score in scores.defer("explanation")}
    pairs = [
        Disagreement(override, by_item[override.run_item_id])
        for override in overrides
        if override.run_item_id in by_item
    ]
    return [pair for pair in pairs if pair.score.value is not None and pair.said != pair.judged]


def _with_bodies(pairs: Sequence[Disagreement]) -> list[Disagreement]:
    """The pairs with what was asked and answered, read for these alone."""
    ids = [pair.override.pk for pair in pairs]
    read = Override.objects.filter(id__in=ids).select_related("author", "run", "run_item__item")
    by_id = {override.pk: override for override in read}
    return [Disagreement(by_id[pair.override.pk], pair.score) for pair in pairs if pair.override.pk in by_id]


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else cut(text, limit - 80)
