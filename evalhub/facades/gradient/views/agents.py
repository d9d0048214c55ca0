"""Agents: make, list, read, change, delete."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.facades.gradient.addresses import whole_address
from evalhub.facades.gradient.agents import create_agent, delete_agent, update_agent
from evalhub.facades.gradient.paging import Page
from evalhub.facades.gradient.shapes import AgentChange, AgentIn
from evalhub.facades.gradient.translate.agents import agent_object
from evalhub.facades.gradient.translate.workspaces import workspace_object
from evalhub.facades.gradient.views.base import GradientView
from runs.models import Target


class AgentView(GradientView):
    """Finds agents and shows them."""

    def agent(self, target_id: UUID) -> Target:
        return get_object_or_404(self.account.agents(), uuid=target_id)

    def shown(self, agent: Target) -> dict[str, Any]:
        url = whole_address(self.request, reverse("runs:target_detail", args=[agent.pk]))
        return agent_object(agent, url=url)

    def answer(self, agent: Target) -> Response:
        """The agent with the workspace it is counted to."""
        workspace = self.account.workspace_of(agent)
        around = workspace_object(workspace) if workspace else None
        return Response({"agent": {**self.shown(agent), "workspace": around}})


class AgentList(AgentView):
    """The agents, newest first; a new one. Each of them can be asked, so each counts as deployed."""

    def get(self, request: Request) -> Response:
        page, agents = Page.of(request), self.account.agents()
        return Response({"agents": [self.shown(agent) for agent in page.rows(agents)], **page.around(agents.count())})

    def post(self, request: Request) -> Response:
        return self.answer(create_agent(self.account, self.body(AgentIn)))


class AgentDetail(AgentView):
    """One agent."""

    def get(self, request: Request, target_id: UUID) -> Response:
        return self.answer(self.agent(target_id))

    def put(self, request: Request, target_id: UUID) -> Response:
        agent = self.agent(target_id)
        require_right(self.person, Right.EDIT_TARGET, agent.project)
        return self.answer(update_agent(self.account, agent, self.body(AgentChange)))

    def delete(self, request: Request, target_id: UUID) -> Response:
        agent = self.agent(target_id)
        delete_agent(self.account, agent)
        return self.answer(agent)
