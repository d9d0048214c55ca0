"""Writes of webhooks: making, changing and deleting them, their secrets, tests and deliveries by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import Changes, differences, fields_of, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.connections.endpoint import allowed_hosts
from evalhub.connections.hosts import HostRefused
from evalhub.core import crypto
from evalhub.core.errors import Conflict, Invalid
from evalhub.core.queue import enqueue
from evalhub.webhooks.choices import CHOSEN_EVENTS, DeliveryState, EventType
from evalhub.webhooks.delivering import switch_off
from evalhub.webhooks.models import Delivery, Webhook
from evalhub.webhooks.outbox import record_for
from evalhub.webhooks.signing import new_secret
from evalhub.webhooks.tasks import deliver

# One event makes a delivery for each of them.
MOST_WEBHOOKS = 20
# What people say of a webhook.
_TOLD = ("url", "events", "is_active")


@dataclass(frozen=True, slots=True)
class WebhookValues:
    """What a person says about a webhook."""

    url: str
    events: Sequence[str]
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class IssuedSecret:
    """A webhook with its new secret in clear, which is shown once."""

    webhook: Webhook
    secret: str


@transaction.atomic
def create_webhook(*, project: Project, values: WebhookValues, by: User) -> IssuedSecret:
    """Have an address told of the project's events. Raises `NotAllowed`, `Invalid`, `Conflict` where there are many."""
    require_right(by, Right.CONFIGURE, project)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)  # also two at once make no more than that
    if project.webhooks.count() >= MOST_WEBHOOKS:
        raise Conflict("too_many_webhooks", f"The project has {MOST_WEBHOOKS} webhooks already; delete one first.")
    _check(values)
    webhook, secret = Webhook(project=project, created_by=by), new_secret()
    webhook.url, webhook.events, webhook.is_active = values.url, _in_order(values.events), values.is_active
    webhook.set_secret(secret)
    webhook.save()
    _record_of(webhook, by, AuditAction.CREATED, changes=differences({}, fields_of(webhook, *_TOLD)))
    return IssuedSecret(webhook, secret)


@transaction.atomic
def edit_webhook(webhook: Webhook, *, values: WebhookValues, by: User) -> Webhook:
    """Change a webhook; one that is switched off gives up what waits. Raises as `create_webhook`."""
    require_right(by, Right.CONFIGURE, webhook.project)
    _check(values)
    before = fields_of(webhook, *_TOLD)
    webhook.url, webhook.events, webhook.is_active = values.url, _in_order(values.events), values.is_active
    webhook.note = "" if values.is_active else webhook.note
    webhook.save(update_fields=["url", "events", "is_active", "note"])
    if not webhook.is_active:
        switch_off(webhook.pk, note=webhook.note)
    _record_of(webhook, by, AuditAction.CHANGED, changes=differences(before, fields_of(webhook, *_TOLD)))
    return webhook


@transaction.atomic
def delete_webhook(webhook: Webhook, *, by: User) -> None:
    """Forget the webhook, its log and what was still to be delivered."""
    require_right(by, Right.CONFIGURE, webhook.project)
    _record_of(webhook, by, AuditAction.DELETED)
    webhook.delete()


@transaction.atomic
def renew_secret(webhook: Webhook, *, by: User) -> IssuedSecret:
    """Sign with a new secret from now on, also what waits."""
    require_right(by, Right.CONFIGURE, webhook.project)
    secret = new_secret()
    webhook.set_secret(secret)
    webhook.save(update_fields=["secret"])
    _record_of(webhook, by, AuditAction.RENEWED)
    return IssuedSecret(webhook, secret)


def _record_of(webhook: Webhook, by: User, action: AuditAction, changes: Changes | None = None) -> None:
    project = webhook.project
    record(team=project.team, by=by, action=action, subject=webhook, project=project, changes=changes)


@transaction.atomic
def send_test(webhook: Webhook, *, by: User) -> Delivery:
    """Deliver a test event, whether the webhook is on or not."""
    require_right(by, Right.CONFIGURE, webhook.project)
    content = {"project": project_content(webhook.project), "webhook": {"id": str(webhook.uuid)}, "sent_by": str(by)}
    return record_for([webhook], event=EventType.TEST, subject=f"sent by {by}", content=content)[0]


@transaction.atomic
def redeliver(delivery: Delivery, *, by: User) -> Delivery:
    """Deliver an event once more, under its old id. Raises `Conflict` while it is on its way."""
    require_right(by, Right.CONFIGURE, delivery.webhook.project)
    over = Delivery.objects.filter(pk=delivery.pk, state__in=(DeliveryState.DELIVERED, DeliveryState.GIVEN_UP))
    now = timezone.now()
    if not over.update(state=DeliveryState.WAITING, tries=0, next_try_at=now, rung_at=now, error=""):
        waiting = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING, next_try_at__gt=now)
        if not waiting.update(next_try_at=now, rung_at=now):
            raise Conflict("delivery_under_way", "This event is being delivered just now; wait until that is over.")
    enqueue(deliver, delivery.pk)
    delivery.refresh_from_db()
    return delivery


def rotate_secrets() -> int:
    """Encrypt all signing secrets again with the first key; gives their number. The caller holds a transaction."""
    webhooks = list(Webhook.objects.select_for_update())
    for webhook in webhooks:
        webhook.secret = crypto.rotate(webhook.secret)
    Webhook.objects.bulk_update(webhooks, ["secret"], batch_size=500)
    return len(webhooks)


def project_content(project: Project) -> dict[str, str]:
    """How every event names its project."""
    return {"id": str(project.uuid), "key": project.key, "name": project.name}


def _check(values: WebhookValues) -> None:
    try:
        allowed_hosts().check_address_of(values.url)
    except HostRefused as refused:
        raise Invalid("host_not_allowed", refused.message, field="url") from None
    parts = urlsplit(values.url)
    if parts.username or parts.password or parts.fragment:
        raise Invalid("url_invalid", "The address is shown to the team: it holds no name, password or #.", field="url")
    if not values.events or not set(values.events) <= {event for event, _ in CHOSEN_EVENTS}:
        known = ", ".join(event for event, _ in CHOSEN_EVENTS)
        raise Invalid("events_invalid", f"Choose at least one of the events {known}.", field="events")


def _in_order(events: Sequence[str]) -> list[str]:
    return [event for event, _ in CHOSEN_EVENTS if event in events]
