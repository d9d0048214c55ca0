"""Pages of targets: the list, one with its runs, and the form that makes and changes them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.connections.models import Connection
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from runs.choices import TargetKind
from runs.forms.targets import QuestionForm, TargetForm
from runs.models import Target
from runs.services import targets as target_services
from runs.services.target_tryout import TryOut, try_target
from runs.services.targets import TargetSettings
from runs.target_pages import shown_settings, target_history, target_page

_GET_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
@login_required
def target_list(request: MemberRequest, project_id: int) -> HttpResponse:
    project = _project(request, project_id)
    return render_page(
        request,
        "runs/target_list.html",
        project=project,
        targets=target_page(project, page=request.GET.get("page")),
        may_edit=may(request.user, Right.EDIT_TARGET, project),
    )


@require_safe
@login_required
def target_detail(request: MemberRequest, target_id: int) -> HttpResponse:
    target = _target(request, target_id)
    return render_page(
        request,
        "runs/target_detail.html",
        project=target.project,
        target=target,
        settings=shown_settings(target),
        history=target_history(target),
        may_edit=may(request.user, Right.EDIT_TARGET, target.project),
        may_run=may(request.user, Right.START_RUN, target.project),
    )


@require_http_methods(_GET_OR_POST)
@login_required
def target_create(request: MemberRequest, project_id: int) -> HttpResponse:
    """The form, empty or filled from the target in `?copy=`."""
    project = _project(request, project_id)
    require_right(request.user, Right.EDIT_TARGET, project)
    form = _form(request, project, _copied(request, project))
    if request.method == "POST":
        target = saved(form, lambda: target_services.create_target(form.settings, project=project, by=request.user))
        if target:
            return redirect("runs:target_detail", target.pk)
    return _form_page(request, project, form)


@require_http_methods(_GET_OR_POST)
@login_required
def target_edit(request: MemberRequest, target_id: int) -> HttpResponse:
    target = _target(request, target_id)
    require_right(request.user, Right.EDIT_TARGET, target.project)
    form = _form(request, target.project, target_services.settings_of(target))
    if request.method == "POST":
        changed = saved(form, lambda: target_services.edit_target(target, form.settings, by=request.user))
        if changed:
            messages.success(request, "The target is changed. Runs that are there keep what they were made with.")
            return redirect("runs:target_detail", target.pk)
    return _form_page(request, target.project, form, target=target)


@require_POST
@login_required
def target_tryout(request: MemberRequest, project_id: int) -> HttpResponse:
    """Answer one question by the target as it stands in the form, saved or not."""
    project = _project(request, project_id)
    require_right(request.user, Right.EDIT_TARGET, project)
    edited = request.POST.get("target", "")
    target = get_object_or_404(project.targets, id=int(edited)) if edited.isdecimal() else None
    form, question_form = _form(request, project, None, is_draft=True), QuestionForm(request.POST)
    tried = None
    if question_form.is_valid():
        question = question_form.question
        tried = saved(form, lambda: try_target(form.settings, question, project=project, by=request.user))
    return _form_page(request, project, form, target=target, question_form=question_form, tried=tried)


@require_http_methods(_GET_OR_POST)
@login_required
def target_archival(request: MemberRequest, target_id: int) -> HttpResponse:
    """Ask once; then take the target out of lists."""
    target = _target(request, target_id)
    require_right(request.user, Right.EDIT_TARGET, target.project)
    if request.method == "POST":
        target_services.archive_target(target, by=request.user)
        messages.success(request, f"{target} is archived. Its runs stay.")
        return redirect("runs:target_list", target.project_id)
    return render_page(request, "runs/target_archival.html", project=target.project, target=target)


def _form_page(
    request: MemberRequest,
    project: Project,
    form: TargetForm,
    *,
    target: Target | None = None,
    question_form: QuestionForm | None = None,
    tried: TryOut | None = None,
) -> HttpResponse:
    return render_page(
        request,
        "runs/target_form.html",
        partial="target-tryout",
        project=project,
        form=form,
        target=target,
        question_form=question_form or QuestionForm(),
        tried=tried,
        kinds=TargetKind,
        may_configure=may(request.user, Right.CONFIGURE, project),
    )


def _form(
    request: MemberRequest, project: Project, start: TargetSettings | None, *, is_draft: bool = False
) -> TargetForm:
    connections = Connection.objects.in_use().filter(team_id=project.team_id)
    sent = request.POST if request.method == "POST" else None
    return TargetForm(sent, connections=connections, start=start, is_draft=is_draft)


def _copied(request: MemberRequest, project: Project) -> TargetSettings | None:
    copied = request.GET.get("copy", "")
    if not copied.isdecimal():
        return None
    targets = Target.objects.visible_to(request.user).usable_in(project)
    return target_services.settings_of(get_object_or_404(targets, id=int(copied)))


def _project(request: MemberRequest, project_id: int) -> Project:
    return get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)


def _target(request: MemberRequest, target_id: int) -> Target:
    targets = Target.objects.visible_to(request.user).filter(deleted_at=None)
    return get_object_or_404(targets.select_related("project__team", "connection", "created_by"), id=target_id)
