"""Reading the review of one item for its panel: where it stands, what people say of each metric, remarks, history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from evalhub.accounts.models import User
from metrics.choices import ScoreStatus, ValueType
from runs.choices import ReviewState
from runs.figures import MISSING, scale_of, value_of, wanted_of
from runs.models import Comment, DatasetAddition, Label, Override, Review, ReviewChange, RunItem, RunMetric, Score
from runs.rendering.body import CUT_AT
from runs.rendering.diff import Segment, word_diff
from runs.rendering.hostile import visible

MOST_STEPS = 100
MOST_RADIOS = 9
_FIELDS = {
    "state": "state",
    "assignee": "assignee",
    "label": "label",
    "corrected_output": "corrected output",
    "value": "value",
}
_EXCERPT = 160


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One metric: what the scorer said, what the viewer says, and what others say beside it."""

    metric: RunMetric
    score: str
    status: str
    own: Override | None
    own_shown: str
    others: list[tuple[Override, str]]
    entered: str
    note: str

    @property
    def kind(self) -> str:
        """Which input suits the values."""
        if self.metric.value_type == ValueType.BOOLEAN or (self.metric.labels and len(self.choices) <= MOST_RADIOS):
            return "choice"
        if self.metric.is_category:
            return "select" if self.metric.labels else "text"
        return "number"

    @property
    def choices(self) -> list[tuple[str, str]]:
        if self.metric.value_type == ValueType.BOOLEAN:
            return [("1", "yes"), ("0", "no")]
        return [(label, label) for label in self.metric.labels]

    @property
    def unit(self) -> str:
        return "%" if self.metric.value_type == ValueType.PERCENTAGE else self.metric.unit

    @property
    def ends(self) -> tuple[str, str]:
        """The ends of what may be entered, in the unit of the input."""
        return _typed(self.metric, self.metric.range_min), _typed(self.metric, self.metric.range_max)

    @property
    def hint(self) -> str:
        """The scale and which end is good."""
        if self.kind != "number":
            return wanted_of(self.metric)
        direction = "higher is better" if self.metric.scale.higher_is_better else "lower is better"
        return f"{scale_of(self.metric)}, {direction}"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the history in words."""

    change: ReviewChange
    what: str
    before: str
    after: str
    may_undo: bool


@dataclass(frozen=True, slots=True)
class ReviewPanel:
    """Everything the panel shows to one person."""

    run_item: RunItem
    review: Review | None
    labels: list[Label]
    values: list[ValueRow]
    other_values: list[tuple[Override, str]]
    comments: list[Comment]
    steps: list[Step]
    additions: list[DatasetAddition]
    diff: list[Segment]

    @property
    def version(self) -> int:
        return self.review.version if self.review else 0

    @property
    def state(self) -> str:
        return self.review.state if self.review else ""

    @property
    def is_empty(self) -> bool:
        return not (self.review or self.comments or self.other_values or any(row.others for row in self.values))


@dataclass(frozen=True, slots=True)
class Values:
    """What was measured of the item, by run metric, and what people say of it."""

    scores: Mapping[int, Score]
    overrides: Sequence[Override]


def read_values(run_item: RunItem) -> Values:
    """The values of one item, for who has not read them yet."""
    return Values({score.run_metric_id: score for score in _scores(run_item)}, list(_overrides(run_item)))


def review_panel(
    run_item: RunItem,
    *,
    metrics: Sequence[RunMetric],
    viewer: User,
    values: Values,
    entered: Mapping[str, str] | None = None,
) -> ReviewPanel:
    """The panel as the viewer sees it; `entered` is what they typed and was not kept, by the name of its field."""
    review = _review_of(run_item)
    overrides, scores, said = values.overrides, values.scores, entered or {}
    measured = {metric.revision.metric_id for metric in metrics}
    return ReviewPanel(
        run_item=run_item,
        review=review,
        labels=list(review.labels.all()) if review else [],
        values=[_value_row(metric, scores.get(metric.pk), overrides, viewer, said) for metric in metrics],
        other_values=[(one, _word(one)) for one in overrides if one.metric_id not in measured],
        comments=list(Comment.objects.filter(run_item=run_item).select_related("author")),
        steps=_steps(review, viewer) if review else [],
        additions=list(DatasetAddition.objects.filter(run_item=run_item).select_related("version__dataset")),
        diff=_diff(run_item, review),
    )


def _review_of(run_item: RunItem) -> Review | None:
    changes = ReviewChange.objects.select_related("author", "metric").order_by("-id")
    reviews = Review.objects.filter(run_item=run_item).select_related("assignee")
    return reviews.prefetch_related("labels", Prefetch("changes", changes)).first()


def _overrides(run_item: RunItem) -> Iterable[Override]:
    rows = Override.objects.filter(run_item=run_item, is_current=True)
    return rows.select_related("metric", "author").order_by("id")


def _scores(run_item: RunItem) -> Iterable[Score]:
    scores = Score.objects.filter(run_id=run_item.run_id, run_item_id=run_item.pk)
    return scores.only("run", "run_item", "run_metric", "status", "value", "label", "passed")


def _value_row(
    metric: RunMetric, score: Score | None, overrides: Sequence[Override], viewer: User, entered: Mapping[str, str]
) -> ValueRow:
    of_metric = [one for one in overrides if one.metric_id == metric.revision.metric_id]
    own = next((one for one in of_metric if one.author_id == viewer.pk and not one.annotator), None)
    return ValueRow(
        metric=metric,
        score=MISSING if score is None else visible(score.label) or value_of(metric, score.value),
        status=_status(score),
        own=own,
        own_shown=_shown(metric, own) if own else "",
        others=[(one, _shown(metric, one)) for one in of_metric if one is not own],
        entered=entered.get(f"value.{metric.key}", _entered(metric, own)),
        note=entered.get(f"note.{metric.key}", own.note if own else ""),
    )


def _status(score: Score | None) -> str:
    if score is None:
        return "waiting"
    if score.status != ScoreStatus.SCORED:
        return score.status
    return {True: "passed", False: "failed", None: "scored"}[score.passed]


def _shown(metric: RunMetric, override: Override) -> str:
    if override.label and not metric.is_category:
        return _word(override)
    return visible(override.label) if override.label else value_of(metric, override.value)


def _word(override: Override) -> str:
    """What somebody said of a metric that the run does not measure."""
    number = "" if override.value is None else f"{override.value:.3g}"
    return visible(f"{override.label} ({number})" if override.label and number else override.label or number)


def _entered(metric: RunMetric, own: Override | None) -> str:
    """The person's value as their input holds it."""
    if own is None:
        return ""
    return own.label or _typed(metric, own.value)


def _typed(metric: RunMetric, value: float | None) -> str:
    """A number as it is typed: of a percentage the percents."""
    return "" if value is None else f"{value * typed_share(metric):.12g}"


def typed_share(metric: RunMetric) -> float:
    """How much larger a typed number is than the kept one: a share of 1 is typed in percent."""
    is_share = metric.value_type == ValueType.PERCENTAGE and (metric.range_max is None or metric.range_max <= 1)
    return 100.0 if is_share else 1.0


def _steps(review: Review, viewer: User) -> list[Step]:
    changes = list(review.changes.all())[:MOST_STEPS]
    people = {change.before for change in changes} | {change.after for change in changes}
    known = any(change.field == "assignee" for change in changes)
    names = dict(User.objects.filter(email__in=people).values_list("email", "name")) if known else {}
    steps, seen = [], set()
    for change in changes:
        owner = change.author_id if change.field == "value" else None
        label = change.after or change.before if change.field == "label" else ""
        part = (change.field, change.metric_id, owner, label)
        is_newest = part not in seen
        seen.add(part)
        steps.append(_step(change, names, may_undo=is_newest and change.author_id == viewer.pk))
    return steps


def _step(change: ReviewChange, names: dict[str, str], *, may_undo: bool) -> Step:
    def words(text: str) -> str:
        if change.field == "state":
            return ReviewState(text).label if text in ReviewState.values else text or "not reviewed"
        if change.field == "assignee":
            return names.get(text, text) or "nobody"
        text = visible(text)
        return f"{text[:_EXCERPT]}…" if len(text) > _EXCERPT else text or "–"

    what = _FIELDS.get(change.field, change.field)
    what = f"{what} of {change.metric.name}" if change.metric else what
    return Step(change, what, words(change.before), words(change.after), may_undo)


def _diff(run_item: RunItem, review: Review | None) -> list[Segment]:
    """What the corrected output has and the output has not; nothing where one of them is too long to compare."""
    if review is None or not review.corrected_output:
        return []
    output, corrected = run_item.output, review.corrected_output
    return [] if max(len(output), len(corrected)) > CUT_AT else word_diff(output, corrected)
