"""Closed vocabularies of people and rights."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    """What a member may do in a team, from least to most; each role has all rights of those before it."""

    VIEWER = "viewer", "Viewer"
    REVIEWER = "reviewer", "Reviewer"
    EDITOR = "editor", "Editor"
    ADMIN = "admin", "Admin"
    OWNER = "owner", "Owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)
