"""A turn's parts of the ceilings that all workers together keep."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings

from evalhub.connections.client import ModelClient
from evalhub.connections.grants import return_grant, take_grant
from runs.execution.switchboard import Switchboard

# How often a part is renewed, so that others who came meanwhile get theirs.
RENEW_SECONDS = 1.0


@dataclass(slots=True)
class Shares:
    """Parts of the ceilings of the connections in `clients`, taken under the name `holder`."""

    holder: str
    clients: Mapping[int, ModelClient]
    switchboard: Switchboard
    wanted: int
    _slots: dict[int, int] = field(default_factory=dict)
    _taken_at: float = float("-inf")

    @property
    def is_starved(self) -> bool:
        """Whether others have everything there is of some connection; they make room as they renew."""
        return any(not self._slots.get(connection_id) for connection_id in self.clients)

    def renew(self) -> None:
        """Take the parts, or keep them as large as is fair now."""
        now = time.monotonic()
        if now - self._taken_at < RENEW_SECONDS and not self.is_starved:
            return
        self._taken_at = now
        for connection_id, client in self.clients.items():
            wanted = min(self.wanted, client.endpoint.max_concurrency)
            slots = take_grant(connection_id, holder=self.holder, wanted=wanted, seconds=settings.EVALHUB_LEASE_SECONDS)
            if slots and slots != self._slots.get(connection_id):
                self.switchboard.post(client.set_ceiling, slots)
            self._slots[connection_id] = slots

    def give_back(self) -> None:
        for connection_id in self.clients:
            return_grant(connection_id, holder=self.holder)
