"""A delivery's way: who may try it, what came of it, when it is tried again, and when it is given up."""

from __future__ import annotations

import logging
import random
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from evalhub.connections.endpoint import allowed_hosts
from evalhub.core.errors import EvalHubError
from evalhub.webhooks.choices import DeliveryState
from evalhub.webhooks.models import ANSWER_BYTES, Delivery, Webhook
from evalhub.webhooks.sending import Message, Outcome, send

logger = logging.getLogger(__name__)

# Rung for at a time, so that one receiver's backlog leaves workers room for other things.
_RUNG_AT_ONCE = 100
_LOG_KEPT = timedelta(days=30)
_FORGOTTEN_AT_ONCE = 1000
_LONGEST_WAIT = 86_400.0
GONE = "The receiver answered 410 Gone, which means that it wants no more events."


def deliver(delivery_id: int) -> None:
    """Try once, if its time has come and nobody else does."""
    delivery = _claim(delivery_id)
    if delivery is not None:
        _settle(delivery, _try(delivery))


def _claim(delivery_id: int) -> Delivery | None:
    """Take the delivery for one try; another worker takes it up when the lease runs out without a word."""
    with transaction.atomic():
        free = Delivery.objects.due().filter(pk=delivery_id, tries__lt=most_tries())
        delivery = free.select_for_update(of=("self",), skip_locked=True).select_related("webhook").first()
        if delivery is None:
            return None
        delivery.state = DeliveryState.SENDING
        delivery.token += 1
        delivery.tries += 1
        delivery.rung_at = None
        lease = timedelta(seconds=settings.EVALHUB_WEBHOOK_SECONDS + settings.EVALHUB_LEASE_SECONDS)
        delivery.lease_until, delivery.tried_at = Now() + lease, Now()
        delivery.save(update_fields=["state", "token", "tries", "rung_at", "lease_until", "tried_at"])
        return delivery


def most_tries() -> int:
    """The first one, and one after each wait."""
    return len(settings.EVALHUB_WEBHOOK_WAITS) + 1


def _try(delivery: Delivery) -> Outcome:
    try:
        message = Message(
            url=delivery.webhook.url,
            message_id=delivery.message_id,
            body=delivery.body,
            secret=delivery.webhook.reveal_secret(),
            seconds=settings.EVALHUB_WEBHOOK_SECONDS,
            answer_bytes=ANSWER_BYTES,
        )
    except EvalHubError as error:
        return Outcome(milliseconds=0, error=error.message)
    return send(message, allowed=allowed_hosts())


@transaction.atomic
def _settle(delivery: Delivery, outcome: Outcome) -> None:
    """Write down what came of the try, unless another worker has the delivery by now."""
    mine = Delivery.objects.filter(pk=delivery.pk, token=delivery.token, state=DeliveryState.SENDING)
    state, wait = _next(delivery, outcome)
    written = mine.update(
        state=state,
        next_try_at=None if wait is None else Now() + timedelta(seconds=wait),
        lease_until=None,
        milliseconds=outcome.milliseconds,
        status_code=outcome.status,
        answer=outcome.answer,
        error=outcome.error,
    )
    logger.info("delivery %s, try %s: %s", delivery.pk, delivery.tries, outcome.status or outcome.error)
    if written and outcome.is_gone:
        switch_off(delivery.webhook_id, note=GONE)


def _next(delivery: Delivery, outcome: Outcome) -> tuple[DeliveryState, float | None]:
    """The state after a try, and the seconds until the next one where there is one."""
    if outcome.is_delivered:
        return DeliveryState.DELIVERED, None
    if outcome.is_gone or delivery.tries >= most_tries() or not _is_on(delivery.webhook_id):
        return DeliveryState.GIVEN_UP, None
    wait = settings.EVALHUB_WEBHOOK_WAITS[delivery.tries - 1] * random.uniform(1.0, 1.1)  # noqa: S311  # spreads tries
    return DeliveryState.WAITING, max(wait, min(outcome.asked_wait or 0.0, _LONGEST_WAIT))


def _is_on(webhook_id: int) -> bool:
    """Whether further tries are wanted; held until the end of the transaction, so that `switch_off` misses none."""
    held = Webhook.objects.select_for_update(no_key=True).filter(pk=webhook_id)
    return bool(held.values_list("is_active", flat=True).first())


def switch_off(webhook_id: int, *, note: str = "") -> None:
    """Tell the receiver nothing more by itself; what waits is given up, and can be delivered again by hand.

    The caller holds a transaction.
    """
    Webhook.objects.filter(pk=webhook_id).update(is_active=False, note=note)
    Delivery.objects.filter(webhook_id=webhook_id, state=DeliveryState.WAITING).update(
        state=DeliveryState.GIVEN_UP, next_try_at=None, error=note or "The webhook was switched off."
    )


@transaction.atomic
def sweep() -> list[int]:
    """Ids of deliveries that workers have to be told of (again), each at most once in a while."""
    _give_up_hopeless()
    _forget_old()
    lately = Now() - timedelta(seconds=settings.EVALHUB_RING_SECONDS)
    unheard = Delivery.objects.due().filter(Q(rung_at=None) | Q(rung_at__lte=lately)).order_by("next_try_at", "id")
    ids = list(unheard.select_for_update(skip_locked=True).values_list("id", flat=True)[:_RUNG_AT_ONCE])
    Delivery.objects.filter(id__in=ids).update(rung_at=Now())
    return ids


def _give_up_hopeless() -> None:
    hopeless = Delivery.objects.filter(state=DeliveryState.SENDING, lease_until__lte=Now(), tries__gte=most_tries())
    hopeless.update(
        state=DeliveryState.GIVEN_UP,
        next_try_at=None,
        lease_until=None,
        token=F("token") + 1,
        error="The worker that tried last stopped without a word.",
    )


def _forget_old() -> None:
    """Throw the log's oldest rows away, a part at a time."""
    old = Delivery.objects.filter(created_at__lt=timezone.now() - _LOG_KEPT)
    over = old.filter(state__in=(DeliveryState.DELIVERED, DeliveryState.GIVEN_UP))
    Delivery.objects.filter(id__in=list(over.values_list("id", flat=True)[:_FORGOTTEN_AT_ONCE])).delete()
