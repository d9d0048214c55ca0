"""Work for reviewers: queues of run items, and what each person has to say of which."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.core.ids import hash64, public_id
from metrics.models import Metric
from runs.choices import Assignment, PairSide, QueueKind, QueueMode, QueueRule, TaskState, in_choices
from runs.models.run import Run
from runs.models.score import RunItem

if TYPE_CHECKING:
    from typing import Self


def new_seed() -> int:
    """A number that settles every draw of a queue."""
    return random.randrange(2**31)  # noqa: S311  # nobody gains by guessing which answer stands on the left


class ReviewQueueQuerySet(models.QuerySet["ReviewQueue"]):
    """Reads of review queues."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(project__team__memberships__user_id=user.pk) if user.is_authenticated else self.none()

    def open(self) -> Self:
        return self.filter(closed_at=None)

    def comparing(self, run_ids: Iterable[int]) -> Self:
        """Those in which people compare two of the runs, blind."""
        ids = list(run_ids)
        return self.filter(kind=QueueKind.PAIRS, run__in=ids, candidate__in=ids)

    def with_counts(self) -> Self:
        """Queues with `n_tasks`, `n_done`, `n_skipped` and `n_waiting`."""
        counts = {f"n_{state.value}": Count("tasks", filter=Q(tasks__state=state)) for state in TaskState}
        return self.annotate(n_tasks=Count("tasks"), **counts)


class ReviewQueue(models.Model):
    """Items of a run that people are to look at, each by so many of them.

    `run` is the run that the items were chosen from, of pairs the baseline; None once it is deleted. Where a metric is
    named, people give their value of it; else they say where the review stands. `seed` settles what was drawn and, of
    pairs, which answer each person sees on the left.
    """

    uuid = public_id()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="review_queues")
    name = models.CharField(max_length=200)
    instructions = models.TextField(blank=True)
    kind = models.CharField(max_length=8, choices=QueueKind, default=QueueKind.ITEMS)
    mode = models.CharField(max_length=8, choices=QueueMode, default=QueueMode.OPEN)
    assignment = models.CharField(max_length=16, choices=Assignment, default=Assignment.ANYONE)
    people = models.ManyToManyField(User, blank=True, related_name="+")
    reviewers_per_item = models.PositiveSmallIntegerField(default=1)
    rule = models.CharField(max_length=16, choices=QueueRule)
    rule_words = models.CharField(max_length=500, blank=True, help_text="What was chosen, in words.")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    candidate = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    metric = models.ForeignKey(Metric, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    seed = models.PositiveIntegerField(default=new_seed)
    due_on = models.DateField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewQueueQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("project", "-id"), name="runs_queue_of_project"),)
        constraints = (
            models.CheckConstraint(condition=Q(**in_choices("kind", QueueKind)), name="runs_queue_kind_known"),
            models.CheckConstraint(condition=Q(**in_choices("mode", QueueMode)), name="runs_queue_mode_known"),
            models.CheckConstraint(
                condition=Q(**in_choices("assignment", Assignment)), name="runs_queue_assignment_known"
            ),
            models.CheckConstraint(condition=Q(**in_choices("rule", QueueRule)), name="runs_queue_rule_known"),
            models.CheckConstraint(condition=Q(reviewers_per_item__gte=1), name="runs_queue_reviewers_positive"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def is_overdue(self) -> bool:
        """Whether the day it was wanted by is over."""
        return self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def is_pairs(self) -> bool:
        return self.kind == QueueKind.PAIRS

    @property
    def is_blind(self) -> bool:
        return self.is_pairs or self.mode == QueueMode.BLIND


class ReviewTaskQuerySet(models.QuerySet["ReviewTask"]):
    """Reads of review tasks."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(queue__project__team__memberships__user_id=user.pk)

    def waiting(self) -> Self:
        """Those that somebody still has to do, in queues that are open."""
        return self.filter(state=TaskState.WAITING, queue__closed_at=None)

    def for_person(self, user: User) -> Self:
        """Those the person may do: their own, and those given to nobody of items that they have no task of."""
        theirs = ReviewTask.objects.filter(queue=OuterRef("queue"), run_item=OuterRef("run_item"), person=user)
        return self.filter(Q(person=user) | Q(person=None) & ~Exists(theirs))

    def of_queue(self, queue: ReviewQueue, user: User) -> Self:
        """The queue's tasks that the person may do."""
        tasks = self.filter(queue=queue)
        if queue.reviewers_per_item == 1:  # with one task of each item nobody can have another of the same
            return tasks.filter(Q(person=user) | Q(person=None))
        return tasks.for_person(user)

    def free_for(self, user: User) -> Self:
        """Those that nobody else has in hand right now."""
        is_held = Q(lock_until__gt=timezone.now()) & ~Q(lock_holder=user)
        return self.exclude(is_held)


class ReviewTask(models.Model):
    """One item of a queue for one person, or for whoever comes first where `person` is None.

    The lock says who has it open; it runs out by itself. `choice` is what was decided: a review state, a label or value
    of the queue's metric, or a preference; `left` says whose answer stood on the left then.
    """

    queue = models.ForeignKey(ReviewQueue, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    run_item = models.ForeignKey(RunItem, on_delete=models.CASCADE, related_name="review_tasks")
    other_run_item = models.ForeignKey(RunItem, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    slot = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveIntegerField()
    person = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="review_tasks")
    state = models.CharField(max_length=8, choices=TaskState, default=TaskState.WAITING)
    choice = models.CharField(max_length=200, blank=True)
    left = models.CharField(max_length=16, choices=PairSide, blank=True)
    note = models.TextField(blank=True)
    lock_holder = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    lock_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewTaskQuerySet.as_manager()

    class Meta:
        ordering = ("queue", "position", "slot")
        indexes = (
            models.Index(fields=("queue", "state", "position"), name="runs_task_of_queue"),
            models.Index(fields=("person", "state"), name="runs_task_of_person"),
        )
        constraints = (
            models.UniqueConstraint(fields=("queue", "run_item", "slot"), name="runs_task_slot_once"),
            models.UniqueConstraint(
                fields=("queue", "run_item", "person"),
                condition=Q(person__isnull=False),
                name="runs_task_person_once_per_item",
                violation_error_message="This person has the item already.",
            ),
            models.CheckConstraint(condition=Q(**in_choices("state", TaskState)), name="runs_task_state_known"),
            models.CheckConstraint(condition=Q(left="") | Q(left__in=PairSide.values), name="runs_task_left_known"),
            models.CheckConstraint(
                condition=Q(other_run_item=None) | ~Q(other_run_item=F("run_item")),
                name="runs_task_pair_of_two",
            ),
            models.CheckConstraint(
                condition=~Q(state=TaskState.DONE) | ~Q(choice="") & Q(done_at__isnull=False),
                name="runs_task_done_says_what",
            ),
        )

    def __str__(self) -> str:
        return f"task {self.position + 1} of {self.queue}"

    def holder_besides(self, user: User) -> User | None:
        """Who else has it open right now."""
        is_held = self.lock_until is not None and self.lock_until > timezone.now()
        return self.lock_holder if is_held and self.lock_holder_id != user.pk else None

    def left_for(self, user: User) -> PairSide:
        """Whose answer the person sees on the left: drawn once for each person and task, and the same every time."""
        drawn = hash64(str(self.queue.seed), str(self.pk), str(user.pk)) % 2
        return PairSide.BASELINE if drawn else PairSide.CANDIDATE

    def sides_for(self, user: User) -> tuple[RunItem, RunItem]:
        """Of a comparison, the answers that the person sees on the left and on the right."""
        is_decided = bool(self.left) and self.person_id == user.pk
        left = PairSide(self.left) if is_decided else self.left_for(user)
        other = self.other_run_item or self.run_item
        return (self.run_item, other) if left == PairSide.BASELINE else (other, self.run_item)
