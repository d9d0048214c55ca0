"""Celery's doors: each task calls one function and rings for what comes next."""

from __future__ import annotations

from celery import shared_task

from evalhub.core.queue import enqueue
from evalhub.notices import mailing


@shared_task(name="notices.send_mail")
def send_mail(notice_id: int) -> None:
    """Send a notice by mail, if its letter waits."""
    mailing.send(notice_id)


@shared_task(name="notices.sweep")
def sweep() -> None:
    """Ring for the letters that are due: later tries and lost messages."""
    for notice_id in mailing.sweep():
        enqueue(send_mail, notice_id)
