"""The pages that start a run and that measure more on one that is over."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from runs.forms.metric_groups import metric_groups
from runs.forms.run_create import MetricChoiceForm, RescoreForm, RunForm, chosen_metrics, metric_choice_forms
from runs.metric_options import metric_options
from runs.models import DatasetVersion, Run, Target
from runs.models.dataset import DatasetVersionQuerySet
from runs.models.target import TargetQuerySet
from runs.services import runs as run_services
from runs.services.runs import RunRequest

_GET_OR_POST = ["GET", "HEAD", "POST"]
_OFFERED = 200


@require_http_methods(_GET_OR_POST)
@login_required
def run_create(request: MemberRequest, project_id: int) -> HttpResponse:
    """The form over `?version=`, or over the version of the run in `?clone=`, else over the newest one.

    `?asked=` is the target that answers; without one the outputs in the data stand.
    """
    projects = Project.objects.visible_to(request.user).select_related("team")
    project = get_object_or_404(projects, id=project_id, is_library=False)
    require_right(request.user, Right.START_RUN, project)
    source = _source(request, project)
    versions = DatasetVersion.objects.usable_in(project).select_related("dataset__project")
    version = _version(request, versions, source)
    if version is None:
        return render_page(request, "runs/run_create.html", project=project, version=None)
    targets = Target.objects.usable_in(project).asked()
    asked = _asked(request, targets, source)
    options = metric_options(project, version, asked)
    data = request.POST if request.method == "POST" else None
    form = RunForm(data, version=version, options=options, source=source, asked=asked)
    metric_forms = metric_choice_forms(options, data, chosen=source.metrics if source else None)
    if data and _all_valid(form, metric_forms):
        run = saved(form, lambda: _create(request, project, form, metric_forms))
        if run:
            return redirect("runs:run_detail", run.pk)
    return render_page(
        request,
        "runs/run_create.html",
        project=project,
        version=version,
        versions=versions[:_OFFERED],
        targets=targets[:_OFFERED],
        asked=asked,
        unanswered=version.item_count - version.with_output,
        form=form,
        metric_forms=metric_forms,
        metric_groups=metric_groups(metric_forms),
    )


def _source(request: MemberRequest, project: Project) -> RunRequest | None:
    clone = request.GET.get("clone", "")
    if not clone.isdecimal():
        return None
    runs = Run.objects.visible_to(request.user).filter(project=project).with_names()
    return run_services.request_of(get_object_or_404(runs, id=int(clone)))


def _version(
    request: MemberRequest, versions: DatasetVersionQuerySet, source: RunRequest | None
) -> DatasetVersion | None:
    asked = request.POST.get("version") or request.GET.get("version", "")
    if asked:
        return get_object_or_404(versions, id=int(asked) if asked.isdecimal() else 0)
    return source.version if source else versions.first()


def _asked(request: MemberRequest, targets: TargetQuerySet, source: RunRequest | None) -> Target | None:
    wanted = request.POST.get("asked") or request.GET.get("asked")
    if wanted:
        return get_object_or_404(targets, id=int(wanted) if wanted.isdecimal() else 0)
    is_chosen = "asked" in request.GET or "asked" in request.POST
    return targets.filter(pk=source.target.pk).first() if source and not is_chosen else None


def _all_valid(form: RunForm | RescoreForm, metric_forms: list[MetricChoiceForm]) -> bool:
    """Every form is asked, so that all errors show at once."""
    return all([form.is_valid(), *(each.is_valid() for each in metric_forms)])


@transaction.atomic
def _create(request: MemberRequest, project: Project, form: RunForm, metric_forms: list[MetricChoiceForm]) -> Run:
    """A new target stays only if the run is made."""
    metrics = chosen_metrics(metric_forms)
    return run_services.create_run(form.request(project=project, metrics=metrics, by=request.user), by=request.user)


@require_http_methods(_GET_OR_POST)
@login_required
def run_rescoring(request: MemberRequest, run_id: int) -> HttpResponse:
    """Choose the metrics to measure, or to measure again by their current revision; answers stay."""
    run = get_object_or_404(Run.objects.visible_to(request.user).with_names(), id=run_id)
    require_right(request.user, Right.START_RUN, run.project)
    data = request.POST if request.method == "POST" else None
    form = RescoreForm(data)
    measured = run_services.request_of(run).metrics
    metric_forms = metric_choice_forms(
        metric_options(run.project, run.dataset_version, run.target), data, chosen=measured
    )
    if (
        data is not None
        and _all_valid(form, metric_forms)
        and saved(form, lambda: _rescore(request, run, metric_forms))
    ):
        messages.success(request, "The run is being scored; its answers stay as they are.")
        return redirect("runs:run_detail", run.pk)
    return render_page(
        request,
        "runs/run_rescoring.html",
        run=run,
        project=run.project,
        form=form,
        metric_forms=metric_forms,
        metric_groups=metric_groups(metric_forms),
    )


def _rescore(request: MemberRequest, run: Run, metric_forms: list[MetricChoiceForm]) -> bool:
    run_services.rescore_run(run, metrics=chosen_metrics(metric_forms), by=request.user)
    return True
