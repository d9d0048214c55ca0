"""What is evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.connections.models import Connection
from evalhub.core.ids import public_id
from metrics.choices import Need
from runs.choices import TargetKind, in_choices

if TYPE_CHECKING:
    from typing import Self


class TargetQuerySet(models.QuerySet["Target"]):
    """Reads of targets."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(project__team__memberships__user_id=user.pk) if user.is_authenticated else self.none()

    def usable_in(self, project: Project) -> Self:
        """What a run of the project may be of: its own targets and those of its team's library."""
        library = Q(project__team_id=project.team_id, project__is_library=True)
        return self.filter(Q(project=project) | library, deleted_at=None)

    def asked(self) -> Self:
        """Those that are asked for their answers."""
        return self.exclude(kind=TargetKind.RECORDED)


class Target(models.Model):
    """A model behind a connection with its system message, template and parameters, an HTTP endpoint, or *recorded*.

    `version_hash` covers all that shapes its answers; `version` is the name people give that state (release, commit).
    """

    uuid = public_id()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="targets")
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    kind = models.CharField(max_length=16, choices=TargetKind, default=TargetKind.RECORDED)
    version = models.CharField(max_length=200, blank=True)
    version_hash = models.CharField(max_length=64, blank=True)
    connection = models.ForeignKey(
        Connection,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="targets",
    )
    model = models.CharField(max_length=200, blank=True)
    system_message = models.TextField(blank=True)
    template = models.TextField(blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    request = models.JSONField(
        default=dict,
        blank=True,
        help_text="Of an HTTP endpoint: body template and answer paths.",
    )
    settings = models.JSONField(
        default=dict,
        blank=True,
        help_text="What a vendor's client sent besides, kept as it is.",
    )
    tags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        ordering = ("name", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("project", "name", "version"),
                condition=Q(deleted_at=None),
                name="runs_target_version_once_per_project",
            ),
            models.CheckConstraint(
                condition=Q(**in_choices("kind", TargetKind)),
                name="runs_target_kind_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()

    @property
    def is_asked(self) -> bool:
        """Whether it has to be asked for its answers."""
        return self.kind != TargetKind.RECORDED

    @property
    def model_in_force(self) -> str:
        """The model that a chat target asks: its own, else the default one of its connection."""
        of_connection = self.connection.default_model if self.connection and self.kind == TargetKind.CHAT_MODEL else ""
        return self.model or of_connection

    @property
    def brings(self) -> frozenset[Need]:
        """What its answers may hold beside the output, and what is measured of them."""
        if not self.is_asked:
            return frozenset()
        paths = self.request.get("paths", {})
        is_chat = self.kind == TargetKind.CHAT_MODEL
        found = {
            Need.LATENCY: True,
            Need.CONTEXT: bool(paths.get("context")),
            Need.TOOLS: is_chat or bool(paths.get("tool_calls")),
            Need.COST: self._has_prices if is_chat else bool(paths.get("cost")),
        }
        return frozenset(need for need, is_there in found.items() if is_there)

    @property
    def _has_prices(self) -> bool:
        connection = self.connection
        return connection is not None and None not in (connection.input_price, connection.output_price)
