"""Pages of datasets and their versions."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from evalhub.accounts.access import Right, may
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.htmx import render_page
from runs.forms.datasets import VersionItemsForm
from runs.models import Dataset, DatasetImport, DatasetVersion, Run
from runs.paging import ordinal_page

_DATASETS_ON_PAGE = 50
_VERSIONS_ON_PAGE = 50


@require_safe
@login_required
def dataset_list(request: MemberRequest, project_id: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), id=project_id)
    datasets = Paginator(project.datasets.for_list(), _DATASETS_ON_PAGE).get_page(request.GET.get("page"))
    last_runs = Run.objects.filter(dataset__in=[dataset.pk for dataset in datasets])
    return render_page(
        request,
        "runs/dataset_list.html",
        project=project,
        datasets=datasets,
        last_runs={run.dataset_id: run for run in last_runs.order_by("dataset_id", "-id").distinct("dataset_id")},
        open_imports=DatasetImport.objects.filter(project=project).unfinished(),
        may_edit=may(request.user, Right.EDIT_DATASET, project),
    )


@require_safe
@login_required
def dataset_detail(request: MemberRequest, dataset_id: int) -> HttpResponse:
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user).select_related("project"), id=dataset_id)
    versions = Paginator(dataset.versions.select_related("created_by"), _VERSIONS_ON_PAGE)
    return render_page(
        request,
        "runs/dataset_detail.html",
        project=dataset.project,
        dataset=dataset,
        versions=versions.get_page(request.GET.get("page")),
        newest=dataset.versions.first(),
        may_edit=may(request.user, Right.EDIT_DATASET, dataset.project),
        may_run=may(request.user, Right.START_RUN, dataset.project),
    )


@require_safe
@login_required
def version_detail(request: MemberRequest, dataset_id: int, number: int) -> HttpResponse:
    versions = DatasetVersion.objects.visible_to(request.user).select_related("dataset__project", "created_by")
    version = get_object_or_404(versions, dataset_id=dataset_id, number=number)
    form = VersionItemsForm(request.GET)
    items = version.items.for_table()
    if text := form.chosen("q"):
        items = items.containing(text)
    return render_page(
        request,
        "runs/version_detail.html",
        partial="version-items",
        project=version.dataset.project,
        version=version,
        form=form,
        total=items.count() if text else version.item_count,
        page=ordinal_page(items, after=form.chosen("after"), before=form.chosen("before")),
        may_run=may(request.user, Right.START_RUN, version.dataset.project),
    )
