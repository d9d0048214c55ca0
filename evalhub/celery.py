"""The Celery application that `celery -A evalhub` finds."""

from __future__ import annotations

import gc
import os

from celery import Celery
from celery.signals import worker_before_create_process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")

app = Celery("evalhub")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["runs.execution"])


@worker_before_create_process.connect
def _share_memory_with_children(**_: object) -> None:
    """Keep the collector off what is loaded already: touching it would copy it into each child."""
    gc.freeze()
