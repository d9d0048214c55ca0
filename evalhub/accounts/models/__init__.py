"""Every model of accounts, under one name."""

from __future__ import annotations

from evalhub.accounts.models.audit import AuditEntry, AuditEntryQuerySet
from evalhub.accounts.models.invitation import Invitation, InvitationQuerySet
from evalhub.accounts.models.people import (
    ApiKey,
    ApiKeyQuerySet,
    Membership,
    Project,
    ProjectQuerySet,
    Team,
    TeamQuerySet,
    User,
    UserManager,
    hash_api_key,
)

__all__ = [
    "ApiKey",
    "ApiKeyQuerySet",
    "AuditEntry",
    "AuditEntryQuerySet",
    "Invitation",
    "InvitationQuerySet",
    "Membership",
    "Project",
    "ProjectQuerySet",
    "Team",
    "TeamQuerySet",
    "User",
    "UserManager",
    "hash_api_key",
]
