"""Writes of reviews: where one stands, whose it is, how it is labelled, and what the answer should have been."""

from __future__ import annotations

from django.db.models import QuerySet

from evalhub.accounts.access import Right, roles_with
from evalhub.accounts.models import Membership, Project, User
from evalhub.core.errors import Invalid
from runs.choices import ReviewState
from runs.models import Label, Review, RunItem
from runs.services.notices import tell_assignee
from runs.services.review_changes import Part, changing, keep_step, require_unchanged
from runs.webhook_events import emit_review_assigned

STATE, ASSIGNEE, LABEL, CORRECTED = Part("state"), Part("assignee"), Part("label"), Part("corrected_output")
LONGEST_OUTPUT = 200_000


def set_state(run_item: RunItem, *, state: ReviewState, seen_version: int, by: User) -> Review:
    """Move the item's review on.

    `seen_version` is that of the review the person decided on, 0 where there was none. Raises `ReviewChanged` when
    somebody was first.
    """
    with changing(run_item, by=by) as review:
        require_unchanged(review, STATE, seen=seen_version)
        before = review.state if review.version else ""
        if before != state:
            review.state = state
            review.save(update_fields=["state"])
            keep_step(review, STATE, before=before, after=state, by=by)
    return review


def assign(run_item: RunItem, *, assignee: User | None, seen_version: int, by: User) -> Review:
    """Give the review to somebody, who is told, or to nobody. Raises as `set_state`, `Invalid` for a non-reviewer."""
    if assignee is not None and not reviewers_of(run_item.run.project).filter(pk=assignee.pk).exists():
        raise Invalid(
            "assignee_unknown", f"{assignee} cannot review in this team; choose a reviewer.", field="assignee"
        )
    with changing(run_item, by=by) as review:
        require_unchanged(review, ASSIGNEE, seen=seen_version)
        if review.assignee != assignee:
            before = review.assignee
            review.assignee = assignee
            review.save(update_fields=["assignee"])
            keep_step(review, ASSIGNEE, before=_address_of(before), after=_address_of(assignee), by=by)
            if assignee is not None:
                review.run_item = run_item
                tell_assignee(review, by=by)
                emit_review_assigned(review, by=by)
    return review


def _address_of(person: User | None) -> str:
    """How the history names a person: by what stays theirs when they change their name."""
    return person.email if person else ""


def reviewers_of(project: Project) -> QuerySet[User]:
    """The members of the project's team who may review, by name."""
    members = Membership.objects.filter(team_id=project.team_id, role__in=roles_with(Right.REVIEW))
    return User.objects.filter(is_active=True, memberships__in=members).order_by("name", "email")


def set_label(run_item: RunItem, *, label: Label, is_on: bool, by: User) -> Review:
    """Put a label of the project on the item, or take it off. Labels of several people stand beside each other."""
    if label.project_id != run_item.run.project_id:
        raise Invalid("label_elsewhere", f'The label "{label}" belongs to another project.', field="label")
    with changing(run_item, by=by) as review:
        if review.labels.filter(pk=label.pk).exists() != is_on:
            (review.labels.add if is_on else review.labels.remove)(label)
            before, after = ("", label.name) if is_on else (label.name, "")
            keep_step(review, LABEL, before=before, after=after, by=by)
    return review


def correct_output(run_item: RunItem, *, text: str, seen_version: int, by: User) -> Review:
    """Keep what the answer should have been; an empty text takes it back. Raises as `set_state`."""
    if len(text) > LONGEST_OUTPUT:
        limit = f"{LONGEST_OUTPUT:,}"
        raise Invalid(
            "output_too_long", f"A corrected output has at most {limit} characters.", field="corrected_output"
        )
    with changing(run_item, by=by) as review:
        require_unchanged(review, CORRECTED, seen=seen_version)
        if review.corrected_output != text:
            before, review.corrected_output = review.corrected_output, text
            review.save(update_fields=["corrected_output"])
            keep_step(review, CORRECTED, before=before, after=text, by=by)
    return review
