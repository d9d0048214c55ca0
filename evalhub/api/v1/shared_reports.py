"""Reports for people without an account: list, make, read and close the links to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.core.errors import Invalid
from runs.comparison.compare import MOST_RUNS
from runs.models import Run, SharedReport
from runs.services.shared_reports import LONGEST_NAME, ReportToShare, revoke_shared_report, share_report


class SharedReportOut(serializers.ModelSerializer[SharedReport]):
    """A link, without its address."""

    id = serializers.UUIDField(source="uuid")
    project = serializers.UUIDField(source="project.uuid")

    class Meta:
        model = SharedReport
        fields: tuple[str, ...] = ("id", "project", "name", "with_texts", "created_at", "expires_at", "revoked_at")


class SharedLinkOut(SharedReportOut):
    """A new link; its address is shown this once and kept nowhere."""

    address = serializers.URLField(read_only=True)

    class Meta(SharedReportOut.Meta):
        fields = (*SharedReportOut.Meta.fields, "address")


class SharedReportIn(serializers.Serializer[Any]):
    """A link to be made."""

    name = serializers.CharField(max_length=LONGEST_NAME, help_text="For whom it is.")
    runs = serializers.ListField(
        child=serializers.UUIDField(), min_length=2, max_length=MOST_RUNS, help_text="The baseline first."
    )
    by = serializers.CharField(max_length=130, required=False, help_text="`overall` or `m.<metric key>`.")
    slice = serializers.CharField(max_length=300, required=False, help_text="A metadata key.")
    with_texts = serializers.BooleanField(default=False, help_text="Show the beginnings of inputs and outputs.")
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class SharedReportList(ApiView):
    """The links to reports of a project."""

    # The answer holds a secret.
    keeps_answers = False

    @extend_schema(operation_id="list_shared_reports", parameters=PAGE_PARAMETERS, responses=page_of(SharedReportOut))
    def get(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.START_RUN, project)
        reports = project.shared_reports.select_related("project")
        return answer_page(request, newest_first(reports, PageWish.of(request)), SharedReportOut)

    @extend_schema(
        operation_id="share_report",
        description="Only where the team allows links for people without an account.",
        request=SharedReportIn,
        responses={201: SharedLinkOut},
    )
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.START_RUN, project)
        asked = SharedReportIn(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        wish = ReportToShare(
            name=told["name"],
            run_ids=_run_ids(project, told["runs"]),
            query=urlencode({name: told[name] for name in ("by", "slice") if told.get(name)}),
            with_texts=told["with_texts"],
            expires_at=told.get("expires_at"),
        )
        link = share_report(project, wish, by=self.person)
        address = request.build_absolute_uri(reverse("runs:shared_report", args=[link.token]))
        shown = SharedReportOut(link.report).data | {"address": address}
        answer = self.created(shown, address=self.address_of("shared_report", link.report.uuid))
        answer["Cache-Control"] = "no-store"
        return answer


class SharedReportDetail(ApiView):
    """One link."""

    @extend_schema(operation_id="read_shared_report", responses=SharedReportOut)
    def get(self, request: Request, report_id: UUID) -> Response:
        return Response(SharedReportOut(self._report(report_id)).data)

    @extend_schema(
        operation_id="revoke_shared_report",
        description="Whoever has the address reads nothing any more. Doing so twice changes nothing.",
        responses={204: None},
    )
    def delete(self, request: Request, report_id: UUID) -> Response:
        revoke_shared_report(self._report(report_id), by=self.person)
        return Response(status=204)

    def _report(self, report_id: UUID) -> SharedReport:
        reports = SharedReport.objects.filter(project__in=self.projects()).select_related("project__team")
        report = get_object_or_404(reports, uuid=report_id)
        require_right(self.person, Right.START_RUN, report.project)
        return report


def _run_ids(project: Project, uuids: Sequence[UUID]) -> list[int]:
    """The runs as they are kept. Raises `Invalid` for one that is not of the project."""
    found = dict(Run.objects.filter(project=project, deleted_at=None, uuid__in=uuids).values_list("uuid", "pk"))
    missing = [uuid for uuid in uuids if uuid not in found]
    if missing:
        raise Invalid("run_unknown", f"There is no run {missing[0]} in this project.", field="runs")
    return [found[uuid] for uuid in uuids]
