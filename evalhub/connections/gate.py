"""Lets calls through one by one, as the limits allow, in the order in which they came."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from evalhub.connections.limits import AdaptiveLimit, Bucket


class CallsStopped(Exception):
    """The call was not begun, or not tried again, because its client was told to stop."""


@dataclass(slots=True)
class Passage:
    """One call on its way: the epoch of the limit in which it began."""

    epoch: int


class Gate:
    """Holds calls back until there is room at once, in the minute, and in tokens."""

    def __init__(self, limit: AdaptiveLimit, *, requests: Bucket | None = None, tokens: Bucket | None = None) -> None:
        self.limit = limit
        self.in_flight = 0
        self._waiting = 0
        self._requests = requests
        self._tokens = tokens
        self._resting_until = 0.0
        self._stopped = asyncio.Event()
        self._changed = asyncio.Event()
        self._turn = asyncio.Lock()

    @property
    def is_holding_back(self) -> bool:
        """Whether calls wait for nothing but room at once."""
        return self._waiting > 0 and self._seconds_to_wait() <= 0

    def stop(self) -> None:
        """Let nobody through from now on; those who wait leave with `CallsStopped`."""
        self._stopped.set()
        self._changed.set()

    def rest(self, seconds: float) -> None:
        """Let nobody through for so long."""
        self._resting_until = max(self._resting_until, time.monotonic() + seconds)

    async def pause(self, seconds: float) -> None:
        """Wait outside the gate before a further try. Raises `CallsStopped` as soon as the gate is told to stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        self._raise_if_stopped()

    @contextlib.asynccontextmanager
    async def passage(self, *, tokens: int) -> AsyncIterator[Passage]:
        """Room for one call that will take about so many tokens. Raises `CallsStopped`."""
        self._waiting += 1
        try:
            async with self._turn:
                await self._wait_for_room()
                self._take(tokens)
        finally:
            self._waiting -= 1
        try:
            yield Passage(epoch=self.limit.epoch)
        finally:
            self.in_flight -= 1
            self._changed.set()

    def settle_tokens(self, more: int) -> None:
        """Correct what a call was thought to take once it is known."""
        if self._tokens:
            self._tokens.take(more, now=time.monotonic())

    async def _wait_for_room(self) -> None:
        self._raise_if_stopped()
        while self.in_flight >= self.limit.size or self._seconds_to_wait() > 0:
            self._changed.clear()
            full = self.in_flight >= self.limit.size
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if full else self._seconds_to_wait()):
                    await self._changed.wait()
            self._raise_if_stopped()

    def _seconds_to_wait(self) -> float:
        now = time.monotonic()
        waits = [bucket.wait(now=now) for bucket in (self._requests, self._tokens) if bucket]
        return max(self._resting_until - now, *waits, 0.0)

    def _take(self, tokens: int) -> None:
        now = time.monotonic()
        self.in_flight += 1
        if self._requests:
            self._requests.take(1, now=now)
        if self._tokens:
            self._tokens.take(tokens, now=now)

    def _raise_if_stopped(self) -> None:
        if self._stopped.is_set():
            raise CallsStopped("No further calls are made.")
