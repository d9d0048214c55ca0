"""Starting background tasks, always after the transaction that made their rows."""

from __future__ import annotations

from functools import partial
from typing import ParamSpec, TypeVar

from celery import Task
from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


def enqueue(task: Task[P, R], *args: P.args, **kwargs: P.kwargs) -> None:
    """Ring the broker's bell for `task` once the current transaction has committed.

    A broker that cannot be reached raises nothing here: the rows say what is to be done, and the sweep takes them up.
    """
    transaction.on_commit(partial(task.apply_async, args, kwargs), robust=True)
