"""What was said to endpoints and what it cost: counted for the batch, and each judge's own words kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import TypeVar

from django.db import connection
from django.utils import timezone

from evalhub.connections.chat import ChatReply
from metrics.scoring import ScoreResult
from runs.bulk import copy_rows
from runs.execution.plan import Plan
from runs.models import JudgeCall
from runs.packing import Chunk
from runs.targets.answer import Answer

NOTHING = Decimal(0)
N = TypeVar("N", int, Decimal)
_JUDGE_CALL_FIELDS = ("run", "run_item", "run_metric", "attempt", "request", "reply", "created_at")


@dataclass(slots=True)
class Traffic:
    """Calls since the last write. What came from the cache is not counted as spent. `in_flight` is as it is now."""

    calls: int = 0
    cached: int = 0
    retries: int = 0
    rate_limited: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    target_cost: Decimal = NOTHING
    judge_cost: Decimal = NOTHING
    in_flight: int = 0

    def __bool__(self) -> bool:
        return any(astuple(self))

    def add_verdict(self, calls: Sequence[ChatReply]) -> None:
        """Count what a judge asked."""
        for call in calls:
            self._add(call.is_cached, call.input_tokens, call.output_tokens)
            self.judge_cost += call.cost or NOTHING

    def add_answer(self, answer: Answer) -> None:
        """Count what a target was asked; one that could not even be asked counts as a call too."""
        self._add(answer.is_cached, answer.input_tokens, answer.output_tokens)
        self.target_cost += NOTHING if answer.is_cached else answer.cost or NOTHING

    def _add(self, is_cached: bool, input_tokens: int | None, output_tokens: int | None) -> None:
        if is_cached:
            self.cached += 1
            return
        self.calls += 1
        self.input_tokens += input_tokens or 0
        self.output_tokens += output_tokens or 0


def add_traffic(batch_id: int, traffic: Traffic) -> None:
    """Add to the batch's counters. Runs in the transaction that writes what was paid for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE runs_runbatch SET n_calls = n_calls + %s, n_cached = n_cached + %s, n_retries = n_retries + %s,"
            " n_rate_limited = n_rate_limited + %s, input_tokens = input_tokens + %s,"
            " output_tokens = output_tokens + %s, target_cost = target_cost + %s, judge_cost = judge_cost + %s,"
            " in_flight = %s WHERE id = %s",
            [*astuple(traffic), batch_id],
        )


def spent_on(calls: Sequence[ChatReply]) -> tuple[int | None, int | None, Decimal | None, int | None]:
    """Input tokens, output tokens, cost and milliseconds of one score; None where nobody was asked or nobody knows."""
    return (
        _sum([call.input_tokens for call in calls]),
        _sum([call.output_tokens for call in calls]),
        _sum([call.cost for call in calls]),
        _sum([call.milliseconds for call in calls]),
    )


def _sum(values: Sequence[N | None]) -> N | None:
    known = [value for value in values if value is not None]
    return sum(known[1:], known[0]) if known else None


def write_judge_calls(plan: Plan, chunk: Chunk, results: Sequence[tuple[int, int, ScoreResult]]) -> None:
    """Keep the exact request and reply of every call that led to the results."""
    now = timezone.now()
    copy_rows(
        JudgeCall,
        _JUDGE_CALL_FIELDS,
        (
            (
                *(plan.run.pk, int(chunk.run_item_ids[place]), plan.metrics[row].id, attempt),
                *(call.sent, call.text, now),
            )
            for place, row, result in results
            for attempt, call in enumerate(result.calls)
        ),
    )
