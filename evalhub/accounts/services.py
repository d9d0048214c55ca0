"""Writes of people, teams, projects and keys."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.text import slugify

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.choices import Role
from evalhub.accounts.models import (
    ApiKey,
    Membership,
    Project,
    Team,
    User,
    hash_api_key,
)
from evalhub.core.errors import Conflict, Invalid

# The Valiqor client refuses keys that begin otherwise, before any request.
API_KEY_PREFIX = "vq_"
_KEY_LENGTH = 40
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
    return team


def _free_slug(name: str) -> str:
    base = slugify(name) or "team"
    taken = set(Team.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = (base, *(f"{base}-{number}" for number in range(2, len(taken) + 3)))
    return next(slug for slug in candidates if slug not in taken)


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
    key = key or slugify(name) or f"project-{secrets.token_hex(4)}"
    if team.projects.filter(name=name).exists() or team.projects.filter(key=key).exists():
        raise Conflict(
            "project_exists",
            f'The team has a project called "{name}" already; choose another name.',
        )
    return Project.objects.create(
        team=team,
        name=name,
        key=key,
        model_name=model_name,
        quality_threshold=quality_threshold,
    )


def issue_api_key(
    *,
    team: Team,
    user: User,
    name: str,
    project: Project | None = None,
    expires_at: datetime | None = None,
) -> IssuedKey:
    """Make a key for the person in the team. Raises `NotAllowed` when they lack the right."""
    require_right(user, Right.MANAGE_KEYS, team)
    secret = API_KEY_PREFIX + "".join(secrets.choice(_KEY_ALPHABET) for _ in range(_KEY_LENGTH))
    key = ApiKey.objects.create(
        team=team,
        user=user,
        project=project,
        name=name,
        hint=secret[:8],
        key_hash=hash_api_key(secret),
        expires_at=expires_at,
    )
    return IssuedKey(key=key, secret=secret)
