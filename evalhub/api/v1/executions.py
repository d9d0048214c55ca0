"""Starts of evaluations: begin one, read its runs, stop, take up again, do once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.api.v1.evaluation_shapes import ExecutionOut
from evalhub.api.v1.evaluations import EvaluationView
from evalhub.api.v1.run_requests import find_target
from evalhub.api.v1.run_shapes import RunOut, row_of
from evalhub.api.waiting import WAIT_PARAMETER, wait_of
from runs.choices import LIVE_STATES
from runs.models import Execution, Run, Target
from runs.services import executions as execution_services
from runs.services.evaluations import newest_version
from runs.services.execution_plan import ExecutionRequest
from runs.services.run_words import LONGEST_NAME
from runs.waiting import wait_for_runs


class ExecutionDetailOut(ExecutionOut):
    """One start with its runs."""

    runs = RunOut(many=True)


class ExecutionView(EvaluationView):
    """What the views of executions have in common: finding one, and holding on until its runs are over."""

    def execution(self, execution_id: UUID) -> Execution:
        seen = Execution.objects.visible_to(self.person).with_names()
        return get_object_or_404(self.within_key(seen), uuid=execution_id)

    def standing(self, execution_id: UUID, *, done: int = 200) -> Response:
        """The execution as it is now, or when it is over if the caller waits; 202 while it is not."""
        execution = self.execution(execution_id)
        seconds = wait_of(self.request)
        if seconds and execution.state in LIVE_STATES:
            run_ids = list(execution.runs.filter(deleted_at=None).values_list("id", flat=True))
            wait_for_runs(run_ids, seconds=seconds)
            execution = self.execution(execution_id)
        status = 202 if execution.state in LIVE_STATES else done
        address = self.address_of("execution", execution.uuid)
        return Response(_told(execution), status=status, headers={"Location": address})


def _told(execution: Execution) -> dict[str, Any]:
    runs = Run.objects.filter(execution=execution, deleted_at=None).with_summary().order_by("id")
    return {**ExecutionOut(execution).data, "runs": RunOut([row_of(run) for run in runs], many=True).data}


class StartsExecution(ExecutionView):
    """A view whose POST sets runs going."""

    done = 200

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        wait_of(request)  # one that cannot be read is refused before anything is made

    def settled(self, response: Response) -> Response:
        return self.standing(response.data["id"], done=self.done)


class ExecutionIn(serializers.Serializer[Any]):
    """One start. What is left out is as the evaluation says."""

    targets = serializers.ListField(child=serializers.UUIDField(), required=False, min_length=1)
    name = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_NAME)
    waits_for_start = serializers.BooleanField(default=False, help_text="Only record it; start it later.")


class ExecutionList(StartsExecution):
    """The starts of an evaluation, the newest first."""

    done = 201

    @extend_schema(operation_id="list_executions", parameters=PAGE_PARAMETERS, responses=page_of(ExecutionOut))
    def get(self, request: Request, evaluation_id: UUID) -> Response:
        evaluation = self.evaluation(evaluation_id)
        found = Execution.objects.filter(evaluation_version__evaluation=evaluation).with_names()
        return answer_page(request, newest_first(found, PageWish.of(request)), ExecutionOut)

    @extend_schema(
        operation_id="start_evaluation",
        request=ExecutionIn,
        parameters=[WAIT_PARAMETER],
        responses={201: ExecutionDetailOut, 202: ExecutionDetailOut},
    )
    def post(self, request: Request, evaluation_id: UUID) -> Response:
        evaluation = self.evaluation(evaluation_id)
        asked = ExecutionIn(data=request.data)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        targets: Sequence[Target] | None = None
        if "targets" in said:
            targets = [find_target(target, project=evaluation.project) for target in said["targets"]]
        wanted = ExecutionRequest(
            version=newest_version(evaluation),
            targets=targets,
            name=said.get("name", ""),
            waits_for_start=said["waits_for_start"],
        )
        execution = execution_services.create_execution(wanted, by=self.person)
        return self.created({"id": str(execution.uuid)}, address=self.address_of("execution", execution.uuid))


class ExecutionDetail(ExecutionView):
    """One start."""

    @extend_schema(
        operation_id="read_execution",
        parameters=[WAIT_PARAMETER],
        responses={200: ExecutionDetailOut, 202: ExecutionDetailOut},
    )
    def get(self, request: Request, execution_id: UUID) -> Response:
        if wait_of(request) is None:
            return Response(_told(self.execution(execution_id)))
        return self.standing(execution_id)


class ExecutionAct(StartsExecution):
    """Something that is done with an execution as a whole."""

    act: Callable[..., object]

    def done_with(self, execution_id: UUID) -> Response:
        type(self).act(self.execution(execution_id), by=self.person)
        return Response({"id": str(execution_id)})


_STANDING = {200: ExecutionDetailOut, 202: ExecutionDetailOut}


class ExecutionStart(ExecutionAct):
    """Setting going what was only recorded."""

    act = staticmethod(execution_services.start_execution)

    @extend_schema(operation_id="start_execution", request=None, parameters=[WAIT_PARAMETER], responses=_STANDING)
    def post(self, request: Request, execution_id: UUID) -> Response:
        return self.done_with(execution_id)


class ExecutionCancellation(ExecutionAct):
    """Stopping every run that is not over."""

    act = staticmethod(execution_services.cancel_execution)

    @extend_schema(operation_id="cancel_execution", request=None, parameters=[WAIT_PARAMETER], responses=_STANDING)
    def post(self, request: Request, execution_id: UUID) -> Response:
        return self.done_with(execution_id)


class ExecutionRetry(ExecutionAct):
    """Taking up the runs that did not come to their end."""

    act = staticmethod(execution_services.retry_execution)

    @extend_schema(operation_id="retry_execution", request=None, parameters=[WAIT_PARAMETER], responses=_STANDING)
    def post(self, request: Request, execution_id: UUID) -> Response:
        return self.done_with(execution_id)


class ExecutionRepetition(StartsExecution):
    """Doing the same once more, as an execution of its own."""

    done = 201

    @extend_schema(
        operation_id="repeat_execution",
        request=None,
        parameters=[WAIT_PARAMETER],
        responses={201: ExecutionDetailOut, 202: ExecutionDetailOut},
    )
    def post(self, request: Request, execution_id: UUID) -> Response:
        again = execution_services.rerun_execution(self.execution(execution_id), by=self.person)
        return self.created({"id": str(again.uuid)}, address=self.address_of("execution", again.uuid))
