"""The table of rights, and the one question every write asks before it starts."""

from __future__ import annotations

from enum import StrEnum

from django.contrib.auth.models import AnonymousUser

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, Team, TeamQuerySet, User
from evalhub.core.errors import NotAllowed


class Right(StrEnum):
    """Something a member may do."""

    VIEW = "view"
    REVIEW = "review items"
    HAND_OUT_REVIEWS = "make review queues and hand out their items"
    START_RUN = "start, stop and change runs"
    EDIT_DATASET = "upload and change datasets"
    EDIT_TARGET = "create, change and try out targets"
    CREATE_PROJECT = "create projects"
    CONFIGURE = "configure metrics, thresholds and connections"
    MANAGE_KEYS = "manage their own API keys"
    MANAGE_PEOPLE = "manage people and roles"
    VIEW_AUDIT = "read the audit log"
    EXPORT = "export a whole project"
    DELETE = "delete runs and datasets"
    DELETE_PROJECT = "delete projects and set how long runs are kept"
    OWN_TEAM = "rename or delete the team"


LEAST_ROLE: dict[Right, Role] = {
    Right.VIEW: Role.VIEWER,
    Right.REVIEW: Role.REVIEWER,
    Right.HAND_OUT_REVIEWS: Role.EDITOR,
    Right.START_RUN: Role.EDITOR,
    Right.EDIT_DATASET: Role.EDITOR,
    Right.EDIT_TARGET: Role.EDITOR,
    Right.CREATE_PROJECT: Role.EDITOR,
    Right.MANAGE_KEYS: Role.EDITOR,
    Right.DELETE: Role.EDITOR,
    Right.CONFIGURE: Role.ADMIN,
    Right.MANAGE_PEOPLE: Role.ADMIN,
    Right.VIEW_AUDIT: Role.ADMIN,
    Right.EXPORT: Role.ADMIN,
    Right.DELETE_PROJECT: Role.ADMIN,
    Right.OWN_TEAM: Role.OWNER,
}


def role_in(user: User | AnonymousUser, team: Team) -> Role | None:
    """The person's role in the team as a whole; None for a stranger."""
    return _held_role(user, _member_role(user, team), team_id=team.pk)


def _member_role(user: User | AnonymousUser, team: Team) -> Role | None:
    if not isinstance(user, User) or user.pk is None:
        return None
    if user.is_at_admin_site:
        return Role.OWNER
    role = Membership.objects.filter(team=team, user_id=user.pk).values_list("role", flat=True).first()
    return Role(role) if role else None


def _held_role(
    user: User | AnonymousUser, role: Role | None, *, team_id: int, project_id: int | None = None
) -> Role | None:
    """What is left of the person's role for a program that came in by a key: no more than the key's, and only there."""
    key = user.came_by if isinstance(user, User) else None
    if key is None or role is None:
        return role
    if key.team_id != team_id or key.project_id not in {None, project_id}:
        return None
    return min(role, Role(key.role or role), key=lambda one: one.rank)


def roles_with(right: Right) -> list[Role]:
    """The roles that have the right."""
    return [role for role in Role if role.rank >= LEAST_ROLE[right].rank]


def teams_where(user: User, right: Right) -> TeamQuerySet:
    """The teams in which the person has the right."""
    return Team.objects.filter(memberships__user=user, memberships__role__in=roles_with(right))


def may(user: User | AnonymousUser, right: Right, where: Project | Team) -> bool:
    """Whether the person has the right in the project's team."""
    if isinstance(where, Team):
        return has_right(role_in(user, where), right)
    # A project found by `visible_to` brings its finder's role along.
    seen = vars(where)
    is_known = user.pk is not None and seen.get("member_id") == user.pk
    role = Role(seen["member_role"]) if is_known else _member_role(user, where.team)
    return has_right(_held_role(user, role, team_id=where.team_id, project_id=where.pk), right)


def has_right(role: Role | None, right: Right) -> bool:
    """Whether the role, None for a stranger's, carries the right: for pages that ask for several rights at once."""
    return role is not None and role.rank >= LEAST_ROLE[right].rank


def require_right(user: User | AnonymousUser, right: Right, where: Project | Team) -> None:
    """Raise `NotAllowed` unless the person has the right. Strangers are answered 404 earlier, by `visible_to`."""
    if not may(user, right, where):
        least = LEAST_ROLE[right]
        raise NotAllowed(
            "role_too_low",
            f"To {right} you need the role {least.label.lower()} or higher in this team; ask one of its admins.",
        )
