"""Ways of looking at a project's runs that a team has kept."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from evalhub.accounts.models import Project, User


class RunView(models.Model):
    """A named list of runs: the filters, the order and the columns that stand in its address."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="run_views")
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True, help_text="What stands after the question mark.")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("project", "name"), name="runs_run_view_name_once_per_project"),)

    def __str__(self) -> str:
        return self.name
