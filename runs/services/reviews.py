"""Writes of reviews: where one stands, with its history, and what people remark."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import User
from evalhub.core.errors import Conflict
from runs.choices import ReviewState
from runs.models import Comment, Review, ReviewChange, RunItem


@transaction.atomic
def set_state(run_item: RunItem, *, state: ReviewState, seen_version: int, by: User) -> Review:
    """Move the item's review on and keep the step in its history.

    `seen_version` is that of the review the person decided on, 0 where there was none. Raises `Conflict` when somebody
    was first.
    """
    require_right(by, Right.REVIEW, run_item.run.project)
    review, is_new = Review.objects.select_for_update().get_or_create(
        run_item=run_item, defaults={"run_id": run_item.run_id, "state": state}
    )
    if seen_version != (0 if is_new else review.version):
        raise Conflict(
            "review_changed",
            f'Somebody changed this review meanwhile: it is now "{review.get_state_display()}". Look again first.',
        )
    before = "" if is_new else review.state
    if before == state:
        return review
    ReviewChange.objects.create(review=review, author=by, field="state", before=before, after=state)
    if not is_new:
        review.state, review.version, review.updated_at = state, review.version + 1, timezone.now()
        review.save(update_fields=["state", "version", "updated_at"])
    project, changes = run_item.run.project, {"state": [before or None, state]}
    record(team=project.team, by=by, action=AuditAction.CHANGED, subject=review, project=project, changes=changes)
    return review


def add_comment(run_item: RunItem, *, body: str, by: User) -> Comment:
    require_right(by, Right.REVIEW, run_item.run.project)
    return Comment.objects.create(run_id=run_item.run_id, run_item=run_item, author=by, body=body)
