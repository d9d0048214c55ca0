"""Runs: list, start, read, stop, take up again, measure again, pin, rename, delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, Page, PageWish, answer_page, page_of
from evalhub.api.v1.run_requests import MetricIn, RunIn, metric_choices, run_request_of, spending_cap
from evalhub.api.v1.run_shapes import RunOut, RunSummary, row_of, told
from evalhub.api.waiting import WAIT_PARAMETER, wait_of
from evalhub.core.errors import Invalid
from runs.choices import RunState
from runs.forms.run_list import RunListForm
from runs.models import Run
from runs.models.run import SORT_COLUMNS, RunQuerySet
from runs.run_filters import METRIC_PREFIX, RunSort
from runs.services import runs as run_services
from runs.services.baselines import pin_baseline, unpin_baseline
from runs.services.run_words import LONGEST_NAME, LONGEST_TAG, edit_run
from runs.waiting import wait_for_runs

FILTER_PARAMETERS = [
    OpenApiParameter("q", str, description="In the name, the tags or the author's name."),
    OpenApiParameter("state", str, many=True, enum=RunState.values),
    OpenApiParameter("dataset", UUID),
    OpenApiParameter("target", str, description="The target's name."),
    OpenApiParameter("tag", str),
    OpenApiParameter("author", str),
    OpenApiParameter("metadata", str, description="As `key=value`; also as `meta.<key>=value`."),
    OpenApiParameter("sort", str, description="A column, or `m.<metric>` for its mean; `-` before it turns it round."),
]


class RunsForm(RunListForm):
    """The filters of the list of runs, where programs name a dataset by its id."""

    def __init__(self, query: QueryDict, *, project: Project) -> None:
        super().__init__(query, project=project)
        dataset = self.fields["dataset"]
        assert isinstance(dataset, forms.ModelChoiceField)  # noqa: S101  # as the list of runs made it
        dataset.to_field_name = "uuid"


class RunView(ApiView):
    """What the views of runs have in common: finding one, and holding on until it is over."""

    def runs(self) -> RunQuerySet:
        seen: RunQuerySet = Run.objects.visible_to(self.person)
        return self.within_key(seen)

    def run(self, run_id: UUID) -> Run:
        """The run by its public id; a stranger does not learn that it exists."""
        return get_object_or_404(self.runs().with_summary(), uuid=run_id)

    def standing(self, run_id: UUID, *, done: int = 200) -> Response:
        """The run as it is now, or when it is over if the caller waits; `done` is the status of one that is over."""
        run = self.run(run_id)
        seconds = wait_of(self.request)
        if run.is_live and seconds:
            wait_for_runs([run.pk], seconds=seconds)
            run = self.run(run_id)
        status = 202 if run.is_live else done
        return Response(told(run), status=status, headers={"Location": self.address_of("run", run.uuid)})


class StartsRun(RunView):
    """A view whose POST sets a run going: 202 with the place to look, or what came of it when the caller waits."""

    done = 200

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        wait_of(request)  # one that cannot be read is refused before anything is made

    def settled(self, response: Response) -> Response:
        if response.status_code >= 400:
            return response
        return self.standing(response.data["id"], done=self.done)


class RunList(StartsRun):
    """The runs of a project."""

    done = 201

    @extend_schema(
        operation_id="list_runs", parameters=[*PAGE_PARAMETERS, *FILTER_PARAMETERS], responses=page_of(RunOut)
    )
    def get(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        form = RunsForm(request.query_params, project=project)
        filters, sort = form.filters(), form.sorting
        _require_understood(form, sort)
        matching = self.runs().filter(project=project).matching(filters)
        return answer_page(request, _page(matching, sort, PageWish.of(request)), RunOut)

    @extend_schema(
        operation_id="create_run",
        request=RunIn,
        parameters=[WAIT_PARAMETER],
        responses={201: RunOut, 202: RunOut},
        description="Make a run over a dataset version, or over rows sent along. 202 while it is worked on.",
    )
    def post(self, request: Request, project_id: UUID) -> Response:
        project = self.project(project_id)
        require_right(self.person, Right.START_RUN, project)
        asked = RunIn(data=request.data)
        asked.is_valid(raise_exception=True)
        with transaction.atomic():  # rows and a new target stay only if the run is made
            wanted = run_request_of(asked.validated_data, project=project, by=self.person)
            run = run_services.create_run(wanted, by=self.person)
        return self.created({"id": str(run.uuid)}, address=self.address_of("run", run.uuid))


def _require_understood(form: RunsForm, sort: RunSort) -> None:
    """Raise `Invalid` for filters that people would see marked in the form, and for a column that is none."""
    for field, problems in form.errors.items():
        raise Invalid("filter_not_understood", str(problems[0]), field=None if field == NON_FIELD_ERRORS else field)
    if sort.column not in SORT_COLUMNS and not sort.column.startswith(METRIC_PREFIX):
        known = ", ".join(SORT_COLUMNS)
        raise Invalid(
            "sort_unknown", f'Runs cannot be sorted by "{sort.column}"; use m.<metric> or {known}.', field="sort"
        )


def _page(matching: RunQuerySet, sort: RunSort, wish: PageWish) -> Page[RunSummary]:
    if wish.after is not None:
        try:
            matching = matching.behind(wish.after, sort)
        except Run.DoesNotExist:
            raise Invalid("cursor_gone", "The run where this page began is deleted; begin without a cursor.") from None
    ids = matching.sorted_by(sort).page_ids(page=1, size=wish.size + 1)
    shown = ids[: wish.size]
    runs = Run.objects.filter(id__in=shown).with_summary().in_bulk()
    return Page([row_of(runs[run_id]) for run_id in shown], shown[-1] if len(ids) > wish.size else None)


class RunChange(serializers.Serializer[Any]):
    """What is to be different; what is not named stays."""

    name = serializers.CharField(max_length=LONGEST_NAME, required=False)
    description = serializers.CharField(required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=LONGEST_TAG), required=False)


class RunDetail(RunView):
    """One run."""

    @extend_schema(operation_id="read_run", parameters=[WAIT_PARAMETER], responses={200: RunOut, 202: RunOut})
    def get(self, request: Request, run_id: UUID) -> Response:
        if wait_of(request) is None:
            return Response(told(self.run(run_id)))
        return self.standing(run_id)

    @extend_schema(operation_id="change_run", request=RunChange, responses=RunOut)
    def patch(self, request: Request, run_id: UUID) -> Response:
        run = self.run(run_id)
        asked = RunChange(data=request.data)
        asked.is_valid(raise_exception=True)
        edit_run(run, by=self.person, **asked.validated_data)
        return Response(told(run))

    @extend_schema(operation_id="delete_run", responses={204: None})
    def delete(self, request: Request, run_id: UUID) -> Response:
        run_services.delete_run(self.run(run_id), by=self.person)
        return Response(status=204)


class RunStart(StartsRun):
    """Setting a run going that was only recorded."""

    @extend_schema(
        operation_id="start_run", request=None, parameters=[WAIT_PARAMETER], responses={200: RunOut, 202: RunOut}
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        run_services.queue_recorded_run(self.run(run_id), by=self.person)
        return Response({"id": str(run_id)})


class RunCancellation(StartsRun):
    """Stopping a run; what is scored stays."""

    @extend_schema(
        operation_id="cancel_run", request=None, parameters=[WAIT_PARAMETER], responses={200: RunOut, 202: RunOut}
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        run_services.cancel_run(self.run(run_id), by=self.person)
        return Response({"id": str(run_id)})


class ResumptionIn(serializers.Serializer[Any]):
    """What is taken up again: what is missing, and with `retry_errored` also what failed."""

    retry_errored = serializers.BooleanField(default=False)
    causes = serializers.ListField(child=serializers.CharField(), required=False, help_text="Only errors of these.")
    spending_cap = spending_cap()


class RunResumption(StartsRun):
    """Going on with a run that is over."""

    @extend_schema(
        operation_id="resume_run",
        request=ResumptionIn,
        parameters=[WAIT_PARAMETER],
        responses={200: RunOut, 202: RunOut},
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        run = self.run(run_id)
        require_right(self.person, Right.START_RUN, run.project)
        asked = ResumptionIn(data=request.data)
        asked.is_valid(raise_exception=True)
        run_services.resume_run(run, by=self.person, **asked.validated_data)
        return Response({"id": str(run_id)})


class RescoringIn(serializers.Serializer[Any]):
    """Metrics to be measured on the answers that are there."""

    metrics = serializers.ListField(child=MetricIn(), min_length=1)


class RunRescoring(StartsRun):
    """Measuring more metrics on a run that is over, or the same ones again."""

    @extend_schema(
        operation_id="rescore_run",
        request=RescoringIn,
        parameters=[WAIT_PARAMETER],
        responses={200: RunOut, 202: RunOut},
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        run = self.run(run_id)
        require_right(self.person, Right.START_RUN, run.project)
        asked = RescoringIn(data=request.data)
        asked.is_valid(raise_exception=True)
        metrics = metric_choices(asked.validated_data["metrics"], run.project)
        run_services.rescore_run(run, metrics=metrics, by=self.person)
        return Response({"id": str(run_id)})


class RunRepetition(StartsRun):
    """Doing the same once more, as a run of its own."""

    done = 201

    @extend_schema(
        operation_id="repeat_run", request=None, parameters=[WAIT_PARAMETER], responses={201: RunOut, 202: RunOut}
    )
    def post(self, request: Request, run_id: UUID) -> Response:
        again = run_services.create_run(run_services.request_of(self.run(run_id)), by=self.person)
        return self.created({"id": str(again.uuid)}, address=self.address_of("run", again.uuid))


class RunBaseline(RunView):
    """Whether other runs of the dataset are compared with this one."""

    @extend_schema(operation_id="pin_baseline", request=None, responses=RunOut)
    def put(self, request: Request, run_id: UUID) -> Response:
        pin_baseline(self.run(run_id), by=self.person)
        return Response(told(self.run(run_id)))

    @extend_schema(operation_id="unpin_baseline", responses={204: None})
    def delete(self, request: Request, run_id: UUID) -> Response:
        unpin_baseline(self.run(run_id), by=self.person)
        return Response(status=204)
