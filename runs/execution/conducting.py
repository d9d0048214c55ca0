"""A worker's turn at a run that asks endpoints: batches opened, items handed out, what comes back written in groups.

Two threads: the calls run in the switchboard's event loop; this one alone uses the database. It looks at what came back
every few milliseconds, so that neither wakes the other for every single call.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from runs.choices import RunState
from runs.execution import claims
from runs.execution.asking import Asker, Lookup
from runs.execution.cache import find_entries
from runs.execution.claims import Claim, ClaimLost
from runs.execution.open_batch import OpenBatch
from runs.execution.plan import Plan
from runs.execution.resuming import owner
from runs.execution.shares import Shares
from runs.execution.switchboard import Switchboard
from runs.execution.traffic import Traffic
from runs.execution.writing import write_group

logger = logging.getLogger(__name__)

# How often this thread looks at what came back; how long a result waits at most until it is written; how often the
# run's state is read and leases are renewed.
TICK_SECONDS, WRITE_SECONDS, WATCH_SECONDS = 0.02, 0.5, 0.4
# Items begun while nobody knows what one costs, and the run must not cost more than its cap.
FEW = 8
# After so long no further batch is opened, so that other runs' messages are heard.
TURN_SECONDS = 60.0
# How long a stopped run waits for the calls under way, which are paid for already.
LAST_CALLS_SECONDS = 10.0
# How often in a row a broken database connection is made anew.
MOST_RECONNECTS, RECONNECT_PAUSE = 6, 0.5


@dataclass(slots=True)
class Conductor:
    """Works the batches that it has claimed, and claims more while there is room for more items."""

    plan: Plan
    asker: Asker
    shares: Shares
    switchboard: Switchboard
    wake: threading.Event
    window: int
    batches: dict[int, OpenBatch] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)
    _watched_at: float = 0.0
    _may_claim: bool = True
    _stops_at: float | None = None
    _reconnects: int = 0
    _seen: tuple[int, int] = (0, 0)
    _lookups: list[Lookup] = field(default_factory=list)

    def work(self, claim: Claim) -> None:
        """Work until there is nothing left that this worker may do."""
        self._open(claim)
        self.shares.renew()
        while self.batches:
            try:
                self._step()
                self._reconnects = 0
            except (OperationalError, InterfaceError):
                if self._reconnects >= MOST_RECONNECTS:
                    raise
                self._reconnect()
            self.wake.wait(TICK_SECONDS)
            self.wake.clear()

    def fail(self, error: str) -> None:
        """Give every batch back after an unforeseen error."""
        self.switchboard.post(self.asker.give_up)
        for batch in self.batches.values():
            claims.fail_try(batch.claim, error)

    def _step(self) -> None:
        self._reload_stale()
        if self._stops_at is None and not self.shares.is_starved:
            self._hand_out()
        self._answer_lookups()
        self._collect()
        now = time.monotonic()
        for batch in list(self.batches.values()):
            if batch.news_count and (batch.is_idle or now - batch.written_at >= WRITE_SECONDS):
                self._write(batch)
        self._leave_idle()
        if now - self._watched_at >= WATCH_SECONDS or self.asker.gate.is_closed:
            self._watch()
            self._watched_at = now

    # Handing out

    def _open(self, claim: Claim) -> OpenBatch:
        batch = OpenBatch.of(claim, self.plan)
        self.batches[claim.batch_id] = batch
        return batch

    def _hand_out(self) -> None:
        while (room := self._room()) > 0 and (batch := self._batch_with_items()):
            self.switchboard.post(self.asker.start, batch.hand_out(room))

    def _room(self) -> int:
        """How many more items may be begun; what waits to be written takes room too."""
        return self._window() - sum(batch.in_hand + batch.news_count for batch in self.batches.values())

    def _window(self) -> int:
        """How many items may be in hand: with a spending cap no more than are asked about at once."""
        gate = self.asker.gate
        if gate.cap is None:
            return self.window
        return FEW if gate.is_blind else min(self.window, sum(one.stats.limit for one in self.asker.clients.values()))

    def _batch_with_items(self) -> OpenBatch | None:
        found = next((batch for batch in self.batches.values() if batch.has_items()), None)
        if found or not self._may_claim:
            return found
        claim = claims.claim_next(self.plan.run.pk, owner=owner())
        self._may_claim = claim is not None and time.monotonic() - self._began < TURN_SECONDS
        if claim is None:
            return None
        try:
            batch = self._open(claim)
        except ClaimLost:
            return None
        return batch if batch.has_items() else None

    # Taking back

    def _answer_lookups(self) -> None:
        """Say what the cache has; who asked waits until the database has answered."""
        self._lookups.extend(self.asker.take_lookups())
        for kind in {lookup.kind for lookup in self._lookups}:
            of_kind = [lookup for lookup in self._lookups if lookup.kind == kind]
            kept = find_entries(self.plan.run, kind=kind, key_hashes={lookup.key_hash for lookup in of_kind})
            self.switchboard.post(Asker.answer_lookups, [(one, kept.get(one.key_hash)) for one in of_kind])
        self._lookups.clear()

    def _collect(self) -> None:
        for event in self.asker.take_events():
            batch = self.batches.get(event.batch)
            if batch is not None:
                batch.take(event)

    def _write(self, batch: OpenBatch) -> None:
        group, taken = batch.next_group()
        self._add_stats(group.traffic)
        try:
            state = write_group(batch.claim, self.plan, batch.chunk, group)
        except ClaimLost:
            self._drop(batch)
            return
        batch.written(taken)
        self.asker.gate.written(group.traffic.target_cost + group.traffic.judge_cost)
        if state not in {RunState.ANSWERING, RunState.SCORING}:
            self._stop()

    def _add_stats(self, traffic: Traffic) -> None:
        """What the clients counted since they were looked at last; which batch it belongs to does not matter."""
        stats = [client.stats for client in self.asker.clients.values()]
        seen = (sum(one.retries for one in stats), sum(one.rate_limited for one in stats))
        traffic.retries, traffic.rate_limited = seen[0] - self._seen[0], seen[1] - self._seen[1]
        traffic.in_flight = sum(one.in_flight for one in stats) // len(self.batches)
        self._seen = seen

    def _leave_idle(self) -> None:
        """Finish batches of which everything is written; give them back unfinished when the run was stopped."""
        for batch in [batch for batch in self.batches.values() if batch.is_idle and not batch.news_count]:
            if self._stops_at is not None:
                claims.release_batch(batch.claim)
            elif batch.has_items():
                continue
            elif batch.is_complete:
                claims.finish_batch(batch.claim)
            else:
                claims.fail_try(batch.claim, "Some of its items came to no end.")
            del self.batches[batch.claim.batch_id]

    def _drop(self, batch: OpenBatch) -> None:
        """Leave a batch that another worker has by now, or that is deleted."""
        logger.info("batch %s was taken up by another worker", batch.claim.batch_id)
        self.switchboard.post(self.asker.give_up, batch.claim.batch_id)
        del self.batches[batch.claim.batch_id]

    # Watching

    def _watch(self) -> None:
        """Notice that the run was stopped, keep leases, and see what others have spent."""
        standing = claims.standing_of(self.plan.run.pk)
        self._keep_leases()
        if standing is None or standing.state not in {RunState.ANSWERING, RunState.SCORING}:
            self._stop()
        else:
            self.shares.renew()
            self.asker.gate.spent_in_all(standing.spent)
            if standing.state == RunState.ANSWERING and standing.answered >= self.plan.run.item_count:
                claims.move_run(self.plan.run.pk, old=[RunState.ANSWERING], new=RunState.SCORING)
        if self.asker.gate.is_closed and self._stops_at is None:
            claims.halt_run(self.plan.run.pk, self.asker.gate.reason)
            self._stop()
        if self._stops_at is not None and time.monotonic() > self._stops_at:
            self.switchboard.post(self.asker.give_up)

    def _keep_leases(self) -> None:
        now = time.monotonic()
        for batch in list(self.batches.values()):
            if now - batch.kept_at > settings.EVALHUB_LEASE_SECONDS / 3:
                try:
                    claims.renew_lease(batch.claim)
                    batch.kept_at = now
                except ClaimLost:
                    self._drop(batch)

    def _stop(self) -> None:
        """Begin no more calls; those under way get some time to end."""
        if self._stops_at is None:
            self._stops_at = time.monotonic() + LAST_CALLS_SECONDS
            self.switchboard.post(self.asker.stop)

    def _reconnect(self) -> None:
        """Go on after a broken database connection, with everything that came back since the last write."""
        connection.close()
        self._reconnects += 1
        logger.warning("the database connection broke; making a new one")
        time.sleep(RECONNECT_PAUSE * (self._reconnects - 1))
        for batch in self.batches.values():
            batch.is_stale = True

    def _reload_stale(self) -> None:
        for batch in [batch for batch in self.batches.values() if batch.is_stale]:
            try:
                claims.renew_lease(batch.claim, owner=owner())
                batch.reload()
            except ClaimLost:
                self._drop(batch)
