"""Event loops for code that has none, or stands inside another's."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in a thread of its own, whether or not the caller's thread has a running loop already."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="loop") as thread:
        return thread.submit(asyncio.run, work).result()
