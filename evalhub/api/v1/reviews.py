"""What people decide and remark on one run item."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.api.v1.run_items import REPEAT_PARAMETER
from evalhub.api.v1.runs import RunView
from runs.choices import ReviewState
from runs.forms.drawer import read_repeat
from runs.forms.reviews import LONGEST_COMMENT
from runs.models import Comment, Review, RunItem
from runs.services import reviews


class ReviewStepOut(serializers.Serializer[Any]):
    """One step: who changed which part from what to what."""

    author = serializers.SerializerMethodField()
    field = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_author(self, step: Any) -> str:  # noqa: ANN401  # a row of the history
        return str(step.author or "")


class ReviewOut(serializers.Serializer[Review]):
    """Where the review of an item stands; `version` 0 and no state where nobody has looked at it."""

    state = serializers.ChoiceField(choices=[("", "Not reviewed"), *ReviewState.choices])
    version = serializers.IntegerField()
    assignee = serializers.SerializerMethodField()
    labels = serializers.SerializerMethodField()
    corrected_output = serializers.CharField()
    history = ReviewStepOut(source="changes", many=True)

    def get_assignee(self, review: Review) -> str:
        return str(review.assignee or "")

    def get_labels(self, review: Review) -> list[str]:
        return [label.name for label in review.labels.all()] if review.pk else []


class ReviewIn(serializers.Serializer[Any]):
    """A decision, and the version of the review that it was made on; 0 where there was none."""

    state = serializers.ChoiceField(choices=ReviewState.choices)
    version = serializers.IntegerField(min_value=0)


class ItemOfRunView(RunView):
    """A view of something said of one run item."""

    def run_item(self, run_id: UUID, ordinal: int) -> RunItem:
        found = RunItem.objects.filter(run__in=self.runs()).select_related("run__project__team")
        narrow = found.defer("output", "context")
        return get_object_or_404(
            narrow, run__uuid=run_id, ordinal=min(ordinal, 2**31 - 1), repeat=read_repeat(self.request.query_params)
        )


class ItemReview(ItemOfRunView):
    """The review of one item."""

    @extend_schema(operation_id="read_review", parameters=[REPEAT_PARAMETER], responses=ReviewOut)
    def get(self, request: Request, run_id: UUID, ordinal: int) -> Response:
        return Response(_told(self.run_item(run_id, ordinal)))

    @extend_schema(
        operation_id="set_review_state", parameters=[REPEAT_PARAMETER], request=ReviewIn, responses=ReviewOut
    )
    def put(self, request: Request, run_id: UUID, ordinal: int) -> Response:
        run_item = self.run_item(run_id, ordinal)
        require_right(self.person, Right.REVIEW, run_item.run.project)
        asked = ReviewIn(data=request.data)
        asked.is_valid(raise_exception=True)
        state, version = ReviewState(asked.validated_data["state"]), asked.validated_data["version"]
        reviews.set_state(run_item, state=state, seen_version=version, by=self.person)
        return Response(_told(run_item))


def _told(run_item: RunItem) -> dict[str, Any]:
    found = Review.objects.filter(run_item=run_item).select_related("assignee")
    review = found.prefetch_related("labels", "changes__author").first()
    if review is None:
        return {"state": "", "version": 0, "assignee": "", "labels": [], "corrected_output": "", "history": []}
    return dict(ReviewOut(review).data)


class CommentOut(serializers.Serializer[Comment]):
    """A remark."""

    id = serializers.IntegerField()
    author = serializers.SerializerMethodField()
    body = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_author(self, comment: Comment) -> str:
        return str(comment.author or "")


class CommentIn(serializers.Serializer[Any]):
    """A remark to be made."""

    body = serializers.CharField(max_length=LONGEST_COMMENT)


class ItemComments(ItemOfRunView):
    """The remarks on one item, the newest first."""

    @extend_schema(
        operation_id="list_comments", parameters=[REPEAT_PARAMETER, *PAGE_PARAMETERS], responses=page_of(CommentOut)
    )
    def get(self, request: Request, run_id: UUID, ordinal: int) -> Response:
        comments = Comment.objects.filter(run_item=self.run_item(run_id, ordinal)).select_related("author")
        return answer_page(request, newest_first(comments, PageWish.of(request)), CommentOut)

    @extend_schema(
        operation_id="create_comment",
        parameters=[REPEAT_PARAMETER],
        request=CommentIn,
        responses={201: CommentOut},
    )
    def post(self, request: Request, run_id: UUID, ordinal: int) -> Response:
        run_item = self.run_item(run_id, ordinal)
        require_right(self.person, Right.REVIEW, run_item.run.project)
        asked = CommentIn(data=request.data)
        asked.is_valid(raise_exception=True)
        comment = reviews.add_comment(run_item, body=asked.validated_data["body"], by=self.person)
        return self.created(CommentOut(comment).data, address=self.address_of("item_comments", run_id, ordinal))
