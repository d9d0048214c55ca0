"""Runs in this vendor's shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evalhub.accounts.models import Project
from evalhub.facades.gradient.runs import BY_NAME, HASHES, ShownResult
from evalhub.facades.gradient.translate.metrics import run_result
from evalhub.facades.gradient.translate.words import RUN_STATUSES, moment, person_fields
from runs.choices import RunState
from runs.models import Run


def run_object(run: Run, *, results: Sequence[ShownResult], agent_workspace: Project | None) -> dict[str, Any]:
    """The run, with its results once it is over."""
    return {
        "evaluation_run_uuid": str(run.uuid),
        "run_name": run.name,
        "status": RUN_STATUSES[RunState(run.state)],
        **_test_case(run),
        **_agent(run),
        "agent_workspace_uuid": str(agent_workspace.uuid) if agent_workspace else None,
        "queued_at": moment(run.queued_at),
        "started_at": moment(run.started_at),
        "finished_at": moment(run.finished_at),
        **_results(run, results),
        **person_fields(run.created_by, did="created"),
    }


def _test_case(run: Run) -> dict[str, Any]:
    """The version that was used, as it was."""
    recipe = run.execution.recipe if run.execution else {}
    version = run.execution.evaluation_version if run.execution else None
    project = version.evaluation.project if version else run.project
    return {
        "test_case_uuid": recipe.get("evaluation", {}).get("uuid"),
        "test_case_name": recipe.get("name"),
        "test_case_description": recipe.get("description"),
        "test_case_version": recipe.get("version"),
        "evaluation_test_case_workspace_uuid": str(project.uuid),
    }


def _agent(run: Run) -> dict[str, Any]:
    """The agent as it was at the start."""
    target, then = run.target, run.target_snapshot
    config = run.execution.config if run.execution else {}
    uuid, name = str(target.uuid), then.get("name", target.name)
    return {
        "agent_uuid": uuid,
        "agent_name": name,
        "agent_version_hash": config.get(HASHES, {}).get(uuid) or then.get("version_hash") or target.version_hash,
        "agent_deployment_name": name if name in config.get(BY_NAME, ()) else None,
        "agent_deleted": target.deleted_at is not None,
    }


def _results(run: Run, results: Sequence[ShownResult]) -> dict[str, Any]:
    told = [run_result(each.metric, label=each.label, why_not=each.why_not) for each in results]
    starred = (result for each, result in zip(results, told, strict=True) if each.metric.is_star)
    error = run.error
    if run.state == RunState.FAILED:
        error = error or next((each.why_not for each in results), "")
    return {
        "run_level_metric_results": told,
        "star_metric_result": next(starred, None),
        "pass_status": bool(run.passed) if run.is_over else None,
        "error_description": error or None,
    }
