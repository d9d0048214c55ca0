"""What people are told of runs, items and reviews."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from evalhub.accounts.models import User
from evalhub.notices.choices import NoticeKind
from evalhub.notices.services import notify
from runs.models import Comment, Review, RunItem

__all__ = ["NoticeKind", "item_address", "notify", "tell_assignee", "tell_of_comment"]

_EXCERPT = 200


def item_address(run_item: RunItem) -> str:
    """The page of one run item."""
    path = reverse("runs:item_detail", args=[run_item.run_id, run_item.ordinal])
    return f"{path}?repeat={run_item.repeat}" if run_item.repeat else path


def tell_assignee(review: Review, *, by: User) -> None:
    """Tell the assignee that the review is theirs."""
    run_item = review.run_item
    if review.assignee is not None:
        notify(
            person=review.assignee,
            kind=NoticeKind.ASSIGNMENT,
            text=f"{by} gave you item {run_item.ordinal + 1} of {run_item.run.name} to review.",
            address=item_address(run_item),
            project=run_item.run.project,
            by=by,
        )


def tell_of_comment(comment: Comment, *, mentioned: Iterable[User], assignee: User | None, by: User) -> None:
    """Tell each person once: those who are named, and whose item it is."""
    run_item = comment.run_item
    kinds = dict.fromkeys(mentioned, NoticeKind.MENTION)
    if assignee is not None:
        kinds.setdefault(assignee, NoticeKind.COMMENT)
    words = {NoticeKind.MENTION: "mentioned you", NoticeKind.COMMENT: "commented on your item"}
    excerpt = comment.body if len(comment.body) <= _EXCERPT else f"{comment.body[:_EXCERPT]}…"
    for person, kind in kinds.items():
        notify(
            person=person,
            kind=kind,
            text=f"{by} {words[kind]}, item {run_item.ordinal + 1} of {run_item.run.name}: “{excerpt}”",
            address=f"{item_address(run_item)}#comment-{comment.pk}",
            project=run_item.run.project,
            by=by,
        )
