"""The labels of a project: list, make, rename, merge, delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from runs.models import Label
from runs.services import labels

_LARGEST_ID = 2**63 - 1


class LabelOut(serializers.ModelSerializer[Label]):
    """A label and how many reviews have it."""

    project = serializers.UUIDField(source="project.uuid")
    uses = serializers.IntegerField()

    class Meta:
        model = Label
        fields = ("id", "project", "name", "uses")


class LabelIn(serializers.Serializer[Any]):
    """What a label is called."""

    name = serializers.CharField(max_length=labels.LONGEST_NAME)


class LabelMerging(serializers.Serializer[Any]):
    """The label that takes the other's place."""

    into = serializers.IntegerField(min_value=1, max_value=_LARGEST_ID, help_text="Another label of the project.")


class _LabelView(ApiView):
    """A view of labels."""

    def label(self, label_id: int) -> Label:
        counted = Label.objects.filter(project__in=self.projects()).annotate(uses=Count("reviews"))
        # No label has a number that the column cannot hold.
        return get_object_or_404(counted.select_related("project__team"), pk=min(label_id, _LARGEST_ID))

    def changeable(self, label_id: int) -> Label:
        label = self.label(label_id)
        require_right(self.person, Right.CONFIGURE, label.project)
        return label


class LabelList(_LabelView):
    """The labels of a project."""

    @extend_schema(operation_id="list_labels", parameters=PAGE_PARAMETERS, responses=page_of(LabelOut))
    def get(self, request: Request, project_id: UUID) -> Response:
        counted = self.project(project_id).labels.annotate(uses=Count("reviews")).select_related("project")
        return answer_page(request, newest_first(counted, PageWish.of(request)), LabelOut)

    @extend_schema(
        operation_id="create_label",
        description="One that is there already, whatever its capitals, is the answer.",
        request=LabelIn,
        responses={201: LabelOut},
    )
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.REVIEW, project)
        asked = LabelIn(data=request.data)
        asked.is_valid(raise_exception=True)
        made = labels.create_label(project=project, name=asked.validated_data["name"], by=self.person)
        return self.created(LabelOut(self.label(made.pk)).data, address=self.address_of("label", made.pk))


class LabelDetail(_LabelView):
    """One label."""

    @extend_schema(operation_id="read_label", responses=LabelOut)
    def get(self, request: Request, label_id: int) -> Response:
        return Response(LabelOut(self.label(label_id)).data)

    @extend_schema(operation_id="rename_label", request=LabelIn, responses=LabelOut)
    def patch(self, request: Request, label_id: int) -> Response:
        label = self.changeable(label_id)
        asked = LabelIn(data=request.data)
        asked.is_valid(raise_exception=True)
        labels.rename_label(label, name=asked.validated_data["name"], by=self.person)
        return Response(LabelOut(label).data)

    @extend_schema(operation_id="delete_label", description="Takes it off every item.", responses={204: None})
    def delete(self, request: Request, label_id: int) -> Response:
        labels.delete_label(self.label(label_id), by=self.person)
        return Response(status=204)


class LabelMerge(_LabelView):
    """Putting another label wherever this one is."""

    @extend_schema(
        operation_id="merge_label",
        description="This label is gone then; the answer is the other one.",
        request=LabelMerging,
        responses=LabelOut,
    )
    def post(self, request: Request, label_id: int) -> Response:
        label = self.changeable(label_id)
        asked = LabelMerging(data=request.data)
        asked.is_valid(raise_exception=True)
        into = self.label(asked.validated_data["into"])
        labels.merge_label(label, into=into, by=self.person)
        return Response(LabelOut(self.label(into.pk)).data)
