"""What the template of the review panel prints, wherever the panel stands: drawer, page of the item, workspace."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from evalhub.accounts.access import Right, may
from evalhub.accounts.models import User
from evalhub.core.errors import EvalHubError
from runs.choices import ReviewState
from runs.forms.drawer import DrawerAddress
from runs.models import RunItem
from runs.review_panel import ReviewPanel, Step, review_panel
from runs.services.comments import members_of
from runs.services.review_changes import ReviewChanged
from runs.services.reviews import reviewers_of

STATE_KEYS = {
    ReviewState.OPEN: "o",
    ReviewState.ACKNOWLEDGED: "a",
    ReviewState.FIXED: "f",
    ReviewState.WONT_FIX: "w",
    ReviewState.JUDGE_WRONG: "d",
}


def panel_context(
    run_item: RunItem,
    *,
    address: DrawerAddress,
    viewer: User,
    problem: EvalHubError | None = None,
    typed: dict[str, str] | None = None,
    seen: int | None = None,
) -> dict[str, Any]:
    """The panel as the viewer sees it after what they did: refused (`problem`, `typed`) or kept (`seen` before it)."""
    project = address.run.project
    panel = review_panel(run_item, metrics=list(address.run.run_metrics.all()), viewer=viewer, entered=typed)
    can_review = may(viewer, Right.REVIEW, project)
    return {
        "panel": panel,
        "review": panel.review,
        "viewer": viewer,
        "project": project,
        "run": address.run,
        "run_item": run_item,
        "can_review": can_review,
        "can_add": may(viewer, Right.EDIT_DATASET, project),
        "problem": problem,
        "theirs": _theirs(panel, problem),
        "typed": typed or {},
        "saved": _saved(panel, viewer, seen),
        "meanwhile": _meanwhile(panel, viewer, seen),
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
    reviewers = list(reviewers_of(project))
    return {
        "label_choices": [(label, label.pk in chosen) for label in project.labels.all()],
        "reviewers": reviewers,
        "handles": [{"name": person.name, "mail": person.email} for person in members_of(project)],
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
