"""Who judges a metric in a project: over which connection, and which model."""

from __future__ import annotations

from dataclasses import dataclass

from evalhub.accounts.models import Project
from evalhub.connections.models import Connection
from evalhub.core.errors import Invalid
from metrics.models import MetricRevision, ProjectMetric


@dataclass(frozen=True, slots=True)
class Judging:
    """A judge's connection and model; what is left open is looked up in the project and its team."""

    connection: Connection | None = None
    model: str = ""


def judging_in_force(
    wish: Judging, revision: MetricRevision, *, setting: ProjectMetric | None, project: Project
) -> Judging:
    """The wish with what it leaves open: from the project's setting, the metric, the team's default connection.

    Raises `Invalid` where there is no connection or no model.
    """
    connection = wish.connection or (setting.connection if setting else None) or default_connection(project)
    name = revision.metric.name
    if connection is None:
        raise Invalid(
            "connection_missing",
            f'A model judges "{name}", and this team has no connection to one; '
            "add a connection in Settings → Connections.",
            field="metrics",
        )
    if connection.team_id != project.team_id or connection.archived_at is not None:
        raise Invalid(
            "connection_not_usable",
            f'Connection "{connection}" cannot judge "{name}": it is archived or another team\'s; choose another one.',
            field="metrics",
        )
    of_setting = setting.judge_model if setting else ""
    model = wish.model or of_setting or revision.definition.get("model") or connection.default_model
    if not model:
        raise Invalid(
            "judge_model_missing",
            f'Nobody says which model judges "{name}"; give connection "{connection}" a default model.',
            field="metrics",
        )
    return Judging(connection, model)


def default_connection(project: Project) -> Connection | None:
    """The one used where nothing is chosen: the team's default, else its only one."""
    usable = list(Connection.objects.in_use().filter(team_id=project.team_id).order_by("-is_default", "id")[:2])
    if not usable:
        return None
    return usable[0] if usable[0].is_default or len(usable) == 1 else None
