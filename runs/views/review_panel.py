"""What the template of the review panel prints, wherever the panel stands: drawer, page of the item, workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from evalhub.accounts.access import Right, has_right, role_in, roles_with
from evalhub.accounts.models import Membership, User
from evalhub.core.errors import EvalHubError
from runs.choices import ReviewState
from runs.forms.drawer import DrawerAddress
from runs.models import RunItem
from runs.review_panel import ReviewPanel, Step, Values, read_values, review_panel
from runs.services.review_changes import ReviewChanged

STATE_KEYS = {
    ReviewState.OPEN: "o",
    ReviewState.ACKNOWLEDGED: "a",
    ReviewState.FIXED: "f",
    ReviewState.WONT_FIX: "w",
    ReviewState.JUDGE_WRONG: "d",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What came of what the viewer did: refused, with what they typed, or kept after the version `seen`."""

    problem: EvalHubError | None = None
    typed: Mapping[str, str] = field(default_factory=dict)
    seen: int | None = None


NOTHING = Told()


def panel_context(
    run_item: RunItem,
    *,
    address: DrawerAddress,
    viewer: User,
    told: Told = NOTHING,
    values: Values | None = None,
) -> dict[str, Any]:
    """The panel as the viewer sees it after what they did; `values` where they were read already."""
    project, role = address.run.project, role_in(viewer, address.run.project.team)
    panel = review_panel(
        run_item,
        metrics=list(address.run.run_metrics.all()),
        viewer=viewer,
        values=values or read_values(run_item),
        entered=told.typed,
    )
    can_review = has_right(role, Right.REVIEW)
    return {
        "panel": panel,
        "review": panel.review,
        "viewer": viewer,
        "project": project,
        "run": address.run,
        "run_item": run_item,
        "can_review": can_review,
        "can_add": has_right(role, Right.EDIT_DATASET),
        "problem": told.problem,
        "theirs": _theirs(panel, told.problem),
        "typed": told.typed,
        "saved": _saved(panel, viewer, told.seen),
        "meanwhile": _meanwhile(panel, viewer, told.seen),
        "states": [(state, state.label, STATE_KEYS[state]) for state in ReviewState],
        "review_href": address.own(page="item_review"),
        "comments_href": address.own(page="item_comments"),
        "addition_href": _addition_href(address),
        "query": f"?{address.query.urlencode()}" if address.query else "",
        **(_choices(panel, address) if can_review else {}),
    }


def _choices(panel: ReviewPanel, address: DrawerAddress) -> dict[str, Any]:
    """What may be chosen: labels, whom to give it to, whom to name."""
    project = address.run.project
    chosen = {label.pk for label in panel.labels}
    members = Membership.objects.filter(team_id=project.team_id, user__is_active=True)
    members = members.select_related("user").order_by("user__name", "user__email")
    return {
        "label_choices": [(label, label.pk in chosen) for label in project.labels.all()],
        "reviewers": [member.user for member in members if member.role in roles_with(Right.REVIEW)],
        "handles": [{"name": member.user.name, "mail": member.user.email} for member in members],
    }


def _theirs(panel: ReviewPanel, problem: EvalHubError | None) -> list[Step]:
    """What others did that the refused change would have written over."""
    if not isinstance(problem, ReviewChanged):
        return []
    stood_in_the_way = {change.pk for change in problem.theirs}
    return [step for step in panel.steps if step.change.pk in stood_in_the_way]


def _saved(panel: ReviewPanel, viewer: User, seen: int | None) -> Step | None:
    """The step that was just kept, to be taken back in place."""
    if seen is None or not panel.steps:
        return None
    newest = panel.steps[0]
    return newest if newest.change.author_id == viewer.pk and newest.change.version > seen else None


def _meanwhile(panel: ReviewPanel, viewer: User, seen: int | None) -> list[Step]:
    """What others changed since the panel was shown, beside what was just kept."""
    if seen is None:
        return []
    return [step for step in panel.steps if step.change.version > seen and step.change.author_id != viewer.pk]


def _addition_href(address: DrawerAddress) -> str:
    path = reverse("runs:item_addition", args=[address.run.pk, address.ordinal])
    return f"{path}?repeat={address.repeat}" if address.repeat else path
