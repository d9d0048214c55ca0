"""The items of a review queue: list, add, take the next, read, decide and skip."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.models import User
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, by_number, page_of
from evalhub.api.v1.review_queues import QueueView
from evalhub.core.errors import Invalid
from runs.choices import QueueKind, QueueMode, TaskState
from runs.models import ReviewTask, Run
from runs.review_answers import answers_of, said_word
from runs.services import review_tasks as services
from runs.services.review_queues import MOST_TASKS, add_items
from runs.services.review_tasks import Decision


class ReviewTaskOut(serializers.Serializer[Any]):
    """One item for one person. `choice` is empty where a blind queue hides it from the caller."""

    id = serializers.IntegerField()
    queue = serializers.UUIDField(source="queue.uuid")
    run = serializers.UUIDField(source="run.uuid", allow_null=True)
    ordinal = serializers.IntegerField(source="run_item.ordinal")
    repeat = serializers.IntegerField(source="run_item.repeat")
    key = serializers.CharField(source="item_key")
    position = serializers.IntegerField()
    state = serializers.ChoiceField(choices=TaskState.choices)
    person = serializers.SerializerMethodField()
    choice = serializers.CharField(source="shown_choice")
    done_at = serializers.DateTimeField(allow_null=True)

    def get_person(self, task: ReviewTask) -> str:
        return str(task.person or "")


class AnswerOut(serializers.Serializer[Any]):
    """Something that may be chosen."""

    word = serializers.CharField()
    name = serializers.CharField(source="label")


class ReviewTaskDetailOut(ReviewTaskOut):
    """One item with what may be chosen; of a comparison both answers, on the sides drawn for the caller."""

    answers = AnswerOut(many=True)
    said = serializers.CharField(help_text="The caller's own choice, in the words of `answers`.")
    input = serializers.CharField()
    output = serializers.CharField(help_text="Empty in a comparison.")
    left = serializers.CharField(source="left_output")
    right = serializers.CharField(source="right_output")


class DecisionIn(serializers.Serializer[Any]):
    """What was chosen, with a remark; `version` is that of the review that was seen, 0 where there was none."""

    choice = serializers.CharField(max_length=200)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=20_000)
    version = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=0)


class ItemsIn(serializers.Serializer[Any]):
    """Items to be added: places of a run, ordinal × repeats + repeat."""

    run = serializers.UUIDField()
    places = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=2**31 - 1), min_length=1, max_length=MOST_TASKS
    )


class AddedOut(serializers.Serializer[Any]):
    """How many of the items were new to the queue."""

    added = serializers.IntegerField()


class ReviewTaskList(QueueView):
    """The items of a queue."""

    @extend_schema(
        operation_id="list_review_tasks",
        parameters=[*PAGE_PARAMETERS, OpenApiParameter("state", str, enum=TaskState.values)],
        responses=page_of(ReviewTaskOut),
    )
    def get(self, request: Request, queue_id: UUID) -> Response:
        queue = self.queue(queue_id)
        sees_all = may(self.person, Right.HAND_OUT_REVIEWS, queue.project)
        tasks = _with_names(ReviewTask.objects.filter(queue=queue), self.person, sees_all=sees_all)
        if state := request.query_params.get("state"):
            if state not in TaskState.values:
                raise Invalid("state_unknown", f"There are the states {', '.join(TaskState.values)}.", field="state")
            tasks = tasks.filter(state=state)
        page = by_number(tasks, PageWish.of(request), field="pk")
        return answer_page(request, page, ReviewTaskOut)

    @extend_schema(operation_id="add_review_items", request=ItemsIn, responses={201: AddedOut})
    def post(self, request: Request, queue_id: UUID) -> Response:
        queue = self.queue(queue_id)
        require_right(self.person, Right.HAND_OUT_REVIEWS, queue.project)
        asked = ItemsIn(data=request.data)
        asked.is_valid(raise_exception=True)
        runs = Run.objects.filter(project=queue.project, deleted_at=None)
        run = get_object_or_404(runs, uuid=asked.validated_data["run"])
        places = np.array(list(dict.fromkeys(asked.validated_data["places"])), dtype=np.int64)
        added = add_items(queue, run, places=places, by=self.person)
        return Response({"added": added}, status=201)


class ReviewNext(QueueView):
    """Taking the next item that waits for the caller; the lock runs out by itself."""

    @extend_schema(operation_id="take_next_review_task", request=None, responses={200: ReviewTaskDetailOut, 204: None})
    def post(self, request: Request, queue_id: UUID) -> Response:
        task = services.take_next(self.queue(queue_id), by=self.person)
        if task is None:
            return Response(status=204)
        return Response(_told(_with_names(ReviewTask.objects.filter(pk=task.pk), self.person).get(), self.person))


class TaskView(ApiView):
    """Finds the tasks of queues that the caller sees."""

    def task(self, task_id: int) -> ReviewTask:
        seen = self.within_key(ReviewTask.objects.visible_to(self.person), project="queue__project")
        return get_object_or_404(_with_names(seen, self.person), pk=min(task_id, 2**63 - 1))


class ReviewTaskDetail(TaskView):
    """One item of a queue, as the caller would work on it."""

    @extend_schema(operation_id="read_review_task", responses=ReviewTaskDetailOut)
    def get(self, request: Request, task_id: int) -> Response:
        task = self.task(task_id)
        require_right(self.person, Right.REVIEW, task.queue.project)
        return Response(_told(task, self.person))


class ReviewDecision(TaskView):
    """What the caller says of the item; may be said again."""

    @extend_schema(operation_id="decide_review_task", request=DecisionIn, responses=ReviewTaskDetailOut)
    def put(self, request: Request, task_id: int) -> Response:
        task = self.task(task_id)
        require_right(self.person, Right.REVIEW, task.queue.project)
        asked = DecisionIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        decision = Decision(word=said["choice"], note=said["note"], seen_version=said["version"])
        services.decide(task, decision=decision, by=self.person)
        return Response(_told(self.task(task_id), self.person))


class ReviewSkip(TaskView):
    """Leaving an item to later, or to others."""

    @extend_schema(operation_id="skip_review_task", request=None, responses={204: None})
    def post(self, request: Request, task_id: int) -> Response:
        services.skip(self.task(task_id), by=self.person)
        return Response(status=204)


def _with_names(tasks: QuerySet[ReviewTask], person: User, *, sees_all: bool = False) -> QuerySet[ReviewTask]:
    """Tasks with what is told of them; of a blind queue people are told their own choices, who hands out all."""
    related = ("queue__project__team", "queue__metric__current_revision", "person", "run", "run_item__item")
    is_hidden = (Q(queue__mode=QueueMode.BLIND) | Q(queue__kind=QueueKind.PAIRS)) & ~Q(person=person)
    shown = F("choice") if sees_all else Case(When(is_hidden, then=Value("")), default=F("choice"))
    return (
        tasks.select_related(*related, "other_run_item")
        .annotate(item_key=F("run_item__item__key"), shown_choice=shown)
        .defer("run_item__output", "other_run_item__output", "run_item__item__trace", "run_item__item__raw")
    )


def _told(task: ReviewTask, person: User) -> dict[str, Any]:
    """The task as the person works on it: their own choice, and what they have to look at."""
    is_pairs = task.queue.is_pairs
    left, right = task.sides_for(person) if is_pairs else (None, None)
    is_own = task.person_id == person.pk
    # What the serializer reads beside the row's own columns.
    vars(task).update(
        answers=answers_of(task.queue, task.run),
        said=said_word(task) if is_own else "",
        input=task.run_item.item.input,
        output="" if is_pairs else task.run_item.output,
        left_output=left.output if left else "",
        right_output=right.output if right else "",
    )
    return dict(ReviewTaskDetailOut(task).data)
