"""Workspaces: make, list, read, change, delete, and what lies in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project
from evalhub.facades.gradient.paging import Page
from evalhub.facades.gradient.shapes import AgentsMove, WorkspaceChange, WorkspaceIn
from evalhub.facades.gradient.shown_test_cases import shown_test_cases
from evalhub.facades.gradient.translate.test_cases import test_case_object
from evalhub.facades.gradient.translate.workspaces import workspace_object
from evalhub.facades.gradient.views.agents import AgentView
from evalhub.facades.gradient.workspaces import create_workspace, delete_workspace, move_agents, update_workspace


class WorkspaceView(AgentView):
    """Finds workspaces and shows them with what lies in them."""

    def workspace(self, project_id: UUID) -> Project:
        return get_object_or_404(self.account.workspaces(), uuid=project_id)

    def test_cases_in(self, workspaces: Sequence[Project]) -> dict[int, list[dict[str, Any]]]:
        """The test cases of each, by its id."""
        found: dict[int, list[dict[str, Any]]] = {}
        for shown in shown_test_cases(list(self.account.test_cases().filter(project__in=workspaces))):
            found.setdefault(shown.evaluation.project_id, []).append(test_case_object(shown))
        return found

    def full(self, *workspaces: Project) -> list[dict[str, Any]]:
        """The workspaces with their agents and test cases, in as many queries for many as for one."""
        agents, test_cases = self.account.agents_by_workspace(), self.test_cases_in(workspaces)
        return [
            workspace_object(
                workspace,
                agents=[self.shown(agent) for agent in agents.get(workspace, [])],
                test_cases=test_cases.get(workspace.pk, []),
            )
            for workspace in workspaces
        ]

    def alone(self, workspace: Project) -> Response:
        return Response({"workspace": self.full(workspace)[0]})


class WorkspaceList(WorkspaceView):
    """All workspaces; a new one."""

    def get(self, request: Request) -> Response:
        return Response({"workspaces": self.full(*self.account.workspaces())})

    def post(self, request: Request) -> Response:
        return self.alone(create_workspace(self.account, self.body(WorkspaceIn)))


class WorkspaceDetail(WorkspaceView):
    """One workspace."""

    def get(self, request: Request, project_id: UUID) -> Response:
        return self.alone(self.workspace(project_id))

    def put(self, request: Request, project_id: UUID) -> Response:
        workspace = self.workspace(project_id)
        require_right(self.person, Right.CONFIGURE, workspace)
        return self.alone(update_workspace(self.account, workspace, self.body(WorkspaceChange)))

    def delete(self, request: Request, project_id: UUID) -> Response:
        delete_workspace(self.account, self.workspace(project_id))
        return Response({"workspace_uuid": str(project_id)})


class WorkspaceTestCases(WorkspaceView):
    """The test cases of a workspace."""

    def get(self, request: Request, project_id: UUID) -> Response:
        workspace = self.workspace(project_id)
        return Response({"evaluation_test_cases": self.test_cases_in([workspace]).get(workspace.pk, [])})


class WorkspaceAgents(WorkspaceView):
    """The agents of a workspace; agents that come into it."""

    def get(self, request: Request, project_id: UUID) -> Response:
        page, agents = Page.of(request), self.account.agents_in(self.workspace(project_id))
        return Response({"agents": [self.shown(agent) for agent in page.rows(agents)], **page.around(len(agents))})

    def put(self, request: Request, project_id: UUID) -> Response:
        workspace = self.workspace(project_id)
        require_right(self.person, Right.EDIT_TARGET, workspace)
        asked = self.body(AgentsMove)
        target = self.account.named_workspace(uuid=asked.get("workspace_uuid", "")) or workspace
        move_agents(self.account, target, asked["agent_uuids"])
        return self.alone(target)
