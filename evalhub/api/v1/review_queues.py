"""Review queues: list, make, read, change, delete; and what a blind comparison came to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project, User
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.core.errors import Invalid
from runs.choices import Assignment, QueueKind, QueueMode, QueueRule
from runs.models import ReviewQueue, Run, RunMetric
from runs.review_progress import pairs_result, progress_by_person
from runs.review_rules import RuleWish
from runs.services import review_queues as services
from runs.services.review_queues import MOST_REVIEWERS, MOST_TASKS, QueueChange, QueueSettings
from runs.services.reviews import reviewers_of

_OF_QUEUE = "id name instructions kind mode assignment reviewers_per_item rule rule_words due_on created_at closed_at"


class QueuePersonOut(serializers.Serializer[Any]):
    """How far one person is; without an id, what waits for whoever comes first."""

    id = serializers.IntegerField(source="person_id", allow_null=True)
    name = serializers.CharField()
    waiting = serializers.IntegerField()
    done = serializers.IntegerField()
    skipped = serializers.IntegerField()
    done_a_day = serializers.FloatField(source="a_day", allow_null=True)
    last_decided_at = serializers.DateTimeField(source="last_at", allow_null=True)


class ReviewQueueOut(serializers.ModelSerializer[ReviewQueue]):
    """A queue; `candidate` is the other run where people compare two, `metric` what they give their value of."""

    id = serializers.UUIDField(source="uuid")
    project = serializers.UUIDField(source="project.uuid")
    run = serializers.UUIDField(source="run.uuid", allow_null=True, default=None)
    candidate = serializers.UUIDField(source="candidate.uuid", allow_null=True, default=None)
    metric = serializers.CharField(source="metric.key", allow_null=True, default=None)
    is_late = serializers.BooleanField(source="is_overdue", help_text="The day it was wanted by is over.")

    class Meta:
        model = ReviewQueue
        fields = (*_OF_QUEUE.split(), "project", "run", "candidate", "metric", "is_late")


class ReviewQueueDetailOut(ReviewQueueOut):
    """A queue with everybody's progress."""

    people = serializers.SerializerMethodField()

    class Meta(ReviewQueueOut.Meta):
        fields = (*ReviewQueueOut.Meta.fields, "people")

    @extend_schema_field(QueuePersonOut(many=True))
    def get_people(self, queue: ReviewQueue) -> Any:  # noqa: ANN401  # what the serializer made
        return QueuePersonOut(progress_by_person(queue), many=True).data


class ReviewQueueIn(serializers.Serializer[Any]):
    """A queue to be made: of the items that `rule` picks in `run`, or `places` names, or of two runs' answers."""

    run = serializers.UUIDField(help_text="Whose items; of a comparison the baseline.")
    candidate = serializers.UUIDField(required=False, help_text="The other run: people compare answers, blind.")
    name = serializers.CharField(max_length=200)
    instructions = serializers.CharField(required=False, default="", allow_blank=True, max_length=20_000)
    rule = serializers.ChoiceField(choices=QueueRule.choices, default=QueueRule.FAILING)
    rule_metric = serializers.CharField(required=False, default="", allow_blank=True, help_text="A key of the run's.")
    value = serializers.FloatField(required=False, default=None, allow_null=True, help_text="Of the rule `below`.")
    width = serializers.FloatField(required=False, default=None, allow_null=True, help_text="Of the rule `near`.")
    most = serializers.IntegerField(
        required=False, default=None, allow_null=True, min_value=1, max_value=MOST_TASKS, help_text="Drawn at random."
    )
    seed = serializers.IntegerField(default=0, min_value=0, max_value=2**31 - 1)
    places = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=2**31 - 1),
        required=False,
        max_length=MOST_TASKS,
        help_text="For the rule `picked`: ordinal × repeats + repeat.",
    )
    mode = serializers.ChoiceField(choices=QueueMode.choices, default=QueueMode.OPEN)
    assignment = serializers.ChoiceField(choices=Assignment.choices, default=Assignment.ANYONE)
    people = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**31 - 1), default=list, max_length=200
    )
    reviewers_per_item = serializers.IntegerField(default=1, min_value=1, max_value=MOST_REVIEWERS)
    metric = serializers.CharField(
        required=False, default="", allow_blank=True, help_text="A key of the run's: people give their value of it."
    )
    due_on = serializers.DateField(required=False, default=None, allow_null=True)


class ReviewQueueChange(serializers.Serializer[Any]):
    """What is to be different; what is not named stays."""

    name = serializers.CharField(max_length=200, required=False)
    instructions = serializers.CharField(required=False, allow_blank=True, max_length=20_000)
    due_on = serializers.DateField(required=False, allow_null=True)
    is_closed = serializers.BooleanField(required=False)


class ShareOut(serializers.Serializer[Any]):
    """A share with its 95 % interval."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class BlindResultOut(serializers.Serializer[Any]):
    """What people said of two runs; a tie is half a win of the candidate. docs/statistics.md has the formulas."""

    questions = serializers.IntegerField()
    decisions = serializers.IntegerField()
    decided_questions = serializers.IntegerField(source="said.n")
    wins = serializers.IntegerField(source="said.wins")
    losses = serializers.IntegerField(source="said.losses")
    ties = serializers.IntegerField(source="said.ties")
    both_bad = serializers.IntegerField(help_text="Decisions, counted as ties.")
    win_rate = ShareOut(source="said.win_rate", allow_null=True)
    win_rate_without_ties = ShareOut(source="said.of_decided", allow_null=True)
    p = serializers.FloatField(source="said.p", allow_null=True)
    left_preferred = serializers.IntegerField(source="bias.left")
    right_preferred = serializers.IntegerField(source="bias.right")
    place_p = serializers.FloatField(source="bias.p", allow_null=True)


class QueueView(ApiView):
    """Finds queues among those that the caller sees."""

    def queues(self) -> QuerySet[ReviewQueue]:
        seen = self.within_key(ReviewQueue.objects.visible_to(self.person))
        return seen.select_related("project__team", "run", "candidate", "metric")

    def queue(self, queue_id: UUID) -> ReviewQueue:
        return get_object_or_404(self.queues(), uuid=queue_id)


class ReviewQueueList(QueueView):
    """The queues of a project."""

    @extend_schema(operation_id="list_review_queues", parameters=PAGE_PARAMETERS, responses=page_of(ReviewQueueOut))
    def get(self, request: Request, project_id: UUID) -> Response:
        queues = self.queues().filter(project=self.project(project_id))
        return answer_page(request, newest_first(queues, PageWish.of(request)), ReviewQueueOut)

    @extend_schema(operation_id="create_review_queue", request=ReviewQueueIn, responses={201: ReviewQueueDetailOut})
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.HAND_OUT_REVIEWS, project)
        asked = ReviewQueueIn(data=request.data)
        asked.is_valid(raise_exception=True)
        queue = _created(project, asked.validated_data, by=self.person)
        shown = ReviewQueueDetailOut(self.queue(queue.uuid)).data
        return self.created(shown, address=self.address_of("review_queue", queue.uuid))


class ReviewQueueDetail(QueueView):
    """One queue."""

    @extend_schema(operation_id="read_review_queue", responses=ReviewQueueDetailOut)
    def get(self, request: Request, queue_id: UUID) -> Response:
        return Response(ReviewQueueDetailOut(self.queue(queue_id)).data)

    @extend_schema(operation_id="change_review_queue", request=ReviewQueueChange, responses=ReviewQueueDetailOut)
    def patch(self, request: Request, queue_id: UUID) -> Response:
        queue = self.queue(queue_id)
        require_right(self.person, Right.HAND_OUT_REVIEWS, queue.project)
        asked = ReviewQueueChange(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = dict(asked.validated_data)
        is_closed = wanted.pop("is_closed", None)
        services.edit_queue(queue, change=QueueChange(**wanted, clears_due="due_on" in wanted), by=self.person)
        if is_closed is not None:
            (services.close_queue if is_closed else services.reopen_queue)(queue, by=self.person)
        return Response(ReviewQueueDetailOut(queue).data)

    @extend_schema(operation_id="delete_review_queue", responses={204: None})
    def delete(self, request: Request, queue_id: UUID) -> Response:
        services.delete_queue(self.queue(queue_id), by=self.person)
        return Response(status=204)


class BlindResult(QueueView):
    """What a blind comparison came to."""

    @extend_schema(operation_id="read_blind_result", responses=BlindResultOut)
    def get(self, request: Request, queue_id: UUID) -> Response:
        queue = self.queue(queue_id)
        if queue.kind != QueueKind.PAIRS:
            raise Invalid("queue_compares_nothing", "The items of this queue are looked at one by one.")
        return Response(BlindResultOut(pairs_result(queue)).data)


def _created(project: Project, asked: dict[str, Any], *, by: User) -> ReviewQueue:
    run = _run(project, asked["run"])
    metrics = {metric.key: metric for metric in run.run_metrics.all()}
    settings = QueueSettings(
        name=asked["name"],
        instructions=asked["instructions"],
        mode=QueueMode(asked["mode"]),
        assignment=Assignment(asked["assignment"]),
        people=_people(project, asked["people"]),
        reviewers_per_item=asked["reviewers_per_item"],
        metric=_metric(metrics, asked["metric"]).revision.metric if asked["metric"] else None,
        due_on=asked["due_on"],
    )
    if "candidate" in asked:
        candidate = _run(project, asked["candidate"])
        return services.create_pair_queue(run, candidate, settings=settings, most=asked["most"], by=by)
    return services.create_queue(run, settings=settings, chosen=_chosen(run, asked), by=by)


def _chosen(run: Run, asked: dict[str, Any]) -> services.ChosenItems:
    rule = QueueRule(asked["rule"])
    if rule == QueueRule.PICKED:
        return services.chosen_by_hand(asked.get("places", ()))
    wish = RuleWish(
        rule=rule,
        metric_key=asked["rule_metric"],
        value=asked["value"],
        width=asked["width"],
        most=asked["most"],
        seed=asked["seed"],
    )
    return services.chosen_by_rule(run, wish)


def _run(project: Project, run_id: UUID) -> Run:
    runs = Run.objects.filter(project=project, deleted_at=None).with_names().with_metrics()
    return get_object_or_404(runs, uuid=run_id)


def _metric(metrics: dict[str, RunMetric], key: str) -> RunMetric:
    if key not in metrics:
        known = ", ".join(metrics) or "none"
        raise Invalid("metric_unknown", f'Metric "{key}" is not in this run; it has: {known}.', field="metric")
    return metrics[key]


def _people(project: Project, ids: list[int]) -> list[User]:
    """In the order in which they were named."""
    members = {user.pk: user for user in reviewers_of(project)}
    for person_id in ids:
        if person_id not in members:
            raise Invalid("person_cannot_review", f"Nobody with the id {person_id} may review here.", field="people")
    return [members[person_id] for person_id in ids]
