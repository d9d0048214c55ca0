"""What may be said of an item of a queue: a review state, a value of the queue's metric, or which answer is better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalhub.core.errors import Invalid
from metrics.choices import ValueType
from metrics.models import Metric, MetricRevision
from runs.choices import PairSide, Preference, ReviewState
from runs.models import ReviewQueue, ReviewTask, Run, RunMetric

# Keys 1 to 9 choose.
MOST_ANSWERS = 9
_STEPS = 4
LEFT, RIGHT = "left", "right"
# What people do with an item; "open" is where it already is, so it comes last.
_STATES = {
    ReviewState.ACKNOWLEDGED: "a real fault, to be mended",
    ReviewState.FIXED: "was a fault, is mended",
    ReviewState.WONT_FIX: "a fault that may stay",
    ReviewState.JUDGE_WRONG: "the score is not right",
    ReviewState.OPEN: "not settled yet",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the answers: `word` is stored and sent by forms; of a metric `value` and `name` say what it stands for.

    `hint` says when to choose it, where the label alone does not.
    """

    word: str
    label: str
    value: float | None = None
    name: str = ""
    hint: str = ""


def answers_of(queue: ReviewQueue, run: Run | None) -> list[Answer]:
    """What may be chosen of an item of the run, in the order of the keys."""
    if queue.is_pairs:
        return [
            Answer(LEFT, "Left is better"),
            Answer(RIGHT, "Right is better"),
            Answer(Preference.TIE, Preference.TIE.label),
            Answer(Preference.BOTH_BAD, Preference.BOTH_BAD.label),
        ]
    if queue.metric is None:
        return [Answer(state.value, state.label, hint=hint) for state, hint in _STATES.items()]
    return _of_metric(_definition(queue.metric, run))


def answer_named(answers: Sequence[Answer], word: str) -> Answer:
    """The answer of that word. Raises `Invalid` for another."""
    for answer in answers:
        if answer.word == word:
            return answer
    known = ", ".join(answer.word for answer in answers)
    raise Invalid("choice_unknown", f'"{word}" cannot be chosen here; choose one of: {known}.', field="choice")


def stored_word(word: str, left: PairSide) -> str:
    """Which run's answer was preferred, from the side of the page that it stood on."""
    if word not in {LEFT, RIGHT}:
        return word
    other = PairSide.CANDIDATE if left == PairSide.BASELINE else PairSide.BASELINE
    return (left if word == LEFT else other).value


def said_word(task: ReviewTask) -> str:
    """The decision as the person who made it chose it; of pairs the side it was on."""
    if not task.left or task.choice not in PairSide.values:
        return task.choice
    return LEFT if task.choice == task.left else RIGHT


def said_label(task: ReviewTask) -> str:
    """The decision in the words that it was chosen by; of pairs which run's answer was preferred."""
    if task.queue.is_pairs:
        return Preference(task.choice).label if task.choice in Preference.values else task.choice
    return next(
        (answer.label for answer in answers_of(task.queue, task.run) if answer.word == task.choice), task.choice
    )


def _definition(metric: Metric, run: Run | None) -> RunMetric | MetricRevision:
    """The metric as the run measured it; else as it is now. Raises `Invalid` for one that nobody has defined."""
    measured = list(run.run_metrics.filter(revision__metric=metric)[:1]) if run else []
    defined = measured[0] if measured else metric.current_revision
    if defined is None:
        raise Invalid("metric_undefined", f"{metric} has no definition, so there is nothing to choose from.")
    return defined


def _of_metric(metric: RunMetric | MetricRevision) -> list[Answer]:
    if metric.labels:
        return [Answer(label, label, float(place), label) for place, label in enumerate(metric.labels[:MOST_ANSWERS])]
    if metric.value_type == ValueType.BOOLEAN:
        return [Answer("1", "Yes", 1.0), Answer("0", "No", 0.0)]
    low, high = metric.range_min, metric.range_max
    if low is None or high is None:
        raise Invalid("metric_without_ends", "A metric without a range cannot be given by keys; choose another one.")
    whole = high - low if float(high - low).is_integer() else 0
    steps = int(whole) if 1 < whole < MOST_ANSWERS else _STEPS
    values = [low + (high - low) * step / steps for step in range(steps + 1)]
    return [Answer(f"{value:g}", f"{value:g}", value) for value in values]
