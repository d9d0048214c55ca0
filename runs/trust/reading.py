"""Reading what people said of a judge's items in a project, in the judge's own values, and what the judge said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from metrics.choices import MetricKind, ScoreStatus
from metrics.judge.examples import example_pair_keys
from metrics.models import Metric
from runs.choices import ReviewSource
from runs.models import Override, RunItem, RunMetric, Score
from runs.trust.people import Opinion

# Whose values are a model's opinion: asked here, or given with the data.
JUDGED_KINDS = frozenset({MetricKind.JUDGE, MetricKind.IMPORTED})
# The newest opinions of a metric that are looked at, and the run items read in one query.
MOST_OPINIONS = 60_000
_ITEMS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Who:
    """A revision of a judge metric asked of one model: what a measurement is of."""

    revision_id: int
    judge_model: str


@dataclass(slots=True)
class Judged:
    """What one `Who` said: the newest run's frozen metric, and its values by run item."""

    metric: RunMetric
    values: dict[int, float]


@dataclass(frozen=True, slots=True)
class _Said:
    """A row of an override, as read."""

    run_id: int
    run_item_id: int
    author_id: int | None
    annotator: str
    value: float | None
    label: str
    source: str

    @property
    def is_here(self) -> bool:
        return self.source != ReviewSource.IMPORT

    @property
    def who(self) -> str:
        """A name that tells people apart; none for the word of all of them, which only data brings."""
        if self.author_id:
            return f"account {self.author_id}"
        return self.annotator or ("somebody who left" if self.is_here else "")


@dataclass(frozen=True, slots=True)
class Heard:
    """What people said of one judge metric; `runs` are those that hold the items."""

    opinions: list[Opinion]
    runs: frozenset[int]


def read_opinions(project_id: int, metric: Metric, human_metric: Metric | None) -> Heard:
    """People's current values for the metric and for the human metric it is measured against.

    Of a human metric on another scale they are not mixed with those of the metric itself, which are left out then.
    """
    said = list(_said(project_id, _sources(metric, human_metric)))
    places = {label.casefold(): float(place) for place, label in enumerate(_labels(metric))}
    values = _values_of_words(said) | places
    opinions = [
        Opinion(one.run_item_id, one.who, value, is_here=one.is_here)
        for one in said
        if (value := _value(one, values, prefers_word=bool(places))) is not None
    ]
    return Heard(opinions, frozenset(one.run_id for one in said))


def _sources(metric: Metric, human_metric: Metric | None) -> list[int]:
    if human_metric is None:
        return [metric.pk]
    own, theirs = metric.current_revision, human_metric.current_revision
    is_one_scale = own is not None and theirs is not None and own.scale == theirs.scale
    return [human_metric.pk, metric.pk] if is_one_scale else [human_metric.pk]


def _said(project_id: int, metric_ids: Sequence[int]) -> Iterator[_Said]:
    current = Override.objects.filter(
        run__project_id=project_id, run__deleted_at=None, metric_id__in=metric_ids, is_current=True
    )
    fields = ("run_id", "run_item_id", "author_id", "annotator", "value", "label", "source")
    for row in current.order_by("-id").values_list(*fields)[:MOST_OPINIONS]:
        yield _Said(*row)


def _labels(metric: Metric) -> Sequence[str]:
    return metric.current_revision.labels if metric.current_revision else ()


def _values_of_words(said: Iterable[_Said]) -> dict[str, float]:
    """What a word stands for, learned from those who gave both: data may give one person's word without its value."""
    return {one.label.casefold(): one.value for one in said if one.label and one.value is not None}


def _value(one: _Said, values: Mapping[str, float], *, prefers_word: bool) -> float | None:
    by_word = values.get(one.label.casefold()) if one.label else None
    if one.value is None or (prefers_word and by_word is not None):
        return by_word
    return one.value


def read_judged(project_id: int, metric: Metric, heard: Heard) -> dict[Who, Judged]:
    """What each revision and model of the metric said of the items that people have spoken of."""
    run_metrics = RunMetric.objects.filter(
        run__project_id=project_id, run_id__in=heard.runs, revision__metric=metric
    ).select_related("revision")
    by_id = {one.pk: one for one in run_metrics}
    found: dict[Who, Judged] = {}
    for run_metric_id, run_item_id, value, model in _scores(by_id, heard):
        run_metric = by_id[run_metric_id]
        who = Who(run_metric.revision_id, model or run_metric.judge_model)
        judged = found.setdefault(who, Judged(run_metric, {}))
        judged.values[run_item_id] = value
        if run_metric.pk > judged.metric.pk:
            judged.metric = run_metric
    for judged in found.values():
        _leave_out_examples(judged, heard)
    return found


def _leave_out_examples(judged: Judged, heard: Heard) -> None:
    """What a judge was shown with people's verdict as an example says nothing of how far it agrees with them."""
    keys = example_pair_keys(judged.metric.revision.definition)
    if not keys:
        return
    shown = RunItem.objects.filter(run_id__in=heard.runs, item__pair_key__in=keys).values_list("id", flat=True)
    for run_item_id in shown:
        judged.values.pop(run_item_id, None)


def _scores(by_id: Mapping[int, RunMetric], heard: Heard) -> Iterator[tuple[int, int, float, str]]:
    runs: dict[int, int] = {one.pk: one.run_id for one in by_id.values()}
    items = iter(dict.fromkeys(opinion.run_item_id for opinion in heard.opinions))
    while some := list(islice(items, _ITEMS_AT_ONCE)):
        scores = Score.objects.filter(
            run_id__in=set(runs.values()), run_item_id__in=some, run_metric_id__in=runs, status=ScoreStatus.SCORED
        )
        rows = scores.values_list("run_metric_id", "run_item_id", "value", "judge_model")
        yield from (
            (metric_id, item_id, value, model) for metric_id, item_id, value, model in rows if value is not None
        )


def candidates(project_id: int) -> list[Metric]:
    """The judge metrics of the project's runs of whose items people have said something."""
    spoken_of = Override.objects.filter(run__project_id=project_id, run__deleted_at=None, is_current=True)
    measured = RunMetric.objects.filter(run_id__in=spoken_of.values("run_id"), revision__metric__kind__in=JUDGED_KINDS)
    return list(Metric.objects.filter(pk__in=measured.values("revision__metric_id")).with_current_revision())
