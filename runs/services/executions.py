"""Writes of executions: start an evaluation, or record a start for later; stop, take up again, do once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import User
from evalhub.core.errors import Conflict, Invalid
from runs.choices import LIVE_STATES, OVER_STATES, RunState
from runs.models import EvaluationVersion, Execution, Run, Target
from runs.services.execution_plan import ExecutionRequest, alone_requests, run_requests
from runs.services.run_words import LONGEST_NAME
from runs.services.runs import RunRequest, cancel_run, create_run, queue_recorded_run, resume_run

_UNFINISHED = (RunState.CANCELLED, RunState.FAILED, RunState.PARTIAL)


def start_evaluation(
    version: EvaluationVersion, *, by: User, targets: Sequence[Target] | None = None, name: str = ""
) -> Execution:
    """Start the version, one run for each target. Raises as `create_execution` does."""
    return create_execution(ExecutionRequest(version=version, targets=targets, name=name), by=by)


@transaction.atomic
def create_execution(request: ExecutionRequest, *, by: User) -> Execution:
    """Make all runs of one start, queued or waiting, with the recipe as it is now; none, when one of them cannot run.

    Raises `NotAllowed`, `Invalid` and `Conflict`.
    """
    version = request.version
    project = version.evaluation.project
    require_right(by, Right.START_RUN, project)
    requests = run_requests(request, by=by)
    execution = Execution.objects.create(
        project=project,
        evaluation_version=version,
        name=(request.name or f"{version.name}, {timezone.now():%Y-%m-%d %H:%M} UTC")[:LONGEST_NAME],
        state=RunState.RECORDED if request.waits_for_start else RunState.QUEUED,
        recipe=_frozen(version, requests),
        config=dict(request.config),
        run_config=dict(request.run_config),
        created_by=by,
        started_at=None if request.waits_for_start else timezone.now(),
    )
    for each in requests:
        create_run(replace(each, execution=execution), by=by)
    return execution


def _frozen(version: EvaluationVersion, requests: Sequence[RunRequest]) -> dict[str, Any]:
    """The recipe as it was at this start, readable when everything it names has changed."""
    evaluation = version.evaluation
    return {
        "evaluation": {"uuid": str(evaluation.uuid), "key": evaluation.key, "tags": evaluation.tags},
        "version": version.number,
        "name": version.name,
        "description": version.description,
        "long_description": version.long_description,
        "star_metric": version.star_metric.key if version.star_metric else None,
        "star_threshold": version.star_threshold,
        "star_threshold_percent": version.star_threshold_percent,
        "metrics": [
            {
                "key": each.metric.key,
                "revision": each.metric.current_revision.number if each.metric.current_revision else None,
                "threshold": each.threshold,
                "weight": each.weight,
            }
            for each in version.metrics.all()
        ],
        "runs": [_frozen_run(each) for each in requests],
        "config_spec": version.config_spec,
        "tasks": version.tasks,
    }


def _frozen_run(request: RunRequest) -> dict[str, Any]:
    return {
        "task_key": request.task_key,
        "dataset": {
            "uuid": str(request.version.dataset.uuid),
            "key": request.version.dataset.key,
            "version": request.version.number,
            "content_hash": request.version.content_hash,
        },
        "target": {
            "uuid": str(request.target.uuid),
            "name": request.target.name,
            "version": request.target.version,
            "version_hash": request.target.version_hash,
        },
        "metrics": [choice.key for choice in request.metrics],
        "num_samples": request.num_samples,
        "sampling": request.sampling,
        "repeats": request.repeats,
        "cache_policy": request.cache_policy,
    }


def hindrances_of(version: EvaluationVersion, *, by: User) -> list[str]:
    """What would keep each target or task from running now, tried out and undone; empty when all can start."""
    sentences = []
    for alone in alone_requests(ExecutionRequest(version=version)):
        try:
            with transaction.atomic():
                create_execution(alone, by=by)
                transaction.set_rollback(True)
        except (Invalid, Conflict) as error:
            sentences.append(error.message)
    return sentences


@transaction.atomic
def start_execution(execution: Execution, *, by: User) -> None:
    """Queue the runs of a recorded execution. Raises `Conflict` when it was started already."""
    require_right(by, Right.START_RUN, execution.project)
    runs = [run for run in _held_runs(execution) if run.state == RunState.RECORDED]
    if not runs:
        raise Conflict("execution_started", f'"{execution}" was started already.')
    for run in runs:
        queue_recorded_run(run, by=by)


@transaction.atomic
def cancel_execution(execution: Execution, *, by: User) -> None:
    """Stop every run that is not over; what is scored stays. Raises `Conflict` when all are over."""
    require_right(by, Right.START_RUN, execution.project)
    stoppable = (LIVE_STATES - {RunState.CANCELLING}) | {RunState.RECORDED}
    runs = [run for run in _held_runs(execution) if run.state in stoppable]
    if not runs:
        raise Conflict("execution_over", f'"{execution}" is over, so there is nothing to stop.')
    for run in runs:
        cancel_run(run, by=by)


@transaction.atomic
def retry_execution(execution: Execution, *, by: User) -> int:
    """Take up the runs that did not come to their end, with what they miss or could not do; how many these are.

    Raises `Conflict` while a run is live, and when none is left to take up.
    """
    require_right(by, Right.START_RUN, execution.project)
    held = _held_runs(execution)
    if any(run.state not in OVER_STATES for run in held):
        raise Conflict("execution_live", f'"{execution}" is still running; wait for it or stop it first.')
    taken_up = 0
    for run in held:
        if run.state in _UNFINISHED:
            try:
                with transaction.atomic():
                    resume_run(run, by=by, retry_errored=True)
                taken_up += 1
            except Conflict:
                continue  # what this run misses cannot be had: its items lack what a metric needs
    if not taken_up:
        raise Conflict("nothing_missing", f'Every run of "{execution}" has all the scores it can have.')
    return taken_up


@transaction.atomic
def rerun_execution(execution: Execution, *, by: User, waits_for_start: bool = False) -> Execution:
    """Start the same version once more, against the same targets, over the data as it is now."""
    require_right(by, Right.START_RUN, execution.project)
    if execution.evaluation_version_id is None:
        raise Conflict("evaluation_gone", f'The evaluation of "{execution}" is deleted; make it again to run it.')
    version = EvaluationVersion.objects.complete().get(pk=execution.evaluation_version_id)
    targets = Target.objects.filter(runs__execution=execution).select_related("project").distinct().order_by("id")
    return create_execution(
        ExecutionRequest(
            version=version,
            targets=None if version.tasks else list(targets),
            config=execution.config,
            run_config=execution.run_config,
            waits_for_start=waits_for_start,
        ),
        by=by,
    )


def _held_runs(execution: Execution) -> list[Run]:
    """The runs, all held at once and in order: a run that closes holds its own row before the execution's."""
    runs = Run.objects.select_for_update(of=("self",)).select_related("project__team", "execution")
    return list(runs.filter(execution=execution, deleted_at=None).order_by("id"))
