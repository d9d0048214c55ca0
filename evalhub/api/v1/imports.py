"""Imports: files of rows on their way to a version of a dataset, how far they are, and what could not be used."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.api.base import ApiView
from evalhub.api.bodies import AnyFileParser, CsvParser, JsonRowsParser, NdjsonParser, ParquetParser, sent_rows
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, by_number, newest_first, page_of
from evalhub.api.v1.dataset_views import DatasetView
from evalhub.api.waiting import WAIT_PARAMETER, wait_of
from evalhub.core.errors import Invalid
from runs.choices import ImportState
from runs.importers.formats.found import ToolFormat
from runs.importers.formats.table import TOOLS
from runs.importers.mapping import FIELDS
from runs.models import DatasetImport, RejectedRow
from runs.services.datasets import import_file
from runs.waiting import wait_until

_FIELD_PARAMETERS = [
    OpenApiParameter(field, str, description=f"The column that holds {field}; guessed unless named, empty for none.")
    for field in FIELDS
]


class ToolOut(serializers.Serializer[ToolFormat]):
    """The tool that wrote a file, and what of its files is never carried over."""

    name = serializers.CharField(source="label")
    left_behind = serializers.ListField(source="notes", child=serializers.CharField())


class ImportOut(serializers.ModelSerializer[DatasetImport]):
    """An import; `version` is there once it has finished."""

    dataset = serializers.UUIDField(source="dataset.uuid", allow_null=True, default=None)
    version = serializers.IntegerField(source="version.number", allow_null=True, default=None)
    tool = serializers.SerializerMethodField(help_text="The other tool whose result file this is, if any.")
    mapping = serializers.DictField(help_text="Which column became which part of an item.")

    @extend_schema_field(ToolOut(allow_null=True))
    def get_tool(self, dataset_import: DatasetImport) -> dict[str, Any] | None:
        tool = TOOLS.get(dataset_import.file_format)
        return ToolOut(tool).data if tool else None

    class Meta:
        model = DatasetImport
        fields = (
            *("id", "dataset", "state", "version", "is_new_version", "file_format", "file_size", "tool", "mapping"),
            *("rows_read", "rows_accepted", "rows_rejected", "bytes_read", "error", "created_at", "finished_at"),
        )


class RejectionOut(serializers.ModelSerializer[RejectedRow]):
    """A row that could not become an item."""

    class Meta:
        model = RejectedRow
        fields = ("line", "reason", "raw")


class ImportList(DatasetView):
    """The imports into a dataset."""

    parser_classes = (NdjsonParser, JsonRowsParser, ParquetParser, CsvParser, AnyFileParser)

    @extend_schema(operation_id="list_imports", parameters=PAGE_PARAMETERS, responses=page_of(ImportOut))
    def get(self, request: Request, dataset_id: UUID) -> Response:
        imports = self.dataset(dataset_id).imports.select_related("dataset", "version")
        return answer_page(request, newest_first(imports, PageWish.of(request)), ImportOut)

    @extend_schema(
        operation_id="create_import",
        description="Loads a file of rows, or another tool's result file with its scores, into the next version. It is "
        "known by its content, whatever the content type says. A small one is loaded at once (201); a larger one goes "
        "on behind the answer (202), and `Location` says where to look how far it is.",
        parameters=[WAIT_PARAMETER, *_FIELD_PARAMETERS],
        request=dict.fromkeys((parser.media_type for parser in parser_classes), OpenApiTypes.BINARY),
        responses={201: ImportOut, 202: ImportOut},
    )
    def post(self, request: Request, dataset_id: UUID) -> Response:
        dataset = self.dataset(dataset_id)
        require_right(self.person, Right.EDIT_DATASET, dataset.project)
        wait_of(request)  # one that cannot be read is refused before anything is made
        fields = {field: request.query_params[field] for field in FIELDS if field in request.query_params}
        started = import_file(dataset=dataset, upload=sent_rows(request), fields=fields, by=self.person)
        return self.created({"id": started.pk}, address=self.address_of("import", started.pk))

    def settled(self, response: Response) -> Response:
        if response.status_code >= 400:
            return response
        started = DatasetImport.objects.select_related("dataset", "version").get(pk=response.data["id"])
        dataset_import = _waited_for(started, wait_of(self.request) or 0)
        if dataset_import.state == ImportState.FAILED:
            raise Invalid("import_failed", dataset_import.error)
        status = 201 if dataset_import.is_over else 202
        return Response(ImportOut(dataset_import).data, status=status, headers={"Location": response["Location"]})


def _waited_for(dataset_import: DatasetImport, seconds: int) -> DatasetImport:
    """The import as it is when it is over or the time is."""

    def is_over() -> bool:
        dataset_import.refresh_from_db()
        return dataset_import.is_over

    wait_until(is_over, seconds=seconds)
    return dataset_import


class _ImportView(ApiView):
    """A view of one import."""

    def dataset_import(self, import_id: int) -> DatasetImport:
        imports = self.within_key(DatasetImport.objects.visible_to(self.person))
        # No import has a number that the column cannot hold.
        found = imports.select_related("dataset", "version") if import_id < 2**63 else imports.none()
        return get_object_or_404(found, pk=import_id)


class ImportDetail(_ImportView):
    """One import."""

    @extend_schema(operation_id="read_import", parameters=[WAIT_PARAMETER], responses=ImportOut)
    def get(self, request: Request, import_id: int) -> Response:
        seconds = wait_of(request) or 0
        return Response(ImportOut(_waited_for(self.dataset_import(import_id), seconds)).data)


class RejectionList(_ImportView):
    """The rows of an import that could not be used."""

    @extend_schema(operation_id="list_rejections", parameters=PAGE_PARAMETERS, responses=page_of(RejectionOut))
    def get(self, request: Request, import_id: int) -> Response:
        rows = self.dataset_import(import_id).rejected_rows.all()
        return answer_page(request, by_number(rows, PageWish.of(request), field="pk"), RejectionOut)
