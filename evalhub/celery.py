"""The Celery application that `celery -A evalhub` finds."""

from __future__ import annotations

import gc
import os

from celery import Celery
from celery.signals import beat_init, worker_before_create_process, worker_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")

app = Celery("evalhub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["evalhub.accounts", "evalhub.notices", "evalhub.webhooks", "runs.execution", "runs.services"])


@worker_before_create_process.connect
def _share_memory_with_children(**_: object) -> None:
    """Keep the collector off what is loaded already: touching it would copy it into each child."""
    gc.freeze()


@beat_init.connect
@worker_init.connect
def use_plain_connections(**_: object) -> None:
    """Let each worker process keep one connection of its own.

    A pool would be shared across the fork, or, as Celery guards against that, be built and torn down around every task.
    """
    for database in settings.DATABASES.values():
        database["OPTIONS"].pop("pool", None)
