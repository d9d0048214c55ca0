"""Closed vocabularies of webhooks."""

from __future__ import annotations

from django.db.models import TextChoices


class EventType(TextChoices):
    """What a webhook can be told of."""

    RUN_FINISHED = "run.finished", "A run is over"
    RUN_REGRESSED = "run.regressed", "A run is worse than the pinned baseline"
    REVIEW_ASSIGNED = "review.assigned", "A review is given to somebody"
    TEST = "webhook.test", "Test event"


# The test event comes when a person asks for it, whatever was chosen.
CHOSEN_EVENTS = tuple((event.value, event.label) for event in EventType if event is not EventType.TEST)


class DeliveryState(TextChoices):
    """Where one event stands on its way to one receiver."""

    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Sending"
    DELIVERED = "delivered", "Delivered"
    GIVEN_UP = "given_up", "Given up"
