"""Workspaces: projects, told by this vendor's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from evalhub.accounts.models import Project
from evalhub.accounts.services import archive_project, create_project, edit_project
from evalhub.core.errors import Invalid
from evalhub.facades.gradient.account import Account
from evalhub.facades.gradient.agents import move_agent
from runs.services.evaluations import move_evaluation


@transaction.atomic
def create_workspace(account: Account, fields: Mapping[str, Any]) -> Project:
    """Make a project and move the agents into it. Raises `NotAllowed`, `Invalid`, `Conflict` for a name in use."""
    project = create_project(team=account.team, name=fields["name"], by=account.person)
    if fields.get("description"):
        project.description = fields["description"]
        project.save(update_fields=["description"])
    move_agents(account, project, fields.get("agent_uuids", []))
    return project


def update_workspace(account: Account, workspace: Project, changes: Mapping[str, Any]) -> Project:
    """Change name and description. Raises `NotAllowed`, `Invalid`, `Conflict` for a name in use."""
    if changes.get("workspace_uuid", str(workspace.uuid)) != str(workspace.uuid):
        raise Invalid("uuid_differs", "The workspace_uuid in the body is not the one in the address.")
    return edit_project(
        workspace,
        by=account.person,
        name=changes.get("name", workspace.name),
        description=changes.get("description", workspace.description),
        model_name=workspace.model_name,
        quality_threshold=workspace.quality_threshold,
    )


@transaction.atomic
def delete_workspace(account: Account, workspace: Project) -> None:
    """Archive the project; agents and test cases move to the default workspace.

    A test case that stands on data of the project itself stays with it: elsewhere it could not run.
    Raises `NotAllowed`, and `Invalid` for the default workspace.
    """
    default = account.default_workspace()
    if workspace == default:
        raise Invalid("workspace_is_default", "The default workspace cannot be deleted.")
    for agent in account.agents_in(workspace):
        move_agent(account, agent, default)
    for evaluation in account.test_cases().filter(project=workspace):
        try:
            move_evaluation(evaluation, project=default, by=account.person)
        except Invalid:
            continue
    archive_project(workspace, by=account.person)


@transaction.atomic
def move_agents(account: Account, workspace: Project, uuids: Sequence[str]) -> None:
    """Count the agents to the workspace; none of them when one is unknown."""
    for agent in [account.named(account.agents(), uuid, "agent") for uuid in uuids]:
        move_agent(account, agent, workspace)
