"""Runs that were answered and scored elsewhere: items with their scores come in as one stream of any length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project, User
from evalhub.api.bodies import JsonRowsParser, NdjsonParser, ParquetParser, SentRows, sent_rows
from evalhub.api.v1.run_shapes import RunOut
from evalhub.api.v1.runs import StartsRun
from evalhub.api.waiting import WAIT_PARAMETER
from runs.models import DatasetVersion, Run
from runs.services.row_runs import given_choices, store_rows
from runs.services.run_metrics import MetricChoice
from runs.services.run_words import LONGEST_NAME
from runs.services.runs import RunRequest, create_run
from runs.services.targets import recorded_target


@extend_schema_field(OpenApiTypes.STR)
class CommaSeparated(serializers.Field[Any, Any, Any, Any]):
    """`a,b` as a list."""

    def to_internal_value(self, data: object) -> list[str]:
        return [word.strip() for word in str(data).split(",") if word.strip()]


class BulkRunIn(serializers.Serializer[Any]):
    """What is said of the run in the address; its items are the body."""

    dataset = serializers.CharField(max_length=200, help_text="Name of the dataset that the items become a version of.")
    answered_by = serializers.CharField(max_length=200, help_text="The model, bot or system that gave the outputs.")
    answered_by_version = serializers.CharField(required=False, allow_blank=True, max_length=200)
    metrics = CommaSeparated(
        required=False,
        help_text="Keys, with commas between them: scores of the items, else metrics to be measured. "
        "All scores of the items unless given.",
    )
    star = serializers.CharField(required=False, allow_blank=True, help_text="The metric that the run passes by.")
    name = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_NAME)
    description = serializers.CharField(required=False, allow_blank=True)
    tags = CommaSeparated(required=False)
    commit_url = serializers.CharField(required=False, allow_blank=True, max_length=500)


class BulkRuns(StartsRun):
    """The door for runs that are scored already."""

    done = 201

    parser_classes = (NdjsonParser, JsonRowsParser, ParquetParser)

    @extend_schema(
        operation_id="import_run",
        request=dict.fromkeys((parser.media_type for parser in parser_classes), OpenApiTypes.BINARY),
        parameters=[BulkRunIn, WAIT_PARAMETER],
        responses={201: RunOut, 202: RunOut},
        description="Items with `input`, `output`, `scores` (a number, or `{score, reason, model}`, by metric) and any "
        "of `key`, `expected`, `context`, `metadata`, `trace`, `human`: NDJSON, JSON or Parquet, plain or gzip. "
        "All of them are taken, or none.",
    )
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.EDIT_DATASET, project)
        asked = BulkRunIn(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        run = _imported(sent_rows(request), asked.validated_data, project=project, by=self.person)
        return self.created({"id": str(run.uuid)}, address=self.address_of("run", run.uuid))


@transaction.atomic
def _imported(body: SentRows, said: Mapping[str, Any], *, project: Project, by: User) -> Run:
    version = store_rows(body.rows(), project=project, dataset=said["dataset"], by=by).version
    target = recorded_target(
        project=project, name=said["answered_by"], version=said.get("answered_by_version", ""), by=by
    )
    request = RunRequest(
        project=project,
        version=version,
        target=target,
        metrics=list(_choices(said.get("metrics"), version)),
        **{name: said[name] for name in ("star", "name", "description", "tags", "commit_url") if name in said},
    )
    return create_run(request, by=by)


def _choices(named: list[str] | None, version: DatasetVersion) -> Iterator[MetricChoice]:
    given = {choice.key: choice for choice in given_choices(version)}
    for key in given if named is None else named:
        yield given.get(key) or MetricChoice(key=key)
