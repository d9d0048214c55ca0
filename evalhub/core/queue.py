"""Starting background tasks, always after the transaction that made their rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, Protocol, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


class QueuedTask(Protocol[P, R]):
    """What `enqueue` needs of a Celery task."""

    run: Callable[P, R]

    def apply_async(
        self,
        args: tuple[object, ...] | None = ...,
        kwargs: dict[str, object] | None = ...,
    ) -> object: ...


def enqueue(task: QueuedTask[P, R], *args: P.args, **kwargs: P.kwargs) -> None:
    """Ring the broker's bell for `task` once the current transaction has committed.

    A broker that cannot be reached raises nothing here: the rows say what is to be done, and the sweep takes them up.
    """
    transaction.on_commit(partial(task.apply_async, args, kwargs), robust=True)
