"""The labels of a project: how often each is used, and changing them for all items at once."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from runs.forms.labels import LabelChangeForm, LabelCreateForm
from runs.models import Label
from runs.services import labels


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def label_list(request: MemberRequest, project_id: int) -> HttpResponse:
    """Every label; a POST makes one."""
    projects = Project.objects.visible_to(request.user).select_related("team")
    project = get_object_or_404(projects, id=project_id)
    form = LabelCreateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require_right(request.user, Right.REVIEW, project)
        made = saved(
            form, lambda: labels.create_label(project=project, name=form.cleaned_data["name"], by=request.user)
        )
        if made:
            return redirect("runs:label_list", project.pk)
    return render_page(
        request,
        "runs/label_list.html",
        project=project,
        form=form,
        labels=project.labels.annotate(uses=Count("reviews")).order_by("name"),
        may_review=may(request.user, Right.REVIEW, project),
        may_configure=may(request.user, Right.CONFIGURE, project),
    )


@require_POST
@login_required
def label_detail(request: MemberRequest, label_id: int) -> HttpResponse:
    """Rename the label, merge it into another, or delete it."""
    found = Label.objects.filter(project__in=Project.objects.visible_to(request.user))
    label = get_object_or_404(found.select_related("project__team"), id=label_id)
    require_right(request.user, Right.CONFIGURE, label.project)
    form = LabelChangeForm(request.POST, label=label)
    if not form.is_valid():
        raise Invalid("label_invalid", _first_problem(form))
    messages.success(request, _change(label, form, request))
    return redirect("runs:label_list", label.project_id)


def _change(label: Label, form: LabelChangeForm, request: MemberRequest) -> str:
    """Do what was asked, and say so."""
    into, name, before = form.cleaned_data["into"], form.cleaned_data["name"], label.name
    if "delete" in request.POST:
        labels.delete_label(label, by=request.user)
        return f"The label “{before}” is deleted."
    if into is not None:
        labels.merge_label(label, into=into, by=request.user)
        return f"“{before}” is now “{into}” everywhere."
    labels.rename_label(label, name=name, by=request.user)
    return f"“{before}” is now called “{label.name}”."


def _first_problem(form: forms.Form) -> str:
    field, problems = next(iter(form.errors.items()))
    return f"{field.capitalize()}: {problems[0]}"
