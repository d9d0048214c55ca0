"""Who may work on what: every move of a run or a batch is a conditional update, and time is the database's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import connection
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Now

from runs.choices import LIVE_STATES, BatchState, RunState
from runs.models import Run, RunBatch

_LONGEST_PAUSE_SECONDS = 300
_LONGEST_OWNER = 160


class ClaimLost(Exception):
    """Another worker holds the batch by now, or it is gone with its run. The loser walks away without a write."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to write one batch, good until another worker takes the batch up."""

    batch_id: int
    token: int
    run_id: int
    start: int
    stop: int


def move_run(run_id: int, *, old: Collection[RunState], new: RunState) -> bool:
    """Move a run on; False when it was not in one of the old states, or is deleted."""
    return Run.objects.filter(pk=run_id, state__in=old, deleted_at=None).update(state=new) == 1


@dataclass(frozen=True, slots=True)
class Standing:
    """What a live run is doing, how many of its items have their answer, and what it has cost so far, in US dollars."""

    state: RunState
    answered: int
    spent: Decimal


def standing_of(run_id: int) -> Standing | None:
    """How the run stands now; None when it is deleted."""
    run = Run.objects.filter(pk=run_id, deleted_at=None).annotate(
        answered=Sum("batches__n_answered"), spent=Sum(F("batches__target_cost") + F("batches__judge_cost"))
    )
    row = run.values("state", "answered", "spent").first()
    if row is None:
        return None
    return Standing(RunState(row["state"]), answered=row["answered"] or 0, spent=row["spent"] or Decimal(0))


def start_work(run_id: int, *, state: RunState) -> bool:
    """Move a queued run on to its batches; False when another worker was first."""
    queued = Run.objects.filter(pk=run_id, state=RunState.QUEUED, deleted_at=None)
    return queued.update(state=state, started_at=Now()) == 1


def halt_run(run_id: int, reason: str) -> bool:
    """Stop a run because going on makes no sense; False when it was stopped already. `reason` is for people."""
    working = Run.objects.filter(pk=run_id, state__in=(RunState.ANSWERING, RunState.SCORING), deleted_at=None)
    return working.update(state=RunState.CANCELLING, halt_reason=reason) == 1


def claim_batch(batch_id: int, *, owner: str) -> Claim | None:
    """Take a batch that is free, or whose worker let its lease run out; None when it is neither or its run stands.

    The owner's name ends with its session at the server, so that `end_frozen_sessions` can find it.
    """
    return _claim("b.id = %(id)s", {"id": batch_id}, owner=owner)


def claim_next(run_id: int, *, owner: str) -> Claim | None:
    """Take the run's next batch that is free, or whose worker let its lease run out; None when there is none."""
    return _claim(_NEXT, {"run": run_id}, owner=owner)


_FREE = (
    "b.tries < %(most)s AND (b.state = 'waiting' AND (b.lease_until IS NULL OR b.lease_until <= clock_timestamp())"
    " OR b.state = 'running' AND b.lease_until <= clock_timestamp())"
)
_NEXT = """b.id = (
    SELECT b.id FROM runs_runbatch b WHERE b.run_id = %(run)s AND {free} ORDER BY b.number LIMIT 1
    FOR UPDATE SKIP LOCKED
)"""
_CLAIM = """
    UPDATE runs_runbatch b
    SET state = 'running', owner = %(owner)s || ' session ' || pg_backend_pid(),
        token = b.token + 1, tries = b.tries + 1,
        lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
    FROM runs_run r
    WHERE {chosen} AND r.id = b.run_id AND r.state IN ('answering', 'scoring') AND r.deleted_at IS NULL AND {free}
    RETURNING b.id, b.token, b.run_id, b.start, b.stop
"""


def _claim(chosen: str, parameters: dict[str, int], *, owner: str) -> Claim | None:
    with connection.cursor() as cursor:
        cursor.execute(
            _CLAIM.format(chosen=chosen.format(free=_FREE), free=_FREE),
            {
                **parameters,
                "owner": owner[:_LONGEST_OWNER],
                "lease": settings.EVALHUB_LEASE_SECONDS,
                "most": settings.EVALHUB_BATCH_TRIES,
            },
        )
        row = cursor.fetchone()
    return Claim(*row) if row else None


def lock_claim(claim: Claim) -> RunState:
    """Hold the batch until the end of the transaction and say what its run is doing. Raises `ClaimLost`.

    Every write of a worker begins with this, so that one who was only slow cannot write over the next one's work. The
    run is held too, shared with other workers, so that it is not closed while something is still being written.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT r.state FROM runs_runbatch b JOIN runs_run r ON r.id = b.run_id"
            " WHERE b.id = %s AND b.token = %s AND b.state = 'running' FOR UPDATE OF b FOR SHARE OF r",
            [claim.batch_id, claim.token],
        )
        row = cursor.fetchone()
    if row is None or row[0] not in LIVE_STATES:
        raise ClaimLost(f"batch {claim.batch_id}, token {claim.token}")
    return RunState(row[0])


def renew_lease(claim: Claim, *, owner: str = "") -> None:
    """Keep the batch for another lease, in a new session when the `owner` is named anew. Raises `ClaimLost`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE runs_runbatch SET lease_until = clock_timestamp() + make_interval(secs => %(lease)s),"
            " owner = CASE WHEN %(owner)s = '' THEN owner ELSE %(owner)s || ' session ' || pg_backend_pid() END"
            " WHERE id = %(id)s AND token = %(token)s AND state = 'running'",
            {
                "lease": settings.EVALHUB_LEASE_SECONDS,
                "owner": owner[:_LONGEST_OWNER],
                "id": claim.batch_id,
                "token": claim.token,
            },
        )
        if cursor.rowcount == 0:
            raise ClaimLost(f"batch {claim.batch_id}, token {claim.token}")


def finish_batch(claim: Claim) -> bool:
    """Mark the batch as done; False when it is another's by now."""
    return _leave(claim, BatchState.DONE)


def release_batch(claim: Claim) -> bool:
    """Give the batch back before its end, because its run was stopped."""
    return _leave(claim, BatchState.WAITING)


def _leave(claim: Claim, state: BatchState) -> bool:
    left = {"owner": "", "lease_until": None, "rung_at": None, "tries": 0, "error": "", "in_flight": 0}
    return _held(claim).update(state=state, **left) == 1


def end_frozen_sessions() -> None:
    """End the sessions in which workers began to write before their lease ran out, and have not come to an end since.

    Such a worker is frozen or cut off, and its locks would stop the next one. The server's own limits do not see a
    session that stopped in the middle of a COPY.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pg_terminate_backend(a.pid)
            FROM runs_runbatch b JOIN pg_stat_activity a ON b.owner LIKE '%% session ' || a.pid
            WHERE b.state = 'running' AND b.lease_until <= clock_timestamp() AND a.xact_start < b.lease_until
              AND a.datname = current_database() AND a.usename = current_user AND a.pid <> pg_backend_pid()
            """
        )


def fail_try(claim: Claim, error: str) -> None:
    """Put the batch back after an unforeseen error, to be tried again after a pause that grows; at last give it up."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE runs_runbatch
            SET state = CASE WHEN tries < %(most)s THEN 'waiting' ELSE 'failed' END, owner = '', rung_at = NULL,
                in_flight = 0, error = %(error)s, lease_until = CASE WHEN tries < %(most)s THEN clock_timestamp()
                    + make_interval(secs => least(%(longest)s, %(pause)s * power(2, greatest(tries, 1) - 1))) END
            WHERE id = %(id)s AND token = %(token)s AND state = 'running'
            """,
            {
                "id": claim.batch_id,
                "token": claim.token,
                "error": error,
                "most": settings.EVALHUB_BATCH_TRIES,
                "pause": settings.EVALHUB_RETRY_SECONDS,
                "longest": _LONGEST_PAUSE_SECONDS,
            },
        )


def _held(claim: Claim) -> QuerySet[RunBatch]:
    return RunBatch.objects.filter(pk=claim.batch_id, token=claim.token, state=BatchState.RUNNING)
