"""Writes of people, teams, projects and keys."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import Changes, differences, fields_of, record
from evalhub.accounts.choices import AuditAction, Role
from evalhub.accounts.leaving import release_all
from evalhub.accounts.models import (
    ApiKey,
    Membership,
    Project,
    Team,
    User,
    hash_api_key,
)
from evalhub.core.errors import Conflict, Invalid, NotAllowed

# The Valiqor client refuses keys that begin otherwise, before any request.
API_KEY_PREFIX = "vq_"
_KEY_LENGTH = 40
# What people say of a project.
_SETTINGS = ("name", "description", "model_name", "quality_threshold")
_KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key; `secret` is shown once and not kept."""

    key: ApiKey
    secret: str


def has_any_user() -> bool:
    """Whether somebody can sign in already."""
    return User.objects.exists()


@transaction.atomic
def create_first_admin(*, email: str, password: str, name: str, team_name: str = "My team") -> User:
    """Make the first person, an admin of the whole server and owner of the first team. Raises `Conflict`, `Invalid`."""
    if has_any_user():
        raise Conflict(
            "already_set_up",
            "There is an account already; ask its owner for an invitation.",
        )
    _check_credentials(email, password)
    user = User.objects.create_superuser(email=email, password=password, name=name or email)
    create_team(name=team_name, owner=user)
    return user


def _check_credentials(email: str, password: str) -> None:
    try:
        validate_email(email)
        validate_password(password, User(email=email))
    except ValidationError as error:
        raise Invalid("account_invalid", " ".join(error.messages)) from error


@transaction.atomic
def create_team(*, name: str, owner: User) -> Team:
    """Make a team with its library project."""
    team = Team.objects.create(name=name, slug=_free_slug(name))
    Membership.objects.create(team=team, user=owner, role=Role.OWNER)
    Project.objects.create(team=team, key="library", name="Library", is_library=True)
    record(team=team, by=owner, action=AuditAction.CREATED, subject=team)
    return team


def _free_slug(name: str) -> str:
    base = slugify(name) or "team"
    taken = set(Team.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)


@transaction.atomic
def create_project(
    *,
    team: Team,
    name: str,
    by: User,
    key: str = "",
    model_name: str = "",
    quality_threshold: float = 0.7,
) -> Project:
    """Make a project. Raises `NotAllowed`, `Invalid` for an empty name, `Conflict` for one in use."""
    require_right(by, Right.CREATE_PROJECT, team)
    name = name.strip()
    if not name:
        raise Invalid("name_missing", "A project needs a name.", field="name")
    key = key or _free_key(team, name)
    if team.projects.filter(name=name).exists() or team.projects.filter(key=key).exists():
        raise Conflict(
            "project_exists",
            f'The team has a project called "{name}" already; choose another name.',
        )
    project = Project.objects.create(
        team=team,
        name=name,
        key=key,
        model_name=model_name,
        quality_threshold=quality_threshold,
    )
    record(team=team, by=by, action=AuditAction.CREATED, subject=project, project=project)
    return project


def _free_key(team: Team, name: str) -> str:
    """The name as a key; numbered where another project of a name much like it has that key."""
    base = slugify(name)[:100] or f"project-{secrets.token_hex(4)}"
    taken = set(team.projects.filter(key__startswith=base).values_list("key", flat=True))
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(key for key in candidates if key not in taken)


@transaction.atomic
def edit_project(
    project: Project, *, by: User, name: str, description: str, model_name: str, quality_threshold: float
) -> Project:
    """Change what the project is called and wants. Raises `NotAllowed`, `Invalid`, `Conflict` for a name in use."""
    require_right(by, Right.CONFIGURE, project)
    name = name.strip()
    if not name:
        raise Invalid("name_missing", "A project needs a name.", field="name")
    if Project.objects.filter(team_id=project.team_id, name=name).exclude(pk=project.pk).exists():
        raise Conflict(
            "project_exists", f'The team has a project called "{name}" already; choose another name.', field="name"
        )
    if not 0 <= quality_threshold <= 1:
        raise Invalid("threshold_out_of_range", "The threshold must be between 0 and 1.", field="quality_threshold")
    before = fields_of(project, *_SETTINGS)
    project.name, project.description = name, description.strip()
    project.model_name, project.quality_threshold = model_name.strip(), quality_threshold
    project.save(update_fields=_SETTINGS)
    _record_of(project, by, AuditAction.CHANGED, changes=differences(before, fields_of(project, *_SETTINGS)))
    return project


def _record_of(project: Project, by: User, action: AuditAction, changes: Changes | None = None) -> None:
    record(team=project.team, by=by, action=action, subject=project, project=project, changes=changes)


@transaction.atomic
def archive_project(project: Project, *, by: User) -> None:
    """Take the project out of the lists; everything in it stays and keeps its address."""
    require_right(by, Right.CONFIGURE, project)
    if Project.objects.filter(pk=project.pk, archived_at=None).update(archived_at=timezone.now()):
        _record_of(project, by, AuditAction.ARCHIVED)


@transaction.atomic
def restore_project(project: Project, *, by: User) -> None:
    """Bring an archived project back into the lists."""
    require_right(by, Right.CONFIGURE, project)
    if Project.objects.filter(pk=project.pk).exclude(archived_at=None).update(archived_at=None):
        _record_of(project, by, AuditAction.RESTORED)


@transaction.atomic
def add_member(*, team: Team, email: str, role: Role, by: User) -> Membership:
    """Take a person who has an account into the team. Raises `NotAllowed`, `Invalid`, `Conflict` for a member."""
    require_right(by, Right.MANAGE_PEOPLE, team)
    _require_may_make_owner(by, team, role)
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise Invalid(
            "account_unknown",
            f'No account has the address "{email}"; invite this person, and the link lets them make one.',
            field="email",
        )
    membership, is_new = Membership.objects.get_or_create(team=team, user=user, defaults={"role": role})
    if not is_new:
        raise Conflict(
            "member_already",
            f"{user} is in the team already, as {membership.get_role_display().lower()}.",
            field="email",
        )
    record(team=team, by=by, action=AuditAction.ADDED, subject=membership, changes={"role": [None, role]})
    return membership


@transaction.atomic
def set_report_sharing(team: Team, *, is_allowed: bool, by: User) -> Team:
    """Say whether members may give reports to people without an account. Forbidden, links that exist stop opening."""
    require_right(by, Right.MANAGE_PEOPLE, team)
    changes = differences({"shares_reports": team.shares_reports}, {"shares_reports": is_allowed})
    team.shares_reports = is_allowed
    team.save(update_fields=["shares_reports"])
    record(team=team, by=by, action=AuditAction.CHANGED, subject=team, changes=changes)
    return team


@transaction.atomic
def change_role(membership: Membership, *, role: Role, by: User) -> Membership:
    """Give a member another role. Raises `NotAllowed`, and `Conflict` when the team would be left without an owner."""
    team = _lock_people(membership.team)
    require_right(by, Right.MANAGE_PEOPLE, team)
    _require_may_make_owner(by, team, role, Role(membership.role))
    if role != Role.OWNER:
        _require_other_owner(membership)
    changes = differences({"role": membership.role}, {"role": role.value})
    membership.role = role
    membership.save(update_fields=["role"])
    record(team=team, by=by, action=AuditAction.CHANGED, subject=membership, changes=changes)
    return membership


@transaction.atomic
def remove_member(membership: Membership, *, by: User) -> None:
    """Take a person out of the team with what they hold in it; everybody may leave. Raises as `change_role`.

    Their keys are revoked, their schedules paused, and open reviews wait for somebody else.
    """
    team = _lock_people(membership.team)
    if membership.user != by:
        require_right(by, Right.MANAGE_PEOPLE, team)
        _require_may_make_owner(by, team, Role(membership.role))
    _require_other_owner(membership)
    for key in ApiKey.objects.filter(team=team, user=membership.user, revoked_at=None):
        _revoke(key, by=by)
    release_all(team, membership.user)
    action = AuditAction.LEFT if membership.user == by else AuditAction.REMOVED
    record(team=team, by=by, action=action, subject=membership, changes={"role": [membership.role, None]})
    membership.delete()


@transaction.atomic
def transfer_ownership(membership: Membership, *, by: User) -> None:
    """Make the member an owner in the place of `by`, who stays as admin. Raises `NotAllowed`, `Conflict`."""
    team = _lock_people(membership.team)
    require_right(by, Right.OWN_TEAM, team)
    if membership.user == by:
        raise Conflict("owner_already", "You own the team already; choose somebody else.")
    Membership.objects.filter(pk=membership.pk).update(role=Role.OWNER)
    Membership.objects.filter(team=team, user=by).update(role=Role.ADMIN)
    changes: Changes = {"role": [membership.role, Role.OWNER.value], "former_owner": [None, str(by)]}
    record(team=team, by=by, action=AuditAction.TRANSFERRED, subject=membership, changes=changes)


@transaction.atomic
def edit_team(team: Team, *, name: str, requires_second_factor: bool, by: User) -> Team:
    """Change what the team is called and what it asks of its members. Raises `NotAllowed`, `Invalid`."""
    require_right(by, Right.OWN_TEAM, team)
    if not name.strip():
        raise Invalid("name_missing", "A team needs a name.", field="name")
    before = fields_of(team, "name", "requires_second_factor")
    team.name, team.requires_second_factor = name.strip(), requires_second_factor
    team.save(update_fields=list(before))
    changes = differences(before, fields_of(team, *before))
    record(team=team, by=by, action=AuditAction.CHANGED, subject=team, changes=changes)
    return team


def _lock_people(team: Team) -> Team:
    """Two owners who step down at once wait for each other here."""
    return Team.objects.select_for_update().get(pk=team.pk)


def _require_may_make_owner(by: User, team: Team, *roles: Role) -> None:
    if Role.OWNER in roles:
        require_right(by, Right.OWN_TEAM, team)


def _require_other_owner(membership: Membership) -> None:
    owners = Membership.objects.filter(team=membership.team, role=Role.OWNER)
    if membership.role == Role.OWNER and not owners.exclude(pk=membership.pk).exists():
        raise Conflict(
            "last_owner", f"{membership.user} is the only owner of the team; make somebody else an owner first."
        )


def use_api_key(secret: str) -> ApiKey | None:
    """The key that opens the door, its `user` held to the key's limits; None for one that is unknown or closed."""
    key = ApiKey.objects.matching(secret).select_related("user", "team").first()
    if key is not None:
        key.user.came_by = key
        key.note_use()
    return key


@transaction.atomic
def revoke_api_key(key: ApiKey, *, by: User) -> None:
    """Close the door for a key. Its owner may, and whoever manages people. Raises `NotAllowed`."""
    require_right(by, Right.MANAGE_KEYS if key.user == by else Right.MANAGE_PEOPLE, key.team)
    _revoke(key, by=by)


def _revoke(key: ApiKey, *, by: User) -> None:
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record(team=key.team, by=by, action=AuditAction.REVOKED, subject=key, project=key.project)


@transaction.atomic
def issue_api_key(
    *,
    team: Team,
    user: User,
    name: str,
    project: Project | None = None,
    role: Role | None = None,
    expires_at: datetime | None = None,
) -> IssuedKey:
    """Make a key for the person in the team. Raises `NotAllowed` when they lack the right.

    A program makes no key that may more, or works longer, than the one it came by: left open, it gets as much.
    """
    require_right(user, Right.MANAGE_KEYS, team)
    if user.came_by is not None:
        role, expires_at = _held_by(user.came_by, role, expires_at)
    secret = API_KEY_PREFIX + "".join(secrets.choice(_KEY_ALPHABET) for _ in range(_KEY_LENGTH))
    key = ApiKey.objects.create(
        team=team,
        user=user,
        project=project,
        role=role or "",
        name=name,
        hint=secret[:8],
        key_hash=hash_api_key(secret),
        expires_at=expires_at,
    )
    changes = differences({}, fields_of(key, "role", "expires_at"))
    record(team=team, by=user, action=AuditAction.CREATED, subject=key, project=project, changes=changes)
    return IssuedKey(key=key, secret=secret)


def _held_by(came_by: ApiKey, role: Role | None, expires_at: datetime | None) -> tuple[Role | None, datetime | None]:
    """The role and the end that are left open are those of the key in use; neither may go beyond it."""
    own_role = Role(came_by.role) if came_by.role else None
    role = role or own_role
    expires_at = expires_at or came_by.expires_at
    may_more = own_role is not None and role is not None and role.rank > own_role.rank
    if may_more or (came_by.expires_at is not None and expires_at is not None and expires_at > came_by.expires_at):
        raise NotAllowed(
            "key_exceeds_own", "A key cannot make one that may more or works longer than itself; use the page of keys."
        )
    return role, expires_at
