"""What every page's frame shows: where the person is, and where they can go from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from evalhub.accounts.models import Project, Team, User

# Which project a page belongs to, by the argument that its address carries.
_PROJECT_LOOKUPS = {
    "project_id": "id",
    "run_id": "runs",
    "dataset_id": "datasets",
    "import_id": "dataset_imports",
}
_PROJECTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class NavLink:
    """One line of the sidebar."""

    label: str
    icon: str
    href: str
    is_current: bool
    key: str = ""


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Lines that belong together."""

    title: str
    links: tuple[NavLink, ...]


@dataclass(frozen=True, slots=True)
class SwitchEntry:
    """A project that the person can switch to."""

    name: str
    href: str
    team_name: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Navigation:
    """The sidebar of one page."""

    team: Team | None = None
    project: Project | None = None
    projects: tuple[SwitchEntry, ...] = ()
    groups: tuple[NavGroup, ...] = ()


def navigation(request: HttpRequest) -> dict[str, Any]:
    """The sidebar; read only when a template asks, so that a fragment costs nothing."""
    return {"navigation": SimpleLazyObject(lambda: _navigation(request))}


def _navigation(request: HttpRequest) -> Navigation:
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return Navigation()
    path = request.path
    projects = list(Project.objects.visible_to(user).for_pages().select_related("team")[:_PROJECTS_SHOWN])
    project = _current_project(request, user, projects)
    team = project.team if project else _current_team(request, user, projects)
    groups = [_group("", path, [("Home", "home", reverse("runs:home"), "h")])]
    if project:
        groups.append(_project_group(project, path))
    if team:
        groups.append(_team_group(team, path))
    return Navigation(
        team=team,
        project=project,
        projects=tuple(_switch_entry(each, project) for each in projects),
        groups=tuple(groups),
    )


def _current_project(request: HttpRequest, user: User, projects: list[Project]) -> Project | None:
    arguments = request.resolver_match.kwargs if request.resolver_match else {}
    for argument, lookup in _PROJECT_LOOKUPS.items():
        if argument in arguments:
            value = arguments[argument]
            known = next((each for each in projects if lookup == "id" and each.pk == value), None)
            found = Project.objects.visible_to(user).select_related("team").filter(**{lookup: value})
            return known or found.first()
    return None


def _current_team(request: HttpRequest, user: User, projects: list[Project]) -> Team | None:
    arguments = request.resolver_match.kwargs if request.resolver_match else {}
    teams = Team.objects.visible_to(user)
    if "team_slug" in arguments:
        return teams.filter(slug=arguments["team_slug"]).first()
    return projects[0].team if projects else teams.first()


def _project_group(project: Project, path: str) -> NavGroup:
    here = [project.pk]
    return _group(
        "Project",
        path,
        [
            ("Overview", "chart-bar", reverse("runs:project_overview", args=here), "o"),
            ("Runs", "play", reverse("runs:run_list", args=here), "r"),
            ("Datasets", "table-cells", reverse("runs:dataset_list", args=here), "d"),
            ("Settings", "adjustments-horizontal", reverse("runs:project_settings", args=here), "s"),
        ],
    )


def _team_group(team: Team, path: str) -> NavGroup:
    return _group(
        team.name,
        path,
        [
            ("People", "users", reverse("accounts:team_detail", args=[team.slug]), "p"),
            ("API keys", "key", reverse("accounts:api_key_list", args=[team.slug]), "k"),
        ],
    )


def _group(title: str, path: str, links: list[tuple[str, str, str, str]]) -> NavGroup:
    return NavGroup(
        title, tuple(NavLink(label, icon, href, is_current=path == href, key=key) for label, icon, href, key in links)
    )


def _switch_entry(project: Project, current: Project | None) -> SwitchEntry:
    return SwitchEntry(
        name=project.name,
        href=reverse("runs:project_overview", args=[project.pk]),
        team_name=project.team.name,
        is_current=project == current,
    )
