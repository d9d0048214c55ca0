"""Endpoints that EvalHub may call to answer or to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from evalhub.accounts.models import Team, User
from evalhub.core import crypto
from evalhub.core.ids import public_id

if TYPE_CHECKING:
    from typing import Self


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Reads of connections."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(team__memberships__user_id=user.pk) if user.is_authenticated else self.none()


class Connection(models.Model):
    """An OpenAI-compatible endpoint with its limits and prices. The key is encrypted and never shown again."""

    uuid = public_id()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="connections")
    name = models.CharField(max_length=120)
    base_url = models.URLField(max_length=500)
    secret = models.BinaryField(default=b"", editable=False)
    default_model = models.CharField(max_length=200, blank=True)
    parameters = models.JSONField(default=dict, blank=True, help_text="Sent with every request, e.g. temperature.")
    max_concurrency = models.PositiveIntegerField(default=20, validators=[MinValueValidator(1)])
    requests_per_minute = models.PositiveIntegerField(null=True, blank=True)
    tokens_per_minute = models.PositiveIntegerField(null=True, blank=True)
    input_price = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        help_text="US dollars per million input tokens.",
    )
    output_price = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        help_text="US dollars per million output tokens.",
    )
    is_default = models.BooleanField(default=False, help_text="Used where nothing else is chosen.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("team", "name"), name="connections_name_once_per_team"),
            models.UniqueConstraint(
                fields=("team",),
                condition=models.Q(is_default=True),
                name="connections_one_default_per_team",
            ),
            models.CheckConstraint(
                condition=models.Q(max_concurrency__gte=1),
                name="connections_concurrency_at_least_one",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def has_secret(self) -> bool:
        return bool(self.secret)

    def set_secret(self, value: str) -> None:
        """Encrypt and keep the key; an empty text removes it. The caller saves."""
        self.secret = crypto.encrypt(value) if value else b""

    def reveal_secret(self) -> str:
        """The key in clear, for the request that needs it and nothing else."""
        return crypto.decrypt(self.secret) if self.secret else ""
