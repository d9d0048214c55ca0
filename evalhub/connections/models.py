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

# The most calls at once where nobody set a ceiling.
AUTOMATIC_CEILING = 256


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Reads of connections."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(team__memberships__user_id=user.pk) if user.is_authenticated else self.none()

    def in_use(self) -> Self:
        """Those that are offered for work: not archived, and with a key of their own if they need one."""
        return self.filter(archived_at=None, takes_lent_keys=False)


class Connection(models.Model):
    """An OpenAI-compatible endpoint with its limits and prices. The key is encrypted and never shown again."""

    uuid = public_id()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="connections")
    name = models.CharField(max_length=120)
    base_url = models.URLField(max_length=500)
    secret = models.BinaryField(default=b"", editable=False)
    default_model = models.CharField(max_length=200, blank=True)
    parameters = models.JSONField(default=dict, blank=True, help_text="Sent with every request, e.g. temperature.")
    max_concurrency = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Calls at once, of all workers together. Empty: as many as the endpoint bears.",
    )
    timeout_seconds = models.PositiveIntegerField(
        default=120,
        validators=[MinValueValidator(1)],
        help_text="A call without an answer is cut off after this long, and tried again.",
    )
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
    takes_lent_keys = models.BooleanField(
        default=False, editable=False, help_text="Has no key: each run that asks it brings its caller's."
    )
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
            models.UniqueConstraint(
                fields=("team",),
                condition=models.Q(takes_lent_keys=True),
                name="connections_one_for_lent_keys_per_team",
            ),
            models.CheckConstraint(
                condition=models.Q(max_concurrency__gte=1),
                name="connections_concurrency_at_least_one",
            ),
            models.CheckConstraint(
                condition=models.Q(timeout_seconds__gte=1),
                name="connections_timeout_at_least_one",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def ceiling(self) -> int:
        """The most calls at once, whether set or not."""
        return self.max_concurrency or AUTOMATIC_CEILING

    @property
    def has_secret(self) -> bool:
        return bool(self.secret)

    def set_secret(self, value: str) -> None:
        """Encrypt and keep the key; an empty text removes it. The caller saves."""
        self.secret = crypto.encrypt(value) if value else b""

    def reveal_secret(self) -> str:
        """The key in clear, for the request that needs it and nothing else."""
        return crypto.decrypt(self.secret) if self.secret else ""


class AllowedHost(models.Model):
    """A host that connections and webhooks may call, beside those of `EVALHUB_ALLOWED_ENDPOINT_HOSTS`."""

    host = models.CharField(
        max_length=300,
        unique=True,
        help_text="A name, *.example.org for all names below one, an address, or a network as 10.0.0.0/8. "
        "A name may end in the one port that is allowed, as judge.example.org:8443.",
    )
    note = models.CharField(max_length=200, blank=True, help_text="Who asked for it, and what for.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("host",)

    def __str__(self) -> str:
        return self.host


class ConnectionGrant(models.Model):
    """Calls at once that one worker may make to a connection, until it is over or given back.

    A grant of none is a worker that waits: the others see what it wants and make room when they renew.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="grants")
    holder = models.CharField(max_length=200)
    wanted = models.PositiveIntegerField()
    slots = models.PositiveIntegerField()
    until = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("connection", "holder"), name="connections_one_grant_per_holder"),
            models.CheckConstraint(
                condition=models.Q(slots__lte=models.F("wanted")), name="connections_grant_at_most_wanted"
            ),
        )

    def __str__(self) -> str:
        return f"{self.slots} calls at once for {self.holder}"
