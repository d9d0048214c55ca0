"""The pages of saved evaluations: the list, one of them, making and changing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project, User
from evalhub.core.forms import saved
from evalhub.core.htmx import render_page
from runs.choices import TargetKind
from runs.evaluation_table import evaluation_page, history_of
from runs.forms.evaluations import EvaluationForm, StartForm
from runs.forms.metric_groups import metric_groups
from runs.forms.run_create import MetricChoiceForm, chosen_metrics, metric_choice_forms
from runs.metric_options import metric_options
from runs.models import DatasetVersion, Evaluation, EvaluationSchedule, EvaluationVersion, Target
from runs.models.dataset import DatasetVersionQuerySet
from runs.recipe_changes import sample_of, version_rows
from runs.rendering.markdown import TooMuch, render_markdown
from runs.services import evaluations as evaluation_services
from runs.services.evaluations import EvaluationRecipe, newest_version
from runs.services.execution_plan import choice_of

SaveRecipe = Callable[[EvaluationRecipe, list[str]], Evaluation]

_GET_OR_POST = ["GET", "HEAD", "POST"]
_VERSIONS_OFFERED = 200


@require_safe
@login_required
def evaluation_list(request: MemberRequest, project_id: int) -> HttpResponse:
    project = _project(request, project_id)
    return render_page(
        request,
        "runs/evaluation_list.html",
        project=project,
        evaluations=evaluation_page(project, page=request.GET.get("page")),
        may_start=may(request.user, Right.START_RUN, project),
    )


@require_safe
@login_required
def evaluation_detail(request: MemberRequest, evaluation_id: int) -> HttpResponse:
    evaluation = visible_evaluation(request, evaluation_id)
    return detail_page(request, evaluation, start_form=StartForm(version=newest_version(evaluation)))


def detail_page(request: MemberRequest, evaluation: Evaluation, *, start_form: StartForm) -> HttpResponse:
    """The page with the form as it is: fresh, or with what was wrong with it."""
    versions = list(EvaluationVersion.objects.complete().filter(evaluation=evaluation).order_by("-number"))
    return render_page(
        request,
        "runs/evaluation_detail.html",
        partial="execution-history",
        project=evaluation.project,
        evaluation=evaluation,
        version=versions[0],
        sample=sample_of(versions[0]),
        long_description=_as_html(versions[0].long_description),
        versions=version_rows(versions),
        history=history_of(evaluation, page=request.GET.get("page")),
        schedule=EvaluationSchedule.objects.select_related("set_by").filter(evaluation=evaluation).first(),
        start_form=start_form,
        may_start=may(request.user, Right.START_RUN, evaluation.project),
    )


def _as_html(text: str) -> SafeString | str:
    try:
        return render_markdown(text)
    except TooMuch:
        return text


@require_http_methods(_GET_OR_POST)
@login_required
def evaluation_create(request: MemberRequest, project_id: int) -> HttpResponse:
    """The form over `?version=`, the dataset version that shows which metrics can be measured, else over the newest."""
    project = _project(request, project_id)
    require_right(request.user, Right.START_RUN, project)

    def save(recipe: EvaluationRecipe, tags: list[str]) -> Evaluation:
        return evaluation_services.create_evaluation(project=project, recipe=recipe, by=request.user, tags=tags)

    return _form_page(request, project, source=None, save=save)


@require_http_methods(_GET_OR_POST)
@login_required
def evaluation_revision(request: MemberRequest, evaluation_id: int) -> HttpResponse:
    """Change the recipe. One that came as tasks is changed by its file."""
    evaluation = visible_evaluation(request, evaluation_id)
    require_right(request.user, Right.START_RUN, evaluation.project)
    source = newest_version(evaluation)
    if source.tasks:
        messages.info(request, "This evaluation has tasks, which only a file describes; upload the changed file.")
        return redirect("runs:evaluation_upload", evaluation.project_id)

    def save(recipe: EvaluationRecipe, tags: list[str]) -> Evaluation:
        evaluation_services.revise_evaluation(evaluation, recipe=recipe, by=request.user, tags=tags)
        return evaluation

    return _form_page(request, evaluation.project, source=source, save=save)


def _form_page(
    request: MemberRequest, project: Project, *, source: EvaluationVersion | None, save: SaveRecipe
) -> HttpResponse:
    versions = DatasetVersion.objects.usable_in(project).select_related("dataset__project")
    version = _dataset_version(request, versions, source)
    context: dict[str, Any] = {
        "project": project,
        "source": source,
        "version": version,
        "versions": versions[:_VERSIONS_OFFERED],
    }
    if version is None:
        return render_page(request, "runs/evaluation_create.html", **context)
    options = metric_options(project, version, None if version.with_output else _asked_target(project))
    data = request.POST if request.method == "POST" else None
    form = EvaluationForm(data, project=project, version=version, options=options, source=source)
    chosen = [choice_of(each) for each in source.metrics.all()] if source else None
    metric_forms = metric_choice_forms(options, data, chosen=chosen)
    if data and all([form.is_valid(), *(each.is_valid() for each in metric_forms)]):
        evaluation = saved(form, lambda: _save(form, metric_forms, project=project, by=request.user, save=save))
        if evaluation:
            return redirect("runs:evaluation_detail", evaluation.pk)
    groups = metric_groups(metric_forms)
    return render_page(request, "runs/evaluation_create.html", form=form, metric_groups=groups, **context)


def _asked_target(project: Project) -> Target | None:
    """Whoever would answer items without an output, so that the form knows what metrics there can be."""
    asked = project.targets.filter(deleted_at=None).exclude(kind=TargetKind.RECORDED)
    return asked.select_related("connection").first()


@transaction.atomic
def _save(
    form: EvaluationForm, metric_forms: list[MetricChoiceForm], *, project: Project, by: User, save: SaveRecipe
) -> Evaluation:
    """A new target, and a metric of given scores, stay only if the recipe is saved."""
    recipe = form.recipe(project=project, metrics=chosen_metrics(metric_forms), by=by)
    return save(recipe, form.tag_list)


def _dataset_version(
    request: MemberRequest, versions: DatasetVersionQuerySet, source: EvaluationVersion | None
) -> DatasetVersion | None:
    """The version asked for, else that of the recipe, else the newest of all."""
    asked = request.POST.get("version") or request.GET.get("version", "")
    if asked:
        return get_object_or_404(versions, id=int(asked) if asked.isdecimal() else 0)
    if source and source.dataset:
        return source.dataset_version or versions.filter(dataset=source.dataset).first()
    return versions.first()


@require_POST
@login_required
def evaluation_archival(request: MemberRequest, evaluation_id: int) -> HttpResponse:
    """Archive the evaluation, or bring it back."""
    evaluation = visible_evaluation(request, evaluation_id)
    if "restore" in request.POST:
        evaluation_services.restore_evaluation(evaluation, by=request.user)
        messages.success(request, f"{evaluation} is back in the list.")
        return redirect("runs:evaluation_detail", evaluation.pk)
    evaluation_services.archive_evaluation(evaluation, by=request.user)
    messages.success(request, f"{evaluation} is archived. Its executions keep their addresses.")
    return redirect("runs:evaluation_list", evaluation.project_id)


def visible_evaluation(request: MemberRequest, evaluation_id: int) -> Evaluation:
    """The evaluation, or 404 for strangers."""
    evaluations = Evaluation.objects.visible_to(request.user).select_related("project__team", "created_by")
    return get_object_or_404(evaluations, id=evaluation_id)


def _project(request: MemberRequest, project_id: int) -> Project:
    projects = Project.objects.visible_to(request.user).select_related("team")
    return get_object_or_404(projects, id=project_id, is_library=False)
