"""Working through a queue: take an item, keep it while it is open, decide, skip; nobody overwrites anybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import User
from evalhub.core.errors import Conflict
from evalhub.core.ids import hash64
from metrics.models import Metric
from runs.choices import ReviewState, TaskState
from runs.models import Review, ReviewQueue, ReviewTask, ReviewTaskQuerySet
from runs.review_answers import Answer, answer_named, answers_of, said_label, stored_word
from runs.services import reviews
from runs.services.comments import add_comment
from runs.services.review_values import GivenValue, give_values

# An open page asks again well before this; without one, others may take the item when it is over.
LOCK_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person chose, with a remark; `seen_version` is that of the review they saw, 0 where there was none."""

    word: str
    note: str = ""
    seen_version: int | None = None


@transaction.atomic
def take_next(queue: ReviewQueue, *, by: User, after: int | None = None) -> ReviewTask | None:
    """Take the next item that waits for the person, from behind that position and then from the start.

    One that somebody else has in hand is passed over; None where nothing is left.
    """
    require_right(by, Right.REVIEW, queue.project)
    with connection.cursor() as cursor:
        # A button pressed twice asks twice at once: the second finds what the first one took, not the item behind it.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [hash64("review", str(queue.pk), str(by.pk))])
    task = _next_waiting(queue, by=by, after=after)
    if task is not None:
        hold_task(task, by=by)
    return task


def _next_waiting(queue: ReviewQueue, *, by: User, after: int | None) -> ReviewTask | None:
    """Behind the position, then before it, at last itself: each a walk along the index, not a sort of the queue."""
    waiting = ReviewTask.objects.waiting().of_queue(queue, by).free_for(by)
    in_order = waiting.order_by("position", "slot").select_for_update(skip_locked=True, of=("self",))
    if after is None:
        return in_order.first()
    rounds = (Q(position__gt=after), Q(position__lt=after), Q(position=after))
    return next((task for part in rounds if (task := in_order.filter(part).first())), None)


def hold_task(task: ReviewTask, *, by: User) -> None:
    """Say that the person has the task open, for a while; whatever else they had open in the queue is free again.

    Raises `Conflict` when somebody else has it, or it is done.
    """
    require_right(by, Right.REVIEW, task.queue.project)
    until = timezone.now() + timedelta(seconds=LOCK_SECONDS)
    theirs = _workable(task, by).exclude(state=TaskState.DONE)
    if not theirs.update(lock_holder=by, lock_until=until):
        raise _lost(task, by)
    others = ReviewTask.objects.filter(queue=task.queue, lock_holder=by).exclude(pk=task.pk)
    others.update(lock_holder=None, lock_until=None)


def decide(task: ReviewTask, *, decision: Decision, by: User) -> ReviewTask:
    """Keep what the person decided, at the task and beside the item's scores. May be done again by the same person.

    Raises `Conflict` when somebody else decided or has it in hand, or changed the review that was seen.
    """
    queue = task.queue
    require_right(by, Right.REVIEW, queue.project)
    answer = answer_named(answers_of(queue, task.run), decision.word)
    try:
        return _decide(task, answer, decision, by)
    except IntegrityError:
        raise Conflict("item_had", "You have decided on this item already, in another task of the queue.") from None


@transaction.atomic
def _decide(task: ReviewTask, answer: Answer, decision: Decision, by: User) -> ReviewTask:
    # The tasks of one item are held together, so that the last of several reviewers knows that they are the last.
    siblings = list(
        ReviewTask.objects.select_for_update().filter(queue=task.queue, run_item=task.run_item_id).order_by("pk")
    )
    before = next((sibling for sibling in siblings if sibling.pk == task.pk), None)
    left = task.left_for(by) if task.queue.is_pairs else None
    is_kept = _workable(task, by).update(
        state=TaskState.DONE,
        person=by,
        choice=stored_word(answer.word, left) if left else answer.word,
        left=left.value if left else "",
        note=decision.note,
        done_at=timezone.now(),
        lock_holder=None,
        lock_until=None,
    )
    if before is None or not is_kept:
        raise _lost(task, by)
    task.refresh_from_db()
    if not task.queue.is_pairs:
        _carry_over(task, answer, decision, by)
        if decision.note and decision.note != before.note and task.queue.metric_id is None:
            add_comment(task.run_item, body=decision.note, by=by)
    return task


def skip(task: ReviewTask, *, by: User) -> None:
    """Leave the item: the person's own is marked as skipped, anybody's waits on for others. Raises `Conflict`."""
    require_right(by, Right.REVIEW, task.queue.project)
    theirs = _workable(task, by).exclude(state=TaskState.DONE)
    state = TaskState.SKIPPED if task.person_id == by.pk else TaskState.WAITING
    if not theirs.update(state=state, lock_holder=None, lock_until=None):
        raise _lost(task, by)


def _workable(task: ReviewTask, by: User) -> ReviewTaskQuerySet:
    """The task, as long as it is the person's or nobody's, and nobody else has it in hand."""
    found: ReviewTaskQuerySet = ReviewTask.objects.filter(pk=task.pk, queue__closed_at=None)
    return found.filter(Q(person=by) | Q(person=None)).free_for(by)


def _lost(task: ReviewTask, by: User) -> Conflict:
    """Why the person cannot work on the task: told in words, without what a blind queue hides."""
    now = ReviewTask.objects.select_related("queue", "person", "lock_holder").filter(pk=task.pk).first()
    if now is None:
        return Conflict("task_gone", "This item is no longer in the queue.")
    if now.queue.is_closed:
        return Conflict("queue_closed", f'Queue "{now.queue}" is closed.')
    if now.person_id != by.pk and now.state == TaskState.DONE:
        said = "" if now.queue.is_blind else f': "{said_label(now)}"'
        return Conflict("task_done", f"{_name(now.person)} decided on this item meanwhile{said}. Yours was not kept.")
    if now.person_id not in {None, by.pk}:
        return Conflict("task_given", f"This item is now {_name(now.person)}'s; take the next one.")
    if now.state == TaskState.DONE:
        return Conflict("task_done", "You have decided on this item already.")
    return Conflict("task_held", f"{_name(now.lock_holder)} is working on this item; take the next one.")


def _name(person: User | None) -> str:
    return str(person) if person else "Somebody who has left"


def _carry_over(task: ReviewTask, answer: Answer, decision: Decision, by: User) -> None:
    """Say it beside the item: a value as the person's own, a state once all who look at the item agree on it."""
    if task.queue.metric is not None:
        _keep_value(task, task.queue.metric, answer, by=by)
        return
    state = ReviewState(answer.word)
    if task.queue.reviewers_per_item == 1:
        seen = decision.seen_version if decision.seen_version is not None else review_version(task)
        reviews.set_state(task.run_item, state=state, seen_version=seen, by=by)
        return
    others = ReviewTask.objects.filter(queue=task.queue, run_item=task.run_item_id)
    if not others.exclude(state=TaskState.DONE, choice=state).exists():
        reviews.set_state(task.run_item, state=state, seen_version=review_version(task), by=by)


def review_version(task: ReviewTask) -> int:
    """That of the item's review as it is now; 0 where there is none."""
    return Review.objects.filter(run_item=task.run_item_id).values_list("version", flat=True).first() or 0


def _keep_value(task: ReviewTask, metric: Metric, answer: Answer, *, by: User) -> None:
    """The person's value of the queue's metric; the one they gave before is kept as history."""
    measured = task.run.run_metrics.filter(revision__metric=metric).values_list("key", flat=True).first()
    said = GivenValue(measured or metric.key, answer.value, answer.name, task.note)
    give_values(task.run_item, given=[said], seen_version=review_version(task), by=by)
