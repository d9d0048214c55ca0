"""Workspaces: make, list, read, change, delete, and what lies in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

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

    def workspace(self, uuid: UUID) -> Project:
        return get_object_or_404(self.account.workspaces(), uuid=uuid)

    def test_cases_in(self, workspace: Project) -> list[dict[str, Any]]:
        evaluations = list(self.account.test_cases().filter(project=workspace))
        return [test_case_object(shown) for shown in shown_test_cases(evaluations)]

    def full(self, workspace: Project) -> dict[str, Any]:
        agents = [self.shown(agent) for agent in self.account.agents_in(workspace)]
        return workspace_object(workspace, agents=agents, test_cases=self.test_cases_in(workspace))


class WorkspaceList(WorkspaceView):
    """All workspaces; a new one."""

    def get(self, request: Request) -> Response:
        return Response({"workspaces": [self.full(workspace) for workspace in self.account.workspaces()]})

    def post(self, request: Request) -> Response:
        return Response({"workspace": self.full(create_workspace(self.account, self.body(WorkspaceIn)))})


class WorkspaceDetail(WorkspaceView):
    """One workspace."""

    def get(self, request: Request, uuid: UUID) -> Response:
        return Response({"workspace": self.full(self.workspace(uuid))})

    def put(self, request: Request, uuid: UUID) -> Response:
        workspace = update_workspace(self.account, self.workspace(uuid), self.body(WorkspaceChange))
        return Response({"workspace": self.full(workspace)})

    def delete(self, request: Request, uuid: UUID) -> Response:
        delete_workspace(self.account, self.workspace(uuid))
        return Response({"workspace_uuid": str(uuid)})


class WorkspaceTestCases(WorkspaceView):
    """The test cases of a workspace."""

    def get(self, request: Request, uuid: UUID) -> Response:
        return Response({"evaluation_test_cases": self.test_cases_in(self.workspace(uuid))})


class WorkspaceAgents(WorkspaceView):
    """The agents of a workspace; agents that come into it."""

    def get(self, request: Request, uuid: UUID) -> Response:
        page, agents = Page.of(request), self.account.agents_in(self.workspace(uuid))
        return Response({"agents": [self.shown(agent) for agent in page.rows(agents)], **page.around(len(agents))})

    def put(self, request: Request, uuid: UUID) -> Response:
        workspace, asked = self.workspace(uuid), self.body(AgentsMove)
        target = self.account.named_workspace(uuid=asked.get("workspace_uuid", "")) or workspace
        move_agents(self.account, target, asked["agent_uuids"])
        return Response({"workspace": self.full(target)})
