"""Moments that a team wants to see beside its numbers: what was released when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.core.ids import public_id

if TYPE_CHECKING:
    from typing import Self


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Reads of releases."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(project__team__memberships__user_id=user.pk) if user.is_authenticated else self.none()


class Release(models.Model):
    """A mark on the time axis of a project's trends: a release, a new prompt, a new provider."""

    uuid = public_id()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="releases")
    name = models.CharField(max_length=120)
    released_at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True)
    link = models.URLField(max_length=500, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ("-released_at", "-id")
        indexes = (models.Index(fields=("project", "-released_at"), name="runs_release_of_project"),)

    def __str__(self) -> str:
        return self.name
