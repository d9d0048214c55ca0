"""Writing events down for the webhooks that asked for them, in the transaction that makes them true."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.utils import timezone

from evalhub.core.queue import enqueue
from evalhub.webhooks.choices import EventType
from evalhub.webhooks.models import Delivery, Webhook
from evalhub.webhooks.tasks import deliver


def is_awaited(event: EventType, *, project_id: int) -> bool:
    """Whether any webhook of the project is told of such events; spares putting them together where none is."""
    return Webhook.objects.told_of(event, project_id=project_id).exists()


def record_event(event: EventType, *, project_id: int, subject: str, content: Mapping[str, Any]) -> list[Delivery]:
    """Have the project's webhooks told; the caller's transaction decides whether it happened at all.

    `subject` names for the log what the event is about.
    """
    webhooks = Webhook.objects.told_of(event, project_id=project_id)
    return record_for(webhooks, event=event, subject=subject, content=content)


def record_for(
    webhooks: Iterable[Webhook], *, event: EventType, subject: str, content: Mapping[str, Any]
) -> list[Delivery]:
    """Write a delivery for each of the webhooks, and ring for them on commit."""
    now = timezone.now()
    body = orjson.dumps({"type": event, "timestamp": now, "data": content}, option=orjson.OPT_UTC_Z).decode()
    times = {"created_at": now, "next_try_at": now, "rung_at": now}
    deliveries = Delivery.objects.bulk_create(
        Delivery(webhook=webhook, event=event, subject=subject, body=body, **times) for webhook in webhooks
    )
    for delivery in deliveries:
        enqueue(deliver, delivery.pk)
    return deliveries
