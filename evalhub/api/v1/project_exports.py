"""Exports of whole projects: ask for one, follow it, take the file away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.api.waiting import WAIT_PARAMETER, wait_of
from runs.choices import ExportFormat
from runs.models import ProjectExport
from runs.services.project_data import export_project
from runs.waiting import wait_until

_ZIP = "application/zip"


class ProjectExportOut(serializers.ModelSerializer[ProjectExport]):
    """An export; `done` and `total` count items, and the file is there while it is ready."""

    format = serializers.ChoiceField(source="file_format", choices=ExportFormat.choices)
    created_by = serializers.EmailField(source="created_by.email", allow_null=True, default=None)

    class Meta:
        model = ProjectExport
        fields = (
            *("id", "state", "format", "done", "total", "size_bytes", "error"),
            *("created_by", "created_at", "finished_at", "expires_at"),
        )


class ProjectExportIn(serializers.Serializer[Any]):
    """How the file is to hold items; its small tables are JSON Lines in any case."""

    format = serializers.ChoiceField(choices=ExportFormat.choices, default=ExportFormat.JSONL)


class _ExportView(ApiView):
    """A view of exports of one project; the library has none."""

    def exported(self, project_id: UUID) -> Project:
        project = get_object_or_404(self.projects().filter(is_library=False), uuid=project_id)
        require_right(self.person, Right.EXPORT, project)
        return project

    def export(self, project_id: UUID, export_id: int) -> ProjectExport:
        # No export has a number that the column cannot hold.
        exports = ProjectExport.objects.filter(project=self.exported(project_id), pk=min(export_id, 2**63 - 1))
        return get_object_or_404(exports.select_related("created_by"))


class ExportList(_ExportView):
    """The exports of a project."""

    @extend_schema(operation_id="list_exports", parameters=PAGE_PARAMETERS, responses=page_of(ProjectExportOut))
    def get(self, request: Request, project_id: UUID) -> Response:
        exports = self.exported(project_id).exports.select_related("created_by")
        return answer_page(request, newest_first(exports, PageWish.of(request)), ProjectExportOut)

    @extend_schema(
        operation_id="create_export",
        description="A worker writes one zip with all of the project; `Location` says where to look how far it is.",
        request=ProjectExportIn,
        responses={202: ProjectExportOut},
    )
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.exported(project_id)
        asked = ProjectExportIn(data=request.data)
        asked.is_valid(raise_exception=True)
        file_format = ExportFormat(asked.validated_data["format"])
        export = export_project(project, by=self.person, file_format=file_format)
        headers = {"Location": self.address_of("project_export", project.uuid, export.pk)}
        return Response(ProjectExportOut(export).data, status=202, headers=headers)


class ExportDetail(_ExportView):
    """One export."""

    @extend_schema(operation_id="read_export", parameters=[WAIT_PARAMETER], responses=ProjectExportOut)
    def get(self, request: Request, project_id: UUID, export_id: int) -> Response:
        seconds = wait_of(request) or 0
        # Looked for anew each time: it goes with its project.
        wait_until(lambda: not self.export(project_id, export_id).is_live, seconds=seconds)
        return Response(ProjectExportOut(self.export(project_id, export_id)).data)


class ExportFile(_ExportView):
    """The file of an export, for a week."""

    renderer_classes = (JSONRenderer,)

    @extend_schema(operation_id="download_export", responses={(200, _ZIP): OpenApiTypes.BINARY})
    def get(self, request: Request, project_id: UUID, export_id: int) -> FileResponse:
        export = self.export(project_id, export_id)
        # Packed already: packing it once more would only hide how long it is.
        headers = {"Content-Encoding": "identity"}
        # Nothing is sent before the file is open, so a file that is gone is an error.
        return FileResponse(
            export.open_file(), as_attachment=True, filename=export.file_name, content_type=_ZIP, headers=headers
        )
