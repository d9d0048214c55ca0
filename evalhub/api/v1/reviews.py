"""What people decide and remark on one run item."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import User
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.api.v1.review_shapes import (
    CommentIn,
    CommentOut,
    ItemValuesIn,
    ItemValuesOut,
    ReviewIn,
    ReviewOut,
    ReviewReplacement,
    ValueIn,
    given,
)
from evalhub.api.v1.run_items import REPEAT_PARAMETER
from evalhub.api.v1.runs import RunView
from evalhub.core.errors import Invalid
from runs.choices import ReviewState
from runs.forms.drawer import read_repeat
from runs.models import Comment, Review, Run, RunItem
from runs.services import comments, reviews
from runs.services.labels import create_label
from runs.services.review_values import GivenValue, give_many


class ItemOfRunView(RunView):
    """A view of something said of one run item."""

    def run_item(self, run_id: UUID, ordinal: int) -> RunItem:
        found = RunItem.objects.filter(run__in=self.runs()).select_related("run__project__team", "review", "item")
        narrow = found.defer("output", "context")
        return get_object_or_404(
            narrow, run__uuid=run_id, ordinal=min(ordinal, 2**31 - 1), repeat=read_repeat(self.request.query_params)
        )

    def reviewable(self, run_id: UUID, ordinal: int) -> RunItem:
        """The item, for who may review it."""
        run_item = self.run_item(run_id, ordinal)
        require_right(self.person, Right.REVIEW, run_item.run.project)
        return run_item


class ItemReview(ItemOfRunView):
    """The review of one item. Of what others changed since `version`, nothing is overwritten: the answer is 409."""

    @extend_schema(operation_id="read_review", parameters=[REPEAT_PARAMETER], responses=ReviewOut)
    def get(self, request: Request, run_id: UUID, ordinal: int) -> Response:
        return Response(_told(self.run_item(run_id, ordinal)))

    @extend_schema(
        operation_id="set_review_state", parameters=[REPEAT_PARAMETER], request=ReviewReplacement, responses=ReviewOut
    )
    def put(self, request: Request, run_id: UUID, ordinal: int) -> Response:
        return self._changed(self.reviewable(run_id, ordinal), ReviewReplacement(data=request.data))

    @extend_schema(operation_id="change_review", parameters=[REPEAT_PARAMETER], request=ReviewIn, responses=ReviewOut)
    def patch(self, request: Request, run_id: UUID, ordinal: int) -> Response:
        return self._changed(self.reviewable(run_id, ordinal), ReviewIn(data=request.data))

    @transaction.atomic
    def _changed(self, run_item: RunItem, asked: ReviewIn) -> Response:
        asked.is_valid(raise_exception=True)
        wishes, seen = asked.validated_data, asked.validated_data["version"]
        if "state" in wishes:
            reviews.set_state(run_item, state=ReviewState(wishes["state"]), seen_version=seen, by=self.person)
        if "assignee" in wishes:
            assignee = _reviewer(run_item, wishes["assignee"])
            reviews.assign(run_item, assignee=assignee, seen_version=seen, by=self.person)
        if "corrected_output" in wishes:
            reviews.correct_output(run_item, text=wishes["corrected_output"], seen_version=seen, by=self.person)
        if "labels" in wishes:
            self._set_labels(run_item, wishes["labels"])
        return Response(_told(run_item))

    def _set_labels(self, run_item: RunItem, names: list[str]) -> None:
        project = run_item.run.project
        wanted = {create_label(project=project, name=name, by=self.person) for name in names}
        there = set(project.labels.filter(reviews__run_item=run_item))
        for label in sorted(wanted ^ there, key=str):
            reviews.set_label(run_item, label=label, is_on=label in wanted, by=self.person)


def _reviewer(run_item: RunItem, email: str) -> User | None:
    if not email:
        return None
    person = reviews.reviewers_of(run_item.run.project).filter(email__iexact=email).first()
    if person is None:
        raise Invalid("assignee_unknown", f'Nobody who reviews in this team has the mail "{email}".', field="assignee")
    return person


def _told(run_item: RunItem) -> dict[str, Any]:
    found = Review.objects.filter(run_item=run_item).select_related("assignee")
    review = found.prefetch_related("labels", "changes__author", "changes__metric").first()
    if review is None:
        return {"state": "", "version": 0, "assignee": "", "labels": [], "corrected_output": "", "history": []}
    return dict(ReviewOut(review).data)


class ItemValue(ItemOfRunView):
    """The caller's own value of one metric on one item, beside the score."""

    @extend_schema(operation_id="give_value", parameters=[REPEAT_PARAMETER], request=ValueIn, responses=ReviewOut)
    def put(self, request: Request, run_id: UUID, ordinal: int, metric: str) -> Response:
        run_item = self.reviewable(run_id, ordinal)
        asked = ValueIn(data=request.data)
        asked.is_valid(raise_exception=True)
        give_many(run_item.run, given={run_item: [given(metric, asked.validated_data)]}, by=self.person)
        return Response(_told(run_item))

    @extend_schema(operation_id="withdraw_value", parameters=[REPEAT_PARAMETER], responses={204: None})
    def delete(self, request: Request, run_id: UUID, ordinal: int, metric: str) -> Response:
        run_item = self.reviewable(run_id, ordinal)
        give_many(run_item.run, given={run_item: [GivenValue(metric)]}, by=self.person)
        return Response(status=204)


class RunValues(RunView):
    """The caller's own values on several items of a run."""

    @extend_schema(operation_id="give_values", request=ItemValuesIn, responses=ItemValuesOut)
    def post(self, request: Request, run_id: UUID) -> Response:
        run = self.run(run_id)
        require_right(self.person, Right.REVIEW, run.project)
        asked = ItemValuesIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said: dict[tuple[int, int], list[GivenValue]] = {}
        for one in asked.validated_data["values"]:
            said.setdefault((one["ordinal"], one["repeat"]), []).append(given(one["metric"], one))
        give_many(run, given=_answers(run, said), by=self.person)
        return Response({"items": len(said)})


def _answers(run: Run, said: dict[tuple[int, int], list[GivenValue]]) -> dict[RunItem, list[GivenValue]]:
    """The run's answers at the places that something is said of."""
    rows = run.run_items.filter(ordinal__in={ordinal for ordinal, _ in said}).defer("output", "context")
    found = {(row.ordinal, row.repeat): row for row in rows}
    for ordinal, repeat in said.keys() - found.keys():
        raise Invalid("item_unknown", f"The run has no answer {ordinal}, repeat {repeat}.", field="values")
    for run_item in found.values():
        run_item.run = run
    return {found[place]: values for place, values in said.items()}


class ItemComments(ItemOfRunView):
    """The remarks on one item, the newest first."""

    @extend_schema(
        operation_id="list_comments", parameters=[REPEAT_PARAMETER, *PAGE_PARAMETERS], responses=page_of(CommentOut)
    )
    def get(self, request: Request, run_id: UUID, ordinal: int) -> Response:
        found = Comment.objects.filter(run_item=self.run_item(run_id, ordinal)).select_related("author")
        return answer_page(request, newest_first(found, PageWish.of(request)), CommentOut)

    @extend_schema(
        operation_id="create_comment",
        parameters=[REPEAT_PARAMETER],
        request=CommentIn,
        responses={201: CommentOut},
    )
    def post(self, request: Request, run_id: UUID, ordinal: int) -> Response:
        run_item = self.reviewable(run_id, ordinal)
        asked = CommentIn(data=request.data)
        asked.is_valid(raise_exception=True)
        comment = comments.add_comment(run_item, body=asked.validated_data["body"], by=self.person)
        return self.created(CommentOut(comment).data, address=self.address_of("item_comments", run_id, ordinal))


class ItemComment(ItemOfRunView):
    """One's own remark."""

    @extend_schema(
        operation_id="change_comment", parameters=[REPEAT_PARAMETER], request=CommentIn, responses=CommentOut
    )
    def patch(self, request: Request, run_id: UUID, ordinal: int, comment_id: int) -> Response:
        comment = self._comment(run_id, ordinal, comment_id)
        asked = CommentIn(data=request.data)
        asked.is_valid(raise_exception=True)
        comments.edit_comment(comment, body=asked.validated_data["body"], by=self.person)
        return Response(CommentOut(comment).data)

    @extend_schema(operation_id="delete_comment", parameters=[REPEAT_PARAMETER], responses={204: None})
    def delete(self, request: Request, run_id: UUID, ordinal: int, comment_id: int) -> Response:
        comments.delete_comment(self._comment(run_id, ordinal, comment_id), by=self.person)
        return Response(status=204)

    def _comment(self, run_id: UUID, ordinal: int, comment_id: int) -> Comment:
        run_item = self.reviewable(run_id, ordinal)
        comment = get_object_or_404(Comment.objects.filter(run_item=run_item), id=min(comment_id, 2**63 - 1))
        comment.run_item = run_item
        return comment
