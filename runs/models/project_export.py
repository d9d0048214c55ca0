"""Exports of whole projects: files that a worker makes and people take away for a while."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.core.files import File
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict
from runs.choices import ExportFormat, ExportState, in_choices

if TYPE_CHECKING:
    from typing import Self


class ProjectExportQuerySet(models.QuerySet["ProjectExport"]):
    """Reads of exports."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(project__team__memberships__user_id=user.pk) if user.is_authenticated else self.none()

    def to_make(self) -> Self:
        """Those that nobody makes: new ones, and those whose worker has not been heard of."""
        lost = Q(state=ExportState.WORKING, lease_until__lt=timezone.now())
        return self.filter(Q(state=ExportState.QUEUED) | lost)

    def outdated(self) -> Self:
        return self.filter(state=ExportState.READY, expires_at__lt=timezone.now())


class ProjectExport(models.Model):
    """One export of a project. `done` and `total` count items."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="exports")
    state = models.CharField(max_length=16, choices=ExportState, default=ExportState.QUEUED)
    file_format = models.CharField(max_length=16, choices=ExportFormat, default=ExportFormat.JSONL)
    file = models.FileField(upload_to="exports/", blank=True)
    size_bytes = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    error = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = ProjectExportQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=Q(**in_choices("state", ExportState)), name="runs_export_state_known"),
            models.CheckConstraint(
                condition=Q(**in_choices("file_format", ExportFormat)), name="runs_export_format_known"
            ),
        )

    def __str__(self) -> str:
        return f"export of {self.project} of {self.created_at:%Y-%m-%d}"

    @property
    def file_name(self) -> str:
        """Under which people keep the file."""
        return PurePath(self.file.name or "").name

    def open_file(self) -> File[bytes]:
        """The file, to be read. Raises `Conflict` while there is none, or when it was thrown away."""
        if self.state != ExportState.READY:
            raise Conflict("export_not_ready", f"This export is {self.get_state_display().lower()}; there is no file.")
        return self.file.open("rb")

    @property
    def is_live(self) -> bool:
        return self.state in {ExportState.QUEUED, ExportState.WORKING}
