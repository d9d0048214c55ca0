"""Keeping the assignee of each item's review in step with the queue that hands it out, and telling people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from evalhub.accounts.models import User
from evalhub.webhooks.choices import EventType
from evalhub.webhooks.outbox import is_awaited
from runs.models import Review, ReviewChange, ReviewQueue
from runs.services.notices import NoticeKind, notify
from runs.webhook_events import emit_review_assigned

_SLICE = 1_000


@dataclass(frozen=True, slots=True)
class Given:
    """A run item and the person who now has it; None for nobody in particular."""

    run_id: int
    run_item_id: int
    person_id: int | None


def give_reviews(queue: ReviewQueue, given: Sequence[Given], *, by: User) -> None:
    """Say so at each item's review, which has room for one person: with several reviewers the tasks alone know them.

    Part of the caller's transaction.
    """
    if not queue.is_pairs and queue.reviewers_per_item == 1:
        for start in range(0, len(given), _SLICE):
            _assign(given[start : start + _SLICE], by=by)
        _emit(queue, given, by=by)
    counts = Counter(one.person_id for one in given if one.person_id is not None)
    for person in User.objects.filter(pk__in=counts):
        _tell(person, queue, count=counts[person.pk], by=by)


def _assign(given: Sequence[Given], *, by: User) -> None:
    person_of = {one.run_item_id: one.person_id for one in given}
    Review.objects.bulk_create(
        (Review(run_id=one.run_id, run_item_id=one.run_item_id, version=0) for one in given), ignore_conflicts=True
    )
    reviews = Review.objects.filter(run_item__in=person_of).order_by("pk").select_for_update()
    changed = [review for review in reviews if review.assignee_id != person_of[review.run_item_id]]
    names = {user.pk: user.email for user in User.objects.filter(pk__in=_people_in(changed, person_of.values()))}
    ReviewChange.objects.bulk_create(
        ReviewChange(
            review=review,
            version=review.version + 1,
            author=by,
            field="assignee",
            before=names.get(review.assignee_id or 0, ""),
            after=names.get(person_of[review.run_item_id] or 0, ""),
        )
        for review in changed
    )
    for person_id in set(person_of.values()):
        theirs = [review.pk for review in changed if person_of[review.run_item_id] == person_id]
        Review.objects.filter(pk__in=theirs).update(
            assignee_id=person_id, version=F("version") + 1, updated_at=timezone.now()
        )


def _people_in(reviews: Iterable[Review], others: Iterable[int | None]) -> set[int]:
    return {review.assignee_id for review in reviews if review.assignee_id} | {pk for pk in others if pk}


def _emit(queue: ReviewQueue, given: Sequence[Given], *, by: User) -> None:
    """Tell the project's webhooks of each review that somebody was given."""
    if not is_awaited(EventType.REVIEW_ASSIGNED, project_id=queue.project_id):
        return
    items = [one.run_item_id for one in given if one.person_id is not None]
    reviews = Review.objects.filter(run_item__in=items).select_related("run__project", "run_item__item", "assignee")
    for review in reviews.iterator(chunk_size=_SLICE):
        emit_review_assigned(review, by=by)


def _tell(person: User, queue: ReviewQueue, *, count: int, by: User) -> None:
    """Say to the person that items wait for them."""
    notify(
        person=person,
        kind=NoticeKind.ASSIGNMENT,
        text=f'{count:,} item{"" if count == 1 else "s"} to review in "{queue}"',
        address=reverse("runs:review_queue", args=[queue.pk]),
        project=queue.project,
        by=by,
    )
