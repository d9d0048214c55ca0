"""Who is told of what, and each event on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.core import crypto
from evalhub.core.ids import public_id
from evalhub.webhooks.choices import CHOSEN_EVENTS, DeliveryState, EventType

if TYPE_CHECKING:
    from typing import Self

# Of what a receiver answers, in bytes; enough for an error message.
ANSWER_BYTES = 1024


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Reads of webhooks."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(project__team__memberships__user_id=user.pk) if user.is_authenticated else self.none()

    def told_of(self, event: EventType, *, project_id: int) -> Self:
        """Those of the project that are on and asked for such events."""
        return self.filter(project_id=project_id, is_active=True, events__contains=[event])


class Webhook(models.Model):
    """An address that is told of a project's events. The signing secret is encrypted and shown once."""

    uuid = public_id()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=500)
    events = ArrayField(models.CharField(max_length=32, choices=CHOSEN_EVENTS))
    secret = models.BinaryField(editable=False)
    is_active = models.BooleanField(default=True)
    note = models.CharField(max_length=300, blank=True, help_text="Why EvalHub switched it off by itself.")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(events__contained_by=[event for event, _ in CHOSEN_EVENTS]) & Q(events__len__gte=1),
                name="webhooks_events_known",
                violation_error_message="A webhook is told of at least one kind of event, and only of known ones.",
            ),
        )

    def __str__(self) -> str:
        return self.host

    @property
    def host(self) -> str:
        """The name of the receiver, for headings."""
        return urlsplit(self.url).netloc

    @property
    def event_labels(self) -> list[str]:
        return [EventType(event).label for event in self.events]

    def set_secret(self, value: str) -> None:
        """Encrypt and keep the signing secret. The caller saves."""
        self.secret = crypto.encrypt(value)

    def reveal_secret(self) -> str:
        """The signing secret in clear, for the signature and nothing else."""
        return crypto.decrypt(self.secret)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Reads of deliveries."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(webhook__project__team__memberships__user_id=user.pk)

    def for_table(self) -> Self:
        """Rows of the log, the newest first, without what was said and answered."""
        return self.defer("body", "answer").order_by("-id")

    def due(self) -> Self:
        """Those whose next try has come, and those whose worker was not heard of again."""
        waiting = Q(state=DeliveryState.WAITING, next_try_at__lte=Now())
        return self.filter(waiting | Q(state=DeliveryState.SENDING, lease_until__lte=Now()))

    def under_way(self) -> Self:
        """Those that are neither delivered nor given up."""
        return self.filter(state__in=(DeliveryState.WAITING, DeliveryState.SENDING))


class Delivery(models.Model):
    """One event for one webhook, written together with what it tells of, and where it stands.

    `body` is kept as it is sent: its signature is made of these very characters. `token` is raised at each claim, so
    that a worker who was only slow cannot write over what the next one found.
    """

    uuid = public_id()
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.CharField(max_length=32, choices=EventType)
    subject = models.CharField(max_length=250, blank=True, help_text="What the event is about, for the log.")
    body = models.TextField(editable=False)
    state = models.CharField(max_length=16, choices=DeliveryState, default=DeliveryState.WAITING)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # On its way
    next_try_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    token = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)
    # What came of the last try
    tried_at = models.DateTimeField(null=True, blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    status_code = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True, help_text="The beginning of what the receiver answered.")
    error = models.TextField(blank=True, help_text="Why the last try came to nothing.")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("webhook", "-id"), name="webhooks_delivery_log"),
            models.Index(
                fields=("next_try_at",),
                condition=Q(state__in=("waiting", "sending")),
                name="webhooks_delivery_under_way",
            ),
            models.Index(fields=("created_at",), name="webhooks_delivery_age"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(event__in=EventType.values), name="webhooks_delivery_event_known"),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="webhooks_delivery_state_known"),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.WAITING) | Q(next_try_at__isnull=False),
                name="webhooks_delivery_waits_for_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.SENDING) | Q(lease_until__isnull=False),
                name="webhooks_delivery_sent_under_a_lease",
            ),
        )

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"

    @property
    def message_id(self) -> str:
        """What receivers tell repeats by; it stays the same in every try."""
        return f"msg_{self.uuid.hex}"

    @property
    def is_under_way(self) -> bool:
        return self.state in {DeliveryState.WAITING, DeliveryState.SENDING}
