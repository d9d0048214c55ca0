"""An event loop in a thread of its own, for the calls of one worker process; the process's own thread writes."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")


class Switchboard:
    """Runs coroutines beside the thread that made it. That thread keeps the database to itself."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, name="calls", daemon=True).start()

    def post(self, function: Callable[..., object], *arguments: object) -> None:
        """Have the function called in the loop's thread, soon."""
        self.loop.call_soon_threadsafe(function, *arguments)

    def run(self, coroutine: Coroutine[Any, Any, T], *, timeout: float | None = None) -> T:
        """Wait for the coroutine's result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout)


def switchboard() -> Switchboard:
    """The one of this process; a forked child has none of its parent's threads and gets its own."""
    return _of_process(os.getpid())


@lru_cache(maxsize=1)
def _of_process(_pid: int) -> Switchboard:
    return Switchboard()
