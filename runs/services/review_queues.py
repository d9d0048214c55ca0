"""Writes of review queues: make one of chosen items, add to it, hand its items to others, close and delete it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import Changes, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid
from metrics.models import Metric
from runs.bulk import copy_rows
from runs.choices import Assignment, QueueKind, QueueMode, QueueRule, TaskState
from runs.models import ReviewQueue, ReviewTask, Run, RunItem
from runs.review_answers import answers_of
from runs.review_assignment import spread
from runs.review_pairs import paired_items
from runs.review_rules import Places, RuleWish, drawn, in_words, matching_places
from runs.services.review_assignees import Given, give_reviews
from runs.services.reviews import reviewers_of

MOST_TASKS = 10_000
MOST_REVIEWERS = 9
_CHANGEABLE = ("name", "instructions", "due_on")
_TASK_FIELDS = (
    *("queue", "run", "run_item", "other_run_item", "slot", "position", "person", "state"),
    *("choice", "left", "note", "lock_holder", "lock_until", "done_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """How a queue is worked: `people` get the items unless whoever comes first does."""

    name: str
    instructions: str = ""
    mode: QueueMode = QueueMode.OPEN
    assignment: Assignment = Assignment.ANYONE
    people: Sequence[User] = ()
    reviewers_per_item: int = 1
    metric: Metric | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class ChosenItems:
    """Places of a run, how they were chosen and in which words that is told."""

    rule: QueueRule
    places: Places
    words: str


@dataclass(frozen=True, slots=True)
class _Subject:
    """A run item that people look at, and the other run's answer to it where they compare two."""

    run_item_id: int
    other_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Planned:
    """A task to be written."""

    subject: _Subject
    position: int
    slot: int
    person: int | None


@dataclass(frozen=True, slots=True)
class QueueChange:
    """What of a queue may be different later; None stays as it is."""

    name: str | None = None
    instructions: str | None = None
    due_on: date | None = None
    clears_due: bool = False


def chosen_by_rule(run: Run, wish: RuleWish) -> ChosenItems:
    """The items that a rule picks of the run."""
    return ChosenItems(wish.rule, matching_places(run, wish), in_words(run, wish))


def chosen_by_hand(places: Iterable[int], *, words: str = "Picked by hand") -> ChosenItems:
    return ChosenItems(QueueRule.PICKED, np.array(list(dict.fromkeys(places)), dtype=np.int64), words)


@transaction.atomic
def create_queue(run: Run, *, settings: QueueSettings, chosen: ChosenItems, by: User) -> ReviewQueue:
    """Make a queue of the chosen items. Raises `Invalid` for no item, too many, and people who may not review."""
    require_right(by, Right.HAND_OUT_REVIEWS, run.project)
    queue = _new_queue(run.project, settings, by=by, kind=QueueKind.ITEMS, run=run)
    queue.rule, queue.rule_words = chosen.rule, chosen.words[:500]
    queue.save()
    queue.people.set(settings.people)
    answers_of(queue, run)
    _add(queue, run, _subjects(run, chosen.places), by=by)
    _note(queue, AuditAction.CREATED, by=by)
    return queue


@transaction.atomic
def create_pair_queue(
    baseline: Run, candidate: Run, *, settings: QueueSettings, most: int | None = None, by: User
) -> ReviewQueue:
    """Make a blind queue of questions that both runs answered, `most` of them drawn at random.

    Raises `Invalid` for runs of two projects, for the same twice, and where they share no answered question.
    """
    require_right(by, Right.HAND_OUT_REVIEWS, baseline.project)
    if baseline.pk == candidate.pk or baseline.project_id != candidate.project_id:
        raise Invalid("runs_unpaired", "Two different runs of one project are needed.", field="candidate")
    queue = _new_queue(baseline.project, settings, by=by, kind=QueueKind.PAIRS, run=baseline)
    queue.candidate, queue.metric, queue.mode, queue.rule = candidate, None, QueueMode.BLIND, QueueRule.ALL
    pairs = paired_items(baseline, candidate)
    kept = drawn(np.arange(len(pairs)), most=most, seed=queue.seed)
    queue.rule_words = f"{len(kept):,} of {len(pairs):,} questions that both runs answered"
    queue.save()
    queue.people.set(settings.people)
    _add(queue, baseline, [_Subject(*pairs[int(place)]) for place in kept], by=by)
    _note(queue, AuditAction.CREATED, by=by)
    return queue


@transaction.atomic
def add_items(queue: ReviewQueue, run: Run, *, places: Places, by: User) -> int:
    """Add items of the run, handed out as the queue does; those it has already stay once. Tells how many were added."""
    require_right(by, Right.HAND_OUT_REVIEWS, queue.project)
    if queue.is_pairs or queue.is_closed:
        reason = "compares two runs" if queue.is_pairs else "is closed"
        raise Conflict("queue_not_open", f'Queue "{queue}" {reason}, so no items can be added.')
    if run.project_id != queue.project_id:
        raise Invalid("run_elsewhere", f'Run "{run}" is of another project than queue "{queue}".', field="run")
    added = _add(queue, run, _subjects(run, places), by=by)
    _note(queue, AuditAction.ADDED, by=by, changes={"items": [None, added]} if added else {})
    return added


@transaction.atomic
def edit_queue(queue: ReviewQueue, *, change: QueueChange, by: User) -> ReviewQueue:
    require_right(by, Right.HAND_OUT_REVIEWS, queue.project)
    before = {name: getattr(queue, name) for name in _CHANGEABLE}
    if change.name is not None:
        queue.name = _required_name(change.name)
    if change.instructions is not None:
        queue.instructions = change.instructions
    if change.due_on is not None or change.clears_due:
        queue.due_on = change.due_on
    queue.save(update_fields=_CHANGEABLE)
    changes = {name: [was, getattr(queue, name)] for name, was in before.items() if was != getattr(queue, name)}
    _note(queue, AuditAction.CHANGED, by=by, changes=changes)
    return queue


@transaction.atomic
def close_queue(queue: ReviewQueue, *, by: User) -> None:
    """End the work on the queue; what was decided stays."""
    require_right(by, Right.HAND_OUT_REVIEWS, queue.project)
    if ReviewQueue.objects.filter(pk=queue.pk, closed_at=None).update(closed_at=timezone.now()):
        _note(queue, AuditAction.ARCHIVED, by=by)
    queue.refresh_from_db(fields=["closed_at"])


@transaction.atomic
def reopen_queue(queue: ReviewQueue, *, by: User) -> None:
    require_right(by, Right.HAND_OUT_REVIEWS, queue.project)
    if ReviewQueue.objects.filter(pk=queue.pk).exclude(closed_at=None).update(closed_at=None):
        _note(queue, AuditAction.RESTORED, by=by)
    queue.refresh_from_db(fields=["closed_at"])


@transaction.atomic
def delete_queue(queue: ReviewQueue, *, by: User) -> None:
    """Delete the queue with its tasks; reviews, values and comments of the items stay where they are."""
    require_right(by, Right.HAND_OUT_REVIEWS, queue.project)
    _note(queue, AuditAction.DELETED, by=by)
    ReviewTask.objects.filter(queue=queue).delete()
    queue.delete()


@transaction.atomic
def reassign_tasks(queue: ReviewQueue, *, from_person: User | None, to_person: User | None, by: User) -> int:
    """Give what one person (or nobody in particular) has not done yet to another; tells how many items moved.

    Items that the other one has already stay where they are.
    """
    require_right(by, Right.HAND_OUT_REVIEWS, queue.project)
    if to_person is not None:
        _require_reviewers(queue.project, [to_person])
    tasks = ReviewTask.objects.filter(queue=queue, person=from_person).exclude(state=TaskState.DONE)
    if to_person is not None:
        has_already = ReviewTask.objects.filter(queue=queue, person=to_person).values("run_item")
        tasks = tasks.exclude(run_item__in=has_already)
    chosen = _one_per_item(tasks.order_by("position", "slot").select_for_update())
    unlocked = {"lock_holder": None, "lock_until": None, "state": TaskState.WAITING}
    ReviewTask.objects.filter(pk__in=[task.pk for task in chosen]).update(person=to_person, **unlocked)
    if to_person is not None:
        queue.people.add(to_person)
    given = [Given(task.run_id, task.run_item_id, to_person.pk if to_person else None) for task in chosen]
    give_reviews(queue, given, by=by)
    names = [str(person) if person else None for person in (from_person, to_person)]
    _note(queue, AuditAction.ASSIGNED, by=by, changes={"reviewer": names, "items": [None, len(chosen)]})
    return len(chosen)


def _note(queue: ReviewQueue, action: AuditAction, *, by: User, changes: Changes | None = None) -> None:
    """Write it down for the team."""
    record(team=queue.project.team, by=by, action=action, subject=queue, project=queue.project, changes=changes)


def _new_queue(project: Project, settings: QueueSettings, *, by: User, kind: QueueKind, run: Run) -> ReviewQueue:
    people = list(dict.fromkeys(settings.people))
    _require_reviewers(project, people)
    each = settings.reviewers_per_item
    if settings.assignment == Assignment.FIXED:
        each = len(people)
    if settings.assignment != Assignment.ANYONE and not people:
        raise Invalid("people_missing", "Say who gets the items, or let whoever comes first take them.", field="people")
    most = MOST_REVIEWERS if settings.assignment == Assignment.ANYONE else min(len(people), MOST_REVIEWERS)
    if not 1 <= each <= most:
        reason = f"{each} people cannot look at each item; 1 to {most} can, because nobody gets one twice."
        raise Invalid("reviewers_count", reason, field="reviewers_per_item")
    return ReviewQueue(
        project=project,
        name=_required_name(settings.name),
        instructions=settings.instructions,
        kind=kind,
        mode=settings.mode,
        assignment=settings.assignment,
        reviewers_per_item=each,
        run=run,
        metric=settings.metric,
        due_on=settings.due_on,
        created_by=by,
    )


def _required_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 200:
        raise Invalid("name_invalid", "Give the queue a name of at most 200 characters.", field="name")
    return name


def _require_reviewers(project: Project, people: Sequence[User]) -> None:
    may_review = set(reviewers_of(project).values_list("pk", flat=True))
    for person in people:
        if person.pk not in may_review:
            raise Invalid("person_cannot_review", f"{person} may not review in team {project.team}.", field="people")


def _subjects(run: Run, places: Places) -> list[_Subject]:
    """The run items at the places, in their order. Raises `Invalid` when they are more than a queue holds."""
    if len(places) > MOST_TASKS:
        raise Invalid("too_many_items", _too_many(len(places)))
    wanted = [int(place) for place in places]
    rows = RunItem.objects.filter(run=run, ordinal__in={place // run.repeats for place in wanted})
    found = {ordinal * run.repeats + repeat: pk for pk, ordinal, repeat in rows.values_list("pk", "ordinal", "repeat")}
    return [_Subject(found[place]) for place in wanted if place in found]


def _too_many(count: int) -> str:
    return (
        f"{count:,} tasks were asked for, and a queue holds {MOST_TASKS:,} (items × reviewers): "
        "draw some of them at random, or choose more narrowly."
    )


def _add(queue: ReviewQueue, run: Run, subjects: Sequence[_Subject], *, by: User) -> int:
    """Write the tasks of the items that the queue has not yet, by COPY, and hand them out."""
    there = set(queue.tasks.values_list("run_item_id", flat=True))
    new = [subject for subject in subjects if subject.run_item_id not in there]
    if not new and not there:
        raise Invalid("queue_empty", "No item matches, so there is nothing to review.", field="rule")
    total = (len(there) + len(new)) * queue.reviewers_per_item
    if total > MOST_TASKS:
        raise Invalid("too_many_items", _too_many(total))
    planned = list(_planned(queue, new))
    copy_rows(ReviewTask, _TASK_FIELDS, (_row(queue, run, task) for task in planned))
    given = [Given(run.pk, task.subject.run_item_id, task.person) for task in planned if task.person is not None]
    give_reviews(queue, given, by=by)
    return len(new)


def _planned(queue: ReviewQueue, subjects: Sequence[_Subject]) -> Iterator[_Planned]:
    """The new tasks behind those that the queue has, each for its person."""
    last = queue.tasks.aggregate(last=Max("position"))["last"]
    first = 0 if last is None else last + 1
    people = list(queue.people.order_by("pk").values_list("pk", flat=True))
    turned = first * queue.reviewers_per_item % len(people) if people else 0
    shares = spread(
        len(subjects),
        assignment=Assignment(queue.assignment),
        people=people[turned:] + people[:turned],
        reviewers=queue.reviewers_per_item,
        loads=_loads(people),
    )
    for position, (subject, persons) in enumerate(zip(subjects, shares, strict=True), start=first):
        for slot, person in enumerate(persons):
            yield _Planned(subject, position, slot, person)


def _row(queue: ReviewQueue, run: Run, task: _Planned) -> tuple[object, ...]:
    """A new task in the order of `_TASK_FIELDS`."""
    subject = task.subject
    given = (queue.pk, run.pk, subject.run_item_id, subject.other_id, task.slot, task.position, task.person)
    return (*given, TaskState.WAITING.value, "", "", "", None, None, None)


def _loads(people: Sequence[int]) -> Mapping[int, int]:
    waiting = ReviewTask.objects.waiting().filter(person__in=people).order_by()
    return dict(waiting.values_list("person").annotate(Count("pk")))


def _one_per_item(tasks: Iterable[ReviewTask]) -> list[ReviewTask]:
    return list({task.run_item_id: task for task in tasks}.values())
