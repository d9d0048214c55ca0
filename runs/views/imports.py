"""Pages of a file on its way into a dataset: upload, columns, progress, result."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid
from evalhub.core.htmx import render_page
from evalhub.core.spreadsheet import csv_rows
from runs.forms.datasets import UploadForm
from runs.import_pages import MappingPage, rejected_page
from runs.models import DatasetImport
from runs.services.datasets import check_size, confirm_import, discard_import, receive_upload


# The check of the token reads the whole body, so it comes only after the body's size has been looked at.
@csrf_exempt
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dataset_upload(request: MemberRequest, project_id: int) -> HttpResponse:
    check_size(int(request.META.get("CONTENT_LENGTH") or 0))
    return _checked_upload(request, project_id)


@csrf_protect
def _checked_upload(request: MemberRequest, project_id: int) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), id=project_id)
    require_right(request.user, Right.EDIT_DATASET, project)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = UploadForm(*sent, initial=request.GET.dict(), project=project)
    if form.is_valid():
        chosen = form.cleaned_data
        try:
            received = receive_upload(
                project=project, upload=chosen["file"], dataset=chosen["dataset"], by=request.user
            )
            return redirect("runs:import_detail", received.pk)
        except Invalid as error:
            form.add_error("file", error.message)
    limit = settings.EVALHUB_UPLOAD_MAX_BYTES
    return render_page(request, "runs/dataset_upload.html", project=project, form=form, limit=limit)


@require_safe
@login_required
def import_detail(request: MemberRequest, import_id: int) -> HttpResponse:
    """The page of the import's state: its columns, how far it is, or what came of it."""
    dataset_import = _visible_import(request, import_id)
    mapping = MappingPage.of(dataset_import, request.GET) if dataset_import.is_open else None
    return render_page(
        request,
        "runs/import_detail.html",
        partial="import-preview" if mapping else None,
        project=dataset_import.project,
        dataset_import=dataset_import,
        mapping=mapping,
        rejected=rejected_page(dataset_import, request.GET) if dataset_import.is_over else None,
        may_edit=may(request.user, Right.EDIT_DATASET, dataset_import.project),
        may_run=may(request.user, Right.START_RUN, dataset_import.project),
    )


@require_POST
@login_required
def import_confirmation(request: MemberRequest, import_id: int) -> HttpResponse:
    dataset_import = _visible_import(request, import_id)
    require_right(request.user, Right.EDIT_DATASET, dataset_import.project)
    if not dataset_import.is_open:
        return redirect("runs:import_detail", import_id)
    page = MappingPage.of(dataset_import, request.POST)
    if page.form.is_valid():
        try:
            confirm_import(dataset_import=dataset_import, choices=page.form.choices(), by=request.user)
            return redirect("runs:import_detail", import_id)
        except Invalid as error:
            page.form.add_error(error.field if error.field in page.form.fields else None, error.message)
    return render_page(
        request,
        "runs/import_detail.html",
        project=dataset_import.project,
        dataset_import=dataset_import,
        mapping=page,
        may_edit=True,
    )


@require_POST
@login_required
def import_deletion(request: MemberRequest, import_id: int) -> HttpResponse:
    dataset_import = _visible_import(request, import_id)
    discard_import(dataset_import=dataset_import, by=request.user)
    return redirect("runs:dataset_list", dataset_import.project_id)


@require_safe
@login_required
def import_progress(request: MemberRequest, import_id: int) -> HttpResponse:
    """The moving part of the page; once the import is over, the page is asked for anew."""
    dataset_import = _visible_import(request, import_id)
    if dataset_import.is_over and request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    if dataset_import.is_over or not request.htmx:
        return redirect("runs:import_detail", import_id)
    return render_page(request, "runs/import_detail.html", partial="import-progress", dataset_import=dataset_import)


@require_safe
@login_required
def import_rejections(request: MemberRequest, import_id: int) -> StreamingHttpResponse:
    """All rejected rows as CSV."""
    dataset_import = _visible_import(request, import_id)
    response = StreamingHttpResponse(
        (csv_rows([row]) for row in _rejected_rows(dataset_import)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="rejected-rows-{import_id}.csv"'
    return response


def _rejected_rows(dataset_import: DatasetImport) -> Iterator[tuple[object, ...]]:
    yield ("line", "reason", "row")
    yield from dataset_import.rejected_rows.order_by("id").values_list("line", "reason", "raw").iterator()


def _visible_import(request: MemberRequest, import_id: int) -> DatasetImport:
    imports = DatasetImport.objects.visible_to(request.user).select_related(
        "project__team", "dataset", "version__dataset"
    )
    return get_object_or_404(imports, id=import_id)
