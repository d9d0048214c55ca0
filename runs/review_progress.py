"""How far a review queue is: for each person, altogether, and what a blind comparison came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate

from evalhub.core.errors import Invalid
from metrics.statistics.preference import PlaceBias, PreferenceResult, place_bias, win_rate
from runs.choices import PairSide, Preference, TaskState
from runs.models import ReviewQueue, ReviewTask
from runs.review_answers import answers_of

_VOTES = {Preference.CANDIDATE: 1, Preference.BASELINE: -1}


@dataclass(frozen=True, slots=True)
class PersonProgress:
    """One person's part of a queue; without a name, what waits for whoever comes first. `days` are those worked on."""

    person_id: int | None
    name: str
    waiting: int
    done: int
    skipped: int
    days: int
    last_at: datetime | None

    @property
    def total(self) -> int:
        return self.waiting + self.done + self.skipped

    @property
    def undone(self) -> int:
        """What may be handed to somebody else: waiting or skipped."""
        return self.waiting + self.skipped

    @property
    def a_day(self) -> float | None:
        """Items done on a day of work; None before the first."""
        return self.done / self.days if self.days else None

    @property
    def days_left(self) -> float | None:
        """Days of work that are left at that pace."""
        return self.waiting / self.a_day if self.a_day else None


@dataclass(frozen=True, slots=True)
class PairsResult:
    """What people said of two runs' answers: by question (`said`), and how decisions fell by side of the page."""

    said: PreferenceResult
    bias: PlaceBias
    both_bad: int
    decisions: int
    questions: int


@dataclass(frozen=True, slots=True)
class DecidedAnswer:
    """How often one answer was given."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """What was decided in a queue so far; of the items that several people decided (`shared`), how many alike."""

    answers: tuple[DecidedAnswer, ...]
    shared: int
    alike: int

    @property
    def total(self) -> int:
        return sum(answer.count for answer in self.answers)


def decisions_of(queue: ReviewQueue) -> Decisions | None:
    """How often each answer was given; None where knowing would lead those who still decide without seeing others."""
    tasks = ReviewTask.objects.filter(queue=queue).order_by()
    if queue.is_pairs or (queue.is_blind and tasks.filter(state=TaskState.WAITING).exists()):
        return None
    done = tasks.filter(state=TaskState.DONE)
    counts = dict(done.values_list("choice").annotate(count=Count("pk")))
    labels = _labels(queue)
    shared = done.values("run_item").annotate(people=Count("pk"), answers=Count("choice", distinct=True))
    several = [row["answers"] for row in shared.filter(people__gt=1)]
    # In the order of the keys; a value typed as a number last.
    words = [*(word for word in labels if word in counts), *sorted(counts.keys() - labels.keys())]
    return Decisions(
        answers=tuple(DecidedAnswer(labels.get(word, word), counts[word]) for word in words),
        shared=len(several),
        alike=several.count(1),
    )


def _labels(queue: ReviewQueue) -> dict[str, str]:
    """Answers by their words, in the order of the keys; none where nobody could choose them by keys any more."""
    try:
        return {answer.word: answer.label for answer in answers_of(queue, queue.run)}
    except Invalid:
        return {}


def progress_by_person(queue: ReviewQueue) -> list[PersonProgress]:
    """Everybody who has items of the queue, by name; those of nobody in particular come last."""
    rows = (
        ReviewTask.objects.filter(queue=queue)
        .order_by()
        .values("person_id", "person__name", "person__email")
        .annotate(
            waiting=Count("pk", filter=Q(state=TaskState.WAITING)),
            done=Count("pk", filter=Q(state=TaskState.DONE)),
            skipped=Count("pk", filter=Q(state=TaskState.SKIPPED)),
            days=Count(TruncDate("done_at"), distinct=True),
            last_at=Max("done_at"),
        )
    )
    found = [
        PersonProgress(
            person_id=row["person_id"],
            name=row["person__name"] or row["person__email"] or "",
            waiting=row["waiting"],
            done=row["done"],
            skipped=row["skipped"],
            days=row["days"],
            last_at=row["last_at"],
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.person_id is None, one.name, one.person_id or 0))


def pairs_result(queue: ReviewQueue) -> PairsResult:
    """The result so far. Several people's votes on one question count as one, by majority."""
    tasks = ReviewTask.objects.filter(queue=queue)
    done = list(tasks.filter(state=TaskState.DONE).values_list("run_item_id", "choice", "left"))
    votes: Counter[int] = Counter()
    for run_item_id, choice, _ in done:
        votes[run_item_id] += _VOTES.get(Preference(choice), 0)
    sides = Counter(choice == left for _, choice, left in done if choice in PairSide.values)
    return PairsResult(
        said=win_rate(votes.values()),
        bias=place_bias(left=sides[True], right=sides[False]),
        both_bad=_count(done, Preference.BOTH_BAD),
        decisions=len(done),
        questions=tasks.values("run_item").distinct().count(),
    )


def _count(done: Sequence[tuple[int, str, str]], wanted: Preference) -> int:
    return sum(choice == wanted for _, choice, _ in done)
