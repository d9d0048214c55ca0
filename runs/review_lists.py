"""What the review pages list: queues with a person's part in them, tasks, and what is worth a look in recent runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Left

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Invalid
from runs.choices import QueueRule, TaskState
from runs.models import Dataset, Override, ReviewQueue, ReviewQueueQuerySet, ReviewTask, Run
from runs.review_rules import RuleWish, in_words, matching_places

MOST_LISTED = 50
MOST_RUNS = 5
EXCERPT = 160
# Tasks shown before and behind the open one.
BEFORE, BEHIND = 20, 40


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A queue with its counts, and how much of it waits for the person who looks."""

    queue: ReviewQueue
    tasks: int
    done: int
    skipped: int
    waiting: int
    for_me: int

    @property
    def undone(self) -> int:
        """What may be handed to somebody else: waiting or skipped."""
        return self.waiting + self.skipped

    @property
    def is_late(self) -> bool:
        return self.queue.is_overdue and self.waiting > 0 and not self.queue.is_closed


@dataclass(frozen=True, slots=True)
class PersonCounts:
    """Items of a queue from one person's side: all, those done, and those that stand before a position."""

    total: int
    done: int
    before: int


@dataclass(frozen=True, slots=True)
class WorkList:
    """Items of a run that are worth a look, by a rule."""

    run: Run
    wish: RuleWish
    words: str
    count: int


def queue_lines(queues: ReviewQueueQuerySet, user: User) -> list[QueueLine]:
    """The queues, those with work for the person first, the soonest due before the rest; then the open ones."""
    mine = ReviewTask.objects.waiting().for_person(user).filter(queue__in=queues.values("pk")).order_by()
    for_me: dict[int, int] = dict(mine.values_list("queue").annotate(Count("run_item", distinct=True)))
    found = []
    for queue in queues.with_counts().select_related("project", "run", "candidate", "metric"):
        counts = vars(queue)
        found.append(
            QueueLine(
                queue=queue,
                tasks=counts["n_tasks"],
                done=counts["n_done"],
                skipped=counts["n_skipped"],
                waiting=counts["n_waiting"],
                for_me=for_me.get(queue.pk, 0),
            )
        )
    return sorted(found, key=_urgency)


def _urgency(line: QueueLine) -> tuple[bool, bool, date, int]:
    return line.queue.is_closed, not line.for_me, line.queue.due_on or date.max, -line.queue.pk


def task_rows(tasks: QuerySet[ReviewTask]) -> QuerySet[ReviewTask]:
    """Tasks with `input_start` and `item_key`, and what their rows print besides."""
    return (
        tasks.select_related("queue", "person")
        .annotate(input_start=Left("run_item__item__input", EXCERPT), item_key=F("run_item__item__key"))
        .defer("note")
    )


def person_counts(queue: ReviewQueue, user: User, position: int) -> PersonCounts:
    """How many of the queue's items are the person's or may become so, and how many of them are done."""
    counts = ReviewTask.objects.of_queue(queue, user).aggregate(
        total=Count("run_item", distinct=True),
        done=Count("run_item", distinct=True, filter=Q(state=TaskState.DONE)),
        before=Count("run_item", distinct=True, filter=Q(position__lt=position)),
    )
    return PersonCounts(**counts)


def near_tasks(queue: ReviewQueue, user: User, position: int) -> list[ReviewTask]:
    """The person's tasks around a position in order, one for each item that is theirs or may become so."""
    tasks = ReviewTask.objects.of_queue(queue, user)
    before = tasks.filter(position__lt=position).order_by("-position", "slot")
    behind = tasks.filter(position__gte=position).order_by("position", "slot")
    # Which ones first, and then their texts: else the texts of the whole queue would be read for a few.
    keys = _first_of_each(queue, before, BEFORE) + _first_of_each(queue, behind, BEHIND)
    return list(task_rows(ReviewTask.objects.filter(pk__in=keys)).order_by("position"))


def _first_of_each(queue: ReviewQueue, tasks: QuerySet[ReviewTask], most: int) -> list[int]:
    """The keys of the first tasks, one for each item."""
    found: dict[int, int] = {}
    for key, run_item in tasks.values_list("pk", "run_item")[: most * queue.reviewers_per_item]:
        found.setdefault(run_item, key)
    return list(found.values())[:most]


def work_lists(project: Project) -> list[WorkList]:
    """What is worth a look in the last finished run of each dataset; rules that find nothing are left out."""
    datasets = Dataset.objects.filter(project=project, archived_at=None)
    newest = Run.objects.finished().newest_of_each(datasets, count=1).with_metrics().select_related("dataset")
    runs = sorted(newest, key=lambda run: -run.pk)[:MOST_RUNS]
    return [found for run in runs for found in _of_run(run)]


def _of_run(run: Run) -> Sequence[WorkList]:
    said = set(
        Override.objects.filter(run=run, is_current=True).order_by().values_list("metric_id", flat=True).distinct()
    )
    judged = [metric.key for metric in run.run_metrics.all() if metric.revision.metric_id in said]
    wishes = [RuleWish(QueueRule.DISAGREEMENT, metric_key=key) for key in judged]
    wishes += [RuleWish(QueueRule.FLIPPED), RuleWish(QueueRule.NEAR), RuleWish(QueueRule.FAILING)]
    found = [_counted(run, wish) for wish in wishes]
    return [one for one in found if one is not None and one.count]


def _counted(run: Run, wish: RuleWish) -> WorkList | None:
    try:
        return WorkList(run, wish, in_words(run, wish), len(matching_places(run, wish)))
    except Invalid:  # without a baseline nothing has flipped
        return None


def listed_tasks(project: Project, user: User, which: str) -> list[ReviewTask]:
    """The first tasks of one list of the project: `mine` (with those skipped behind), `waiting` or `done`."""
    tasks = ReviewTask.objects.filter(queue__project=project)
    if which == "done":
        return list(task_rows(tasks.filter(state=TaskState.DONE)).order_by("-done_at")[:MOST_LISTED])
    if which == "mine":
        undone = tasks.filter(person=user, queue__closed_at=None).exclude(state=TaskState.DONE)
        return list(task_rows(undone).order_by("-state", "queue", "position", "slot")[:MOST_LISTED])
    return list(task_rows(tasks.waiting()).order_by("queue", "position", "slot")[:MOST_LISTED])
