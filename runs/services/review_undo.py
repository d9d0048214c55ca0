"""Taking back the last step of one part of a review, in place; the taking back is a step of its own."""

from __future__ import annotations

from evalhub.accounts.models import User
from evalhub.core.errors import Conflict, NotAllowed
from runs.choices import ReviewState
from runs.models import Label, Override, Review, ReviewChange, RunItem
from runs.services import reviews
from runs.services.review_changes import Part, ReviewChanged
from runs.services.review_values import GivenValue, give_values


def undo(run_item: RunItem, *, change: ReviewChange, by: User) -> Review:
    """Put back what was there before one's own step. Raises `ReviewChanged` where the part has changed since."""
    if change.author_id != by.pk:
        raise NotAllowed("change_of_another", "A step is taken back by who took it; make a change of your own instead.")
    review = change.review
    _require_newest(review, change)
    if change.field == "state":
        # Before the first decision a review says that nobody has decided.
        state = ReviewState(change.before or ReviewState.OPEN)
        return reviews.set_state(run_item, state=state, seen_version=review.version, by=by)
    if change.field == "assignee":
        return reviews.assign(run_item, assignee=_person(change), seen_version=review.version, by=by)
    if change.field == "label":
        return _undo_label(run_item, change, by)
    if change.field == "value":
        return _undo_value(run_item, change, by)
    return reviews.correct_output(run_item, text=change.before, seen_version=review.version, by=by)


def _require_newest(review: Review, change: ReviewChange) -> None:
    part = Part(change.field, change.metric, change.author if change.field == "value" else None)
    later = review.changes.filter(id__gt=change.pk).select_related("author", "metric")
    theirs = [one for one in later if part.touched_by(one)]
    if change.field == "label":
        theirs = [one for one in theirs if _label_of(one) == _label_of(change)]
    if theirs:
        raise ReviewChanged(review, theirs)


def _label_of(change: ReviewChange) -> str:
    return change.after or change.before


def _person(change: ReviewChange) -> User | None:
    if not change.before:
        return None
    person = User.objects.filter(email=change.before).first()
    if person is None:
        raise Conflict("assignee_gone", f"{change.before} is no longer here; choose somebody else.")
    return person


def _undo_label(run_item: RunItem, change: ReviewChange, by: User) -> Review:
    label = Label.objects.filter(project_id=run_item.run.project_id, name=_label_of(change)).first()
    if label is None:
        raise Conflict("label_gone", f'The label "{_label_of(change)}" was deleted or renamed meanwhile.')
    return reviews.set_label(run_item, label=label, is_on=not change.after, by=by)


def _undo_value(run_item: RunItem, change: ReviewChange, by: User) -> Review:
    """Say again what one said before, or nothing where one had said nothing."""
    own = Override.objects.filter(run_item=run_item, metric=change.metric, author=by, annotator="")
    last = own.filter(is_current=False).order_by("-id").first() if change.before else None
    key = run_item.run.run_metrics.get(revision__metric=change.metric).key
    given = GivenValue(key, last.value, last.label, last.note) if last else GivenValue(key)
    return give_values(run_item, given=[given], seen_version=change.review.version, by=by)
