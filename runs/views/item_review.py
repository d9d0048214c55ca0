"""What people decide and remark on one run item, from its page."""

from __future__ import annotations

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.core.errors import Invalid
from runs.forms.drawer import DrawerAddress, read_repeat
from runs.forms.reviews import CommentForm, ReviewStateForm
from runs.models import Run, RunItem
from runs.services import reviews


@require_POST
@login_required
def item_review(request: MemberRequest, run_id: int, ordinal: int) -> HttpResponse:
    run_item = _run_item(request, run_id, ordinal)
    form = _valid(ReviewStateForm(request.POST))
    reviews.set_state(
        run_item, state=form.cleaned_data["state"], seen_version=form.cleaned_data["version"], by=request.user
    )
    return _back(request, run_item)


@require_POST
@login_required
def item_comments(request: MemberRequest, run_id: int, ordinal: int) -> HttpResponse:
    run_item = _run_item(request, run_id, ordinal)
    form = _valid(CommentForm(request.POST))
    reviews.add_comment(run_item, body=form.cleaned_data["body"], by=request.user)
    return _back(request, run_item)


def _run_item(request: MemberRequest, run_id: int, ordinal: int) -> RunItem:
    runs = Run.objects.visible_to(request.user)
    found = RunItem.objects.filter(run__in=runs).select_related("run__project__team").defer("output", "context")
    run_item = get_object_or_404(found, run_id=run_id, ordinal=ordinal, repeat=read_repeat(request.GET))
    require_right(request.user, Right.REVIEW, run_item.run.project)
    return run_item


def _valid(form: forms.Form) -> forms.Form:
    """The form when it can be used. Raises `Invalid` that says what cannot."""
    if form.is_valid():
        return form
    field, problems = next(iter(form.errors.items()))
    raise Invalid("review_invalid", f"{field.capitalize()}: {problems[0]}", field=field)


def _back(request: MemberRequest, run_item: RunItem) -> HttpResponse:
    """To the item's page as it was, with its filters; htmx follows there and takes the drawer."""
    return HttpResponseRedirect(DrawerAddress(run_item.run, request.GET, run_item.ordinal, run_item.repeat).own())
