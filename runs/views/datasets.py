"""Pages of datasets and their versions."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid
from evalhub.core.htmx import render_page
from runs.dataset_rows import dataset_page
from runs.forms.datasets import VersionItemsForm
from runs.models import Dataset, DatasetVersion
from runs.paging import ordinal_page
from runs.services.datasets import set_cluster_key

_VERSIONS_ON_PAGE = 50
_OPEN_IMPORTS_SHOWN = 10


@require_safe
@login_required
def dataset_list(request: MemberRequest, project_id: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("team"), id=project_id)
    return render_page(
        request,
        "runs/dataset_list.html",
        project=project,
        datasets=dataset_page(project, page=request.GET.get("page")),
        open_imports=project.dataset_imports.unfinished()[:_OPEN_IMPORTS_SHOWN],
        may_edit=may(request.user, Right.EDIT_DATASET, project),
    )


@require_safe
@login_required
def dataset_detail(request: MemberRequest, dataset_id: int) -> HttpResponse:
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user).select_related("project__team"), id=dataset_id)
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


@require_POST
@login_required
def dataset_clustering(request: MemberRequest, dataset_id: int) -> HttpResponse:
    """Says which items belong together."""
    dataset = get_object_or_404(Dataset.objects.visible_to(request.user).select_related("project__team"), id=dataset_id)
    require_right(request.user, Right.EDIT_DATASET, dataset.project)
    try:
        set_cluster_key(dataset, request.POST.get("cluster_key", ""), by=request.user)
        said = f"with the same {dataset.cluster_key} belong together" if dataset.cluster_key else "are independent"
        messages.success(request, f"Items of {dataset} {said}, unless a comparison says otherwise.")
    except Invalid as error:
        messages.error(request, error.message)
    return redirect("runs:dataset_detail", dataset.pk)


@require_safe
@login_required
def version_detail(request: MemberRequest, dataset_id: int, number: int) -> HttpResponse:
    versions = DatasetVersion.objects.visible_to(request.user).select_related("dataset__project__team", "created_by")
    version = get_object_or_404(versions, dataset_id=dataset_id, number=number)
    form = VersionItemsForm(request.GET)
    items = version.items.for_table()
    if text := form.text():
        items = items.containing(text)
    return render_page(
        request,
        "runs/version_detail.html",
        partial="version-items",
        project=version.dataset.project,
        version=version,
        form=form,
        total=items.count() if text else version.item_count,
        page=ordinal_page(items, after=form.place("after"), before=form.place("before")),
        may_run=may(request.user, Right.START_RUN, version.dataset.project),
    )
