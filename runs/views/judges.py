"""How far the judges of a project can be believed: all of them, one of them, and what people choose about it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from metrics.models import Metric
from metrics.statistics.agreement import rows_wanted
from runs.forms.judges import JudgePageForm, JudgeReferenceForm, ThresholdForm
from runs.models import Run, TrustWork
from runs.services import judge_trust
from runs.trust.judges import human_sources, judge_of, judges_of
from runs.trust.reading import JUDGED_KINDS
from runs.views.judge_page import judge_page


@require_safe
@login_required
def judge_list(request: MemberRequest, project_id: int) -> HttpResponse:
    project = _project(request, project_id)
    return render_page(
        request,
        "runs/judge_list.html",
        project=project,
        judges=judges_of(project),
        sources=human_sources(project),
        work=TrustWork.objects.filter(project=project).first(),
        last_run=Run.objects.finished().filter(project=project).order_by("-id").only("name").first(),
        rows_wanted=rows_wanted(),
        may_measure=may(request.user, Right.REVIEW, project),
    )


@require_safe
@login_required
def judge_detail(request: MemberRequest, project_id: int, metric_id: int) -> HttpResponse:
    project = _project(request, project_id)
    return _detail_page(request, project, _metric(project, metric_id))


def _detail_page(
    request: MemberRequest, project: Project, metric: Metric, refused: JudgeReferenceForm | None = None
) -> HttpResponse:
    """The page of one judge; with the form as it was sent, where that was refused."""
    judge = judge_of(project, metric)
    sources = human_sources(project)
    return render_page(
        request,
        "runs/judge_detail.html",
        partial="judge-items",
        project=project,
        page=judge_page(project, judge, JudgePageForm(request.GET), request.GET),
        reference_form=refused or JudgeReferenceForm.of(judge.reference, sources=sources),
        sources=sources,
        may_configure=may(request.user, Right.CONFIGURE, project),
        may_measure=may(request.user, Right.REVIEW, project),
    )


@require_POST
@login_required
def judge_measurement(request: MemberRequest, project_id: int) -> HttpResponse:
    """Measure all judges of the project now."""
    project = _project(request, project_id)
    judge_trust.ask_for_measurement(project, by=request.user)
    messages.success(request, "The judges are being measured; the figures follow in a moment.")
    return redirect("runs:judge_list", project.pk)


@require_POST
@login_required
def judge_reference(request: MemberRequest, project_id: int, metric_id: int) -> HttpResponse:
    """Choose whom the judge is measured against."""
    project = _project(request, project_id)
    require_right(request.user, Right.CONFIGURE, project)
    metric = _metric(project, metric_id)
    form = JudgeReferenceForm(request.POST, sources=human_sources(project))
    if not saved(form, lambda: judge_trust.set_reference(project, metric=metric, draft=form.draft, by=request.user)):
        return _detail_page(request, project, metric, refused=form)
    messages.success(request, f"{metric.name} is being measured; the figures follow in a moment.")
    return redirect("runs:judge_detail", project.pk, metric.pk)


@require_POST
@login_required
def judge_threshold(request: MemberRequest, project_id: int, metric_id: int) -> HttpResponse:
    """Let runs to come pass by the threshold that was chosen."""
    project = _project(request, project_id)
    require_right(request.user, Right.CONFIGURE, project)
    metric = _metric(project, metric_id)
    form = ThresholdForm(request.POST)
    if not form.is_valid():
        raise Invalid("threshold_invalid", f"Threshold: {form.errors['threshold'][0]}", field="threshold")
    threshold = form.cleaned_data["threshold"]
    judge_trust.apply_threshold(project, metric=metric, threshold=threshold, by=request.user)
    messages.success(request, f"Runs to come judge {metric.name} by {threshold:g}; those that are there keep theirs.")
    return redirect("runs:judge_detail", project.pk, metric.pk)


def _project(request: MemberRequest, project_id: int) -> Project:
    projects = Project.objects.visible_to(request.user).select_related("team")
    return get_object_or_404(projects, id=project_id, is_library=False)


def _metric(project: Project, metric_id: int) -> Metric:
    """A judge metric that the project's team can have, archived or not."""
    known = Metric.objects.filter(Q(team=None) | Q(team=project.team_id), kind__in=JUDGED_KINDS)
    return get_object_or_404(known.with_current_revision(), id=metric_id)
