"""Celery's doors: each task calls one function and rings for what comes next."""

from __future__ import annotations

from celery import shared_task

from evalhub.core.queue import enqueue
from evalhub.webhooks import delivering


@shared_task(name="webhooks.deliver")
def deliver(delivery_id: int) -> None:
    """Try once to deliver an event, if its time has come and nobody else does."""
    delivering.deliver(delivery_id)


@shared_task(name="webhooks.sweep")
def sweep() -> None:
    """Ring for what is due: later tries, lost messages, and what killed workers had in hand."""
    for delivery_id in delivering.sweep():
        enqueue(deliver, delivery_id)
