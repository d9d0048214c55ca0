"""What a program's key reaches in this vendor's words: workspaces, agents, datasets, test cases, runs, models."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model, Q, QuerySet

from evalhub.accounts.models import ApiKey, Project, Team, User
from evalhub.accounts.services import create_project
from evalhub.connections.models import Connection
from evalhub.core.errors import Invalid
from runs.models import Dataset, Evaluation, Run, Target

# The project that holds what programs name no workspace for. The team's library holds agents and datasets, which all
# workspaces share, but no runs: people would not find them there.
DEFAULT_KEY, DEFAULT_NAME = "default", "Default"
# In the settings of an agent that lies in the library: the workspace it is counted to.
WORKSPACE = "workspace"

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Account:
    """A key and its person. Every read shows only what both may see."""

    person: User
    key: ApiKey

    @property
    def team(self) -> Team:
        return self.key.team

    @cached_property
    def home(self) -> Project:
        """Where agents and datasets are kept: the team's library, or the one project that the key is held to."""
        return self.key.project or self.team.projects.get(is_library=True)

    # Workspaces

    def workspaces(self) -> QuerySet[Project]:
        """The projects that people work in, the newest first."""
        seen = Project.objects.visible_to(self.person).for_pages().select_related("team").order_by("-pk")
        return self.key.held(seen, project="")

    @cached_property
    def known_workspaces(self) -> dict[str, Project]:
        """All of them by their public id; read once."""
        return {str(project.uuid): project for project in self.workspaces()}

    def default_if_made(self) -> Project | None:
        """The default workspace; None before anybody needed it."""
        if self.key.project:
            return self.key.project
        named = Project.objects.visible_to(self.person).filter(team=self.team, is_library=False)
        by_key = named.filter(key=DEFAULT_KEY).first()
        return by_key or named.filter(name=DEFAULT_NAME).first()

    @transaction.atomic
    def default_workspace(self) -> Project:
        """The default workspace, made when there is none. Raises `NotAllowed`."""
        Team.objects.select_for_update(no_key=True).get(pk=self.team.pk)  # two that need it first make one
        return self.default_if_made() or create_project(
            team=self.team, name=DEFAULT_NAME, key=DEFAULT_KEY, by=self.person
        )

    def workspace_of(self, agent: Target) -> Project | None:
        """The workspace that the agent is counted to."""
        if not agent.project.is_library:
            return agent.project
        return self.known_workspaces.get(agent.settings.get(WORKSPACE, "")) or self._default

    @cached_property
    def _default(self) -> Project | None:
        return self.default_if_made()

    def named_workspace(self, *, uuid: str = "", name: str = "") -> Project | None:
        """The workspace that a body names; None where it names none. Raises `Invalid` for one that is unknown."""
        if uuid:
            return self.named(self.workspaces(), uuid, "workspace")
        if not name:
            return None
        found = self.workspaces().filter(name=name).first()
        if found is None:
            raise Invalid("workspace_unknown", f'There is no workspace called "{name}".', field="agent_workspace_name")
        return found

    # What lies in them

    def agents(self) -> QuerySet[Target]:
        """The agents that are not deleted, the newest first."""
        seen = Target.objects.visible_to(self.person).filter(deleted_at=None).order_by("-pk")
        return self.key.held(seen.select_related("project__team", "connection", "created_by"))

    def agents_by_workspace(self) -> dict[Project | None, list[Target]]:
        """All agents, read once for all workspaces."""
        found: dict[Project | None, list[Target]] = {}
        for agent in self.agents():
            found.setdefault(self.workspace_of(agent), []).append(agent)
        return found

    def agents_in(self, workspace: Project) -> list[Target]:
        return self.agents_by_workspace().get(workspace, [])

    def datasets(self) -> QuerySet[Dataset]:
        seen = Dataset.objects.visible_to(self.person).filter(archived_at=None).select_related("project__team")
        return self.key.held(seen)

    def test_cases(self) -> QuerySet[Evaluation]:
        """The saved evaluations in use, the newest first."""
        seen = Evaluation.objects.visible_to(self.person).filter(archived_at=None, project__archived_at=None)
        return self.key.held(seen.select_related("project__team", "created_by").order_by("-pk"))

    def runs(self) -> QuerySet[Run]:
        """The runs with all that is told of them, the newest first."""
        seen = Run.objects.visible_to(self.person).select_related(
            *("project__team", "target__project", "created_by", "dataset_version"),
            "execution__evaluation_version__evaluation__project",
        )
        return self.key.held(seen.with_metrics().order_by("-pk"))

    def models(self) -> QuerySet[Connection]:
        """The connections that can be asked without naming a model."""
        usable = Connection.objects.visible_to(self.person).in_use().filter(~Q(default_model=""), team=self.team)
        return usable.order_by("-pk")

    # Looking up what a body names

    def named(self, rows: QuerySet[M], uuid: str, what: str) -> M:
        """The row of that public id. Raises `Invalid` for one that is unknown, foreign or no id."""
        found = rows.filter(uuid=uuid).first() if _is_uuid(uuid) else None
        if found is None:
            raise Invalid(f"{what.replace(' ', '_')}_unknown", f'There is no {what} with the id "{uuid}".')
        return found


def _is_uuid(text: Any) -> bool:  # noqa: ANN401  # whatever a program sent
    try:
        UUID(str(text))
    except ValueError:
        return False
    return True
