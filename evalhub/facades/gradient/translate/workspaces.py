"""Workspaces in this vendor's shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evalhub.accounts.models import Project
from evalhub.facades.gradient.translate.words import moment


def workspace_object(
    workspace: Project,
    *,
    agents: Sequence[dict[str, Any]] | None = None,
    test_cases: Sequence[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The workspace; what lies in it is left out where it stands inside something else."""
    shown = {
        "uuid": str(workspace.uuid),
        "name": workspace.name,
        "description": workspace.description,
        "created_at": moment(workspace.created_at),
        "updated_at": moment(workspace.created_at),
        "deleted_at": moment(workspace.archived_at),
        "created_by": None,
        "created_by_email": None,
    }
    lists = {"agents": agents, "evaluation_test_cases": test_cases}
    return {**shown, **{name: list(rows) for name, rows in lists.items() if rows is not None}}
