"""What people decide and remark on one run item: each form of the panel, answered by the panel as it then is."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import User
from evalhub.core.errors import Conflict, Invalid
from runs.forms import reviews as entered
from runs.forms.drawer import DrawerAddress, read_repeat
from runs.models import Comment, Run, RunItem
from runs.services import comments, labels, review_undo, review_values, reviews
from runs.views.item_detail import item_context
from runs.views.review_panel import Told, panel_context

Handler = Callable[[MemberRequest, RunItem], object]
Form = forms.Form


@require_POST
@login_required
def item_review(request: MemberRequest, run_id: int, ordinal: int) -> HttpResponse:
    """Change one part of the review: the one that the request names first of those in `_PARTS`."""
    run_item = _run_item(request, run_id, ordinal)
    return _answered(request, run_item, _part_of(request))


def _part_of(request: MemberRequest) -> Handler:
    found = next((handler for name, handler in _PARTS.items() if name in request.POST), None)
    if found is None:
        raise Invalid("review_invalid", f"Nothing to change was sent; send one of {', '.join(_PARTS)}.")
    return found


@require_POST
@login_required
def item_comments(request: MemberRequest, run_id: int, ordinal: int) -> HttpResponse:
    run_item = _run_item(request, run_id, ordinal)
    return _answered(request, run_item, _comment)


@require_POST
@login_required
def item_comment(request: MemberRequest, run_id: int, ordinal: int, comment_id: int) -> HttpResponse:
    """Change one's own remark, or take it away."""
    run_item = _run_item(request, run_id, ordinal)
    comment = get_object_or_404(Comment.objects.filter(run_item=run_item), id=comment_id)
    comment.run_item = run_item

    def change(request: MemberRequest, run_item: RunItem) -> object:
        if "delete" in request.POST:
            comments.delete_comment(comment, by=request.user)
            return None
        body = _valid(entered.CommentForm(request.POST)).cleaned_data["body"]
        return comments.edit_comment(comment, body=body, by=request.user)

    return _answered(request, run_item, change)


def _run_item(request: MemberRequest, run_id: int, ordinal: int) -> RunItem:
    runs = Run.objects.visible_to(request.user)
    found = RunItem.objects.filter(run__in=runs).select_related("run__project__team", "review__assignee", "item")
    run_item = get_object_or_404(found, run_id=run_id, ordinal=ordinal, repeat=read_repeat(request.GET))
    require_right(request.user, Right.REVIEW, run_item.run.project)
    return run_item


def _answered(request: MemberRequest, run_item: RunItem, handler: Handler) -> HttpResponse:
    """Do it, and show the panel; what was refused is told there, and what was typed stays in it."""
    seen = request.POST.get("version", "")
    try:
        handler(request, run_item)
    except (Invalid, Conflict) as error:
        return _panel(request, run_item, Told(error, request.POST.dict()))
    if not request.htmx:
        return HttpResponseRedirect(_address(request, run_item).own())
    return _panel(request, run_item, Told(seen=int(seen) if seen.isdecimal() else None))


def _panel(request: MemberRequest, run_item: RunItem, told: Told) -> HttpResponse:
    """For htmx the panel alone, else the item's whole page with the panel in it."""
    status = told.problem.status if told.problem else 200
    run = Run.objects.with_names().with_metrics().get(pk=run_item.run_id)
    address = DrawerAddress(run, request.GET, run_item.ordinal, run_item.repeat)
    panel = panel_context(run_item, address=address, viewer=request.user, told=told)
    if request.htmx:
        return render(request, "runs/_item_people.html", panel, status=status)
    return render(request, "runs/item_detail.html", item_context(address, viewer=request.user) | panel, status=status)


def _address(request: MemberRequest, run_item: RunItem) -> DrawerAddress:
    return DrawerAddress(run_item.run, request.GET, run_item.ordinal, run_item.repeat)


def _valid(form: Form) -> Form:
    """The form when it can be used. Raises `Invalid` that says what cannot."""
    if form.is_valid():
        return form
    field, problems = next(iter(form.errors.items()))
    raise Invalid("review_invalid", f"{field.replace('_', ' ').capitalize()}: {problems[0]}", field=field)


def _state(request: MemberRequest, run_item: RunItem) -> object:
    said = _valid(entered.ReviewStateForm(request.POST)).cleaned_data
    return reviews.set_state(run_item, state=said["state"], seen_version=said["version"], by=request.user)


def _assignee(request: MemberRequest, run_item: RunItem) -> object:
    said = _valid(entered.AssigneeForm(request.POST, project=run_item.run.project)).cleaned_data
    assignee: User | None = said["assignee"]
    return reviews.assign(run_item, assignee=assignee, seen_version=said["version"], by=request.user)


def _label(request: MemberRequest, run_item: RunItem) -> object:
    form = entered.LabelForm(request.POST, project=run_item.run.project)
    label = _valid(form).cleaned_data["label"]
    return reviews.set_label(run_item, label=label, is_on=form.is_on, by=request.user)


def _new_label(request: MemberRequest, run_item: RunItem) -> object:
    name = _valid(entered.NewLabelForm(request.POST)).cleaned_data["new_label"]
    label = labels.create_label(project=run_item.run.project, name=name, by=request.user)
    return reviews.set_label(run_item, label=label, is_on=True, by=request.user)


def _values(request: MemberRequest, run_item: RunItem) -> object:
    seen = _valid(entered.SeenForm(request.POST)).cleaned_data["version"]
    metrics = list(run_item.run.run_metrics.all())
    given = entered.given_values(request.POST, metrics)
    return review_values.give_values(run_item, given=given, seen_version=seen, by=request.user)


def _withdrawal(request: MemberRequest, run_item: RunItem) -> object:
    seen = _valid(entered.SeenForm(request.POST)).cleaned_data["version"]
    given = [review_values.GivenValue(request.POST["withdraw"])]
    return review_values.give_values(run_item, given=given, seen_version=seen, by=request.user)


def _corrected_output(request: MemberRequest, run_item: RunItem) -> object:
    said = _valid(entered.CorrectedOutputForm(request.POST)).cleaned_data
    text = said["corrected_output"].replace("\r\n", "\n")  # browsers send every line end as two characters
    return reviews.correct_output(run_item, text=text, seen_version=said["version"], by=request.user)


def _undo(request: MemberRequest, run_item: RunItem) -> object:
    change = _valid(entered.UndoForm(request.POST, run_item=run_item)).cleaned_data["undo"]
    return review_undo.undo(run_item, change=change, by=request.user)


def _comment(request: MemberRequest, run_item: RunItem) -> object:
    body = _valid(entered.CommentForm(request.POST)).cleaned_data["body"]
    return comments.add_comment(run_item, body=body, by=request.user)


_PARTS: dict[str, Handler] = {
    "undo": _undo,
    "withdraw": _withdrawal,
    "state": _state,
    "assignee": _assignee,
    "label": _label,
    "new_label": _new_label,
    "corrected_output": _corrected_output,
    "values": _values,
}
