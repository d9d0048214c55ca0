"""Datasets: list, make, read, change, archive."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.api.v1.dataset_views import DatasetView
from runs.models import Dataset
from runs.services.datasets import archive_dataset, create_dataset, edit_dataset


class DatasetOut(serializers.ModelSerializer[Dataset]):
    """A dataset."""

    id = serializers.UUIDField(source="uuid")
    project = serializers.UUIDField(source="project.uuid")

    class Meta:
        model = Dataset
        fields = ("id", "project", "key", "name", "description", "tags", "cluster_key", "created_at", "archived_at")


class DatasetIn(serializers.Serializer[Any]):
    """A dataset to be made."""

    name = serializers.CharField(max_length=200)
    description = serializers.CharField(required=False, allow_blank=True)


class DatasetChange(serializers.Serializer[Any]):
    """What is to be different; what is not named stays."""

    name = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=80), required=False, max_length=100)
    cluster_key = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        help_text="Metadata key under which items that belong together have one value; empty: they are independent.",
    )


class DatasetList(ApiView):
    """The datasets of a project."""

    @extend_schema(
        operation_id="list_datasets",
        parameters=[*PAGE_PARAMETERS, OpenApiParameter("name", str, description="Only the dataset of this name.")],
        responses=page_of(DatasetOut),
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        datasets = self.project(project_id).datasets.filter(archived_at=None).select_related("project")
        if name := request.query_params.get("name"):
            datasets = datasets.filter(name=name)
        return answer_page(request, newest_first(datasets, PageWish.of(request)), DatasetOut)

    @extend_schema(operation_id="create_dataset", request=DatasetIn, responses={201: DatasetOut})
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.EDIT_DATASET, project)
        asked = DatasetIn(data=request.data)
        asked.is_valid(raise_exception=True)
        dataset = create_dataset(project=project, by=self.person, **asked.validated_data)
        return self.created(DatasetOut(dataset).data, address=self.address_of("dataset", dataset.uuid))


class DatasetDetail(DatasetView):
    """One dataset."""

    @extend_schema(operation_id="read_dataset", responses=DatasetOut)
    def get(self, request: Request, dataset_id: UUID) -> Response:
        return Response(DatasetOut(self.dataset(dataset_id)).data)

    @extend_schema(operation_id="change_dataset", request=DatasetChange, responses=DatasetOut)
    def patch(self, request: Request, dataset_id: UUID) -> Response:
        dataset = self.dataset(dataset_id)
        require_right(self.person, Right.EDIT_DATASET, dataset.project)
        asked = DatasetChange(data=request.data)
        asked.is_valid(raise_exception=True)
        stored = {name: getattr(dataset, name) for name in ("name", "description", "tags", "cluster_key")}
        return Response(DatasetOut(edit_dataset(dataset, by=self.person, **(stored | asked.validated_data))).data)

    @extend_schema(
        operation_id="archive_dataset",
        description="Takes the dataset out of lists; its versions and runs stay, and its name is free again.",
        responses={204: None},
    )
    def delete(self, request: Request, dataset_id: UUID) -> Response:
        archive_dataset(self.dataset(dataset_id), by=self.person)
        return Response(status=204)
