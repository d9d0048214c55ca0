"""Versions of a dataset: list, make from rows, read, and their items out, in pages or as one file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, by_number, newest_first, page_of
from evalhub.api.v1.dataset_views import DatasetView
from evalhub.core.errors import Invalid
from runs.exporters.version_items import CONTENT_TYPES, write_items
from runs.models import DatasetVersion, Item
from runs.services.datasets import store_rows


class VersionOut(serializers.ModelSerializer[DatasetVersion]):
    """A frozen version: what is in it, and where it came from."""

    dataset = serializers.UUIDField(source="dataset.uuid")
    changes = serializers.DictField(child=serializers.IntegerField(), help_text="Against the version before.")

    class Meta:
        model = DatasetVersion
        fields = (
            *("dataset", "number", "item_count", "with_output", "with_expected", "with_context", "with_trace"),
            *("with_human", "changes", "content_hash", "question_hash", "source_name", "created_at"),
        )


class RowsIn(serializers.Serializer[Any]):
    """Rows that become a version, all of them or none."""

    rows = serializers.ListField(
        child=serializers.DictField(),
        allow_empty=False,
        help_text="Each with `input` and, as they are there, `key`, `output`, `expected`, `context`, `metadata`, "
        "`trace`, `given_scores` and `human`; other names become metadata.",
    )


class ItemOut(serializers.ModelSerializer[Item]):
    """An item of a version."""

    expected = serializers.JSONField(allow_null=True, help_text="Text, a list of accepted texts, or JSON.")
    # The name is one of a serializer's own attributes, too.
    context = serializers.ListField(  # type: ignore[assignment]
        allow_null=True, help_text="Passages: texts, or objects with text and source."
    )
    metadata = serializers.DictField()
    trace = serializers.JSONField(allow_null=True)
    given_scores = serializers.DictField(allow_null=True, help_text="What the data said of it, by metric.")
    human = serializers.JSONField(allow_null=True, help_text="What people said of it.")

    class Meta:
        model = Item
        fields = (
            *("ordinal", "key", "input", "output", "expected", "context", "metadata", "trace"),
            *("given_scores", "human"),
        )


class VersionList(DatasetView):
    """The versions of a dataset."""

    @extend_schema(operation_id="list_versions", parameters=PAGE_PARAMETERS, responses=page_of(VersionOut))
    def get(self, request: Request, dataset_id: UUID) -> Response:
        versions = self.dataset(dataset_id).versions.select_related("dataset")
        return answer_page(request, newest_first(versions, PageWish.of(request)), VersionOut)

    @extend_schema(
        operation_id="create_version",
        description="Freezes the rows as the next version. Rows that some version holds already make no other one: "
        "that version is the answer, with status 200. Many rows come as a file, see `imports`.",
        request=RowsIn,
        responses={201: VersionOut, 200: VersionOut},
    )
    def post(self, request: Request, dataset_id: UUID) -> Response:
        dataset = self.dataset(dataset_id)
        require_right(self.person, Right.EDIT_DATASET, dataset.project)
        asked = RowsIn(data=request.data)
        asked.is_valid(raise_exception=True)
        stored = store_rows(dataset=dataset, rows=asked.validated_data["rows"], by=self.person)
        shown = VersionOut(stored.version).data
        if not stored.is_new:
            return Response(shown)
        return self.created(shown, address=self.address_of("version", dataset.uuid, stored.version.number))


class VersionDetail(DatasetView):
    """One version."""

    @extend_schema(operation_id="read_version", responses=VersionOut)
    def get(self, request: Request, dataset_id: UUID, number: int) -> Response:
        return Response(VersionOut(self.version(dataset_id, number)).data)


class ItemList(DatasetView):
    """The items of a version."""

    @extend_schema(
        operation_id="list_items",
        parameters=[
            *PAGE_PARAMETERS,
            OpenApiParameter("q", str, description="Only items with this text in key, input, output or expected."),
            OpenApiParameter("key", str, description="Only the item of this key."),
        ],
        responses=page_of(ItemOut),
    )
    def get(self, request: Request, dataset_id: UUID, number: int) -> Response:
        items = self.version(dataset_id, number).items.defer("raw")
        if text := request.query_params.get("q"):
            items = items.containing(text)
        if key := request.query_params.get("key"):
            items = items.filter(key=key)
        return answer_page(request, by_number(items, PageWish.of(request), field="ordinal"), ItemOut)


class _Whatever(DefaultContentNegotiation):
    """The address says what is sent; only a problem is JSON."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class VersionExport(DatasetView):
    """All items of a version as a file."""

    content_negotiation_class = _Whatever

    @extend_schema(
        operation_id="export_version",
        description="Streamed. NDJSON goes in again as it came out; a table holds lists and objects as JSON text.",
        parameters=[
            OpenApiParameter("format", {"type": "string", "enum": list(CONTENT_TYPES), "default": "ndjson"}),
        ],
        responses={(200, media_type.partition(";")[0]): OpenApiTypes.BINARY for media_type in CONTENT_TYPES.values()},
    )
    def get(self, request: Request, dataset_id: UUID, number: int) -> StreamingHttpResponse:
        version = self.version(dataset_id, number)
        file_format = request.query_params.get("format", "ndjson")
        if file_format not in CONTENT_TYPES:
            known = ", ".join(CONTENT_TYPES)
            raise Invalid("format_unknown", f"Items are sent in one of these formats: {known}.", field="format")
        name = f"{version.dataset.key}-v{version.number}.{file_format}"
        return StreamingHttpResponse(
            write_items(version, file_format),
            content_type=CONTENT_TYPES[file_format],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )
