"""One step of a review: it overwrites nobody's, it is kept in the history, and it raises the review's version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import User
from evalhub.core.errors import Conflict
from metrics.models import Metric
from runs.choices import ReviewSource, ReviewState
from runs.models import Review, ReviewChange, RunItem

_SHOWN_AT_MOST = 60


@dataclass(frozen=True, slots=True)
class Part:
    """What changes by itself in a review. A person's value is theirs alone, so it stands in nobody else's way."""

    field: str
    metric: Metric | None = None
    owner: User | None = None

    def touched_by(self, change: ReviewChange) -> bool:
        if change.field != self.field or change.metric_id != (self.metric.pk if self.metric else None):
            return False
        return self.owner is None or change.author_id == self.owner.pk


class ReviewChanged(Conflict):
    """Somebody changed the same part first; `theirs` are their steps, the newest first."""

    def __init__(self, review: Review, theirs: Sequence[ReviewChange]) -> None:
        super().__init__("review_changed", f"{_told(review, theirs)} Look again, then decide.")
        self.review = review
        self.theirs = theirs


def _told(review: Review, theirs: Sequence[ReviewChange]) -> str:
    if not theirs:
        return f'Somebody changed this review meanwhile: it is now "{review.get_state_display()}".'
    newest = theirs[0]
    who = str(newest.author or "Somebody")
    subject = newest.metric.name if newest.metric else newest.field.replace("_", " ")
    after = ReviewState(newest.after).label if newest.field == "state" else newest.after
    return f'{who} changed the {subject} meanwhile: it is now "{after[:_SHOWN_AT_MOST] or "empty"}".'


@contextmanager
def changing(run_item: RunItem, *, by: User) -> Iterator[Review]:
    """The item's review, held against others until the block is over; a block that changes nothing makes none.

    Raises `NotAllowed` for who may not review.
    """
    require_right(by, Right.REVIEW, run_item.run.project)
    with transaction.atomic():
        fields = {"run_id": run_item.run_id, "version": 0, "source": source_of(by)}
        review, _ = Review.objects.select_for_update().get_or_create(run_item=run_item, defaults=fields)
        review.run_item = run_item
        yield review
        if review.version == 0:
            review.delete()


def source_of(by: User) -> ReviewSource:
    """Whether the person sits before a page or a program speaks for them."""
    return ReviewSource.API if by.came_by else ReviewSource.PAGE


def require_unchanged(review: Review, part: Part, *, seen: int) -> None:
    """Raise `ReviewChanged` where somebody changed the part after the version that the person saw.

    Other parts may have changed meanwhile: what is then written overwrites none of it.
    """
    if seen == review.version:
        return
    later = list(review.changes.filter(version__gt=seen).select_related("author", "metric"))
    theirs = [change for change in later if part.touched_by(change)]
    # A version without a step in the history may have changed anything.
    if theirs or seen > review.version or len(later) < review.version - seen:
        raise ReviewChanged(review, theirs)


def keep_step(review: Review, part: Part, *, before: str, after: str, by: User) -> ReviewChange:
    """Write down what was changed, as people read it: in the review's history and in the team's log."""
    review.version, review.updated_at = review.version + 1, timezone.now()
    review.save(update_fields=["version", "updated_at"])
    project, name = review.run_item.run.project, f"{part.field} {part.metric.key}" if part.metric else part.field
    changes = {name: [before or None, after or None]}
    record(team=project.team, by=by, action=AuditAction.CHANGED, subject=review, project=project, changes=changes)
    return ReviewChange.objects.create(
        review=review,
        version=review.version,
        author=by,
        field=part.field,
        metric=part.metric,
        before=before,
        after=after,
    )
