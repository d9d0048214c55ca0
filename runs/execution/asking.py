"""One item's way through its calls: the target's answer, then all judges at once. Runs in the event loop's thread."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from evalhub.connections.chat import CallFailed
from evalhub.connections.client import ModelClient
from metrics.scoring import ScoreResult, ScoringInput
from runs.choices import CacheKind, CachePolicy
from runs.execution.cache import Entry
from runs.execution.gate import Gate, Halted
from runs.execution.line import Line
from runs.execution.plan import Plan, PlannedMetric
from runs.execution.reading import AnsweredItem
from runs.execution.scoring import SCORER_FAILED, finite, has_to_judge, scoring_input
from runs.targets.answer import Answer, Question

logger = logging.getLogger(__name__)

TARGET_FAILED = "target_failed"


@dataclass(frozen=True, slots=True)
class Task:
    """An item to work on: which of its metrics (by row) still need their judge; `batch` is the conductor's mark."""

    batch: int
    item: AnsweredItem
    rows: Sequence[int]
    repeat: int


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became known of an item: its answer, a verdict of the metric in a row, or that no more comes."""

    batch: int
    item: AnsweredItem
    is_answer: bool = False
    verdict: tuple[int, ScoreResult] | None = None
    entries: Sequence[Entry] = ()
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """A wish to know what the cache has."""

    kind: CacheKind
    key_hash: str
    found: asyncio.Future[Mapping[str, Any] | None]


@dataclass(slots=True)
class Asker:
    """Works on many items at once. What becomes known goes into `events`, wishes to know into `lookups`.

    Both are emptied by another thread, which is woken by `wake` when it should not wait for its time to look.
    """

    plan: Plan
    clients: Mapping[int, ModelClient]
    gate: Gate
    wake: Callable[[], None]
    _events: deque[Event] = field(default_factory=deque)
    _lookups: deque[Lookup] = field(default_factory=deque)
    _running: dict[asyncio.Task[None], int] = field(default_factory=dict)

    def start(self, tasks: Sequence[Task]) -> None:
        """Begin to work on the items."""
        for task in tasks:
            running = asyncio.get_running_loop().create_task(self._work(task))
            self._running[running] = task.batch
            running.add_done_callback(self._forget)

    def stop(self) -> None:
        """Begin no more calls. Those that the spending cap has room for are let through still."""
        self.gate.close()
        if not self.gate.is_spent:
            for client in self.clients.values():
                client.stop()

    def give_up(self, batch: int | None = None) -> None:
        """Stop working on the items, of one batch or all; what was on its way is lost."""
        for running, its_batch in list(self._running.items()):
            if batch is None or batch == its_batch:
                running.cancel()

    def take_events(self) -> Iterator[Event]:
        """Everything that became known by now. For the other thread."""
        while self._events:
            yield self._events.popleft()

    def take_lookups(self) -> list[Lookup]:
        """Everything that somebody wishes to know. For the other thread."""
        return [self._lookups.popleft() for _ in range(len(self._lookups))]

    @staticmethod
    def answer_lookups(answers: Sequence[tuple[Lookup, Mapping[str, Any] | None]]) -> None:
        """Tell those who asked what the cache has."""
        for lookup, found in answers:
            if not lookup.found.done():
                lookup.found.set_result(found)

    def _forget(self, running: asyncio.Task[None]) -> None:
        self._running.pop(running, None)
        if not self._running or self.gate.is_closed:
            self.wake()

    async def _work(self, task: Task) -> None:
        try:
            item = task.item
            if item.awaits_answer:
                item = await self._answer(task)
            rows = [row for row in task.rows if has_to_judge(self.plan.metrics[row], item)]
            await _all([self._judge(task, item, row) for row in rows])
        except Halted:
            pass  # what is missing stays missing
        finally:
            self._events.append(Event(task.batch, task.item, is_end=True))

    async def _answer(self, task: Task) -> AnsweredItem:
        line = self._line(self.plan.target_connection_id, CacheKind.ANSWER, task.repeat)
        answer = await self._ask_target(task, line)
        if line:
            is_cached = answer.output is not None and line.is_cached
            answer = replace(answer, is_cached=is_cached)
            # What the endpoint itself says it cost, where it is not told from tokens.
            self.gate.own += 0 if is_cached else max(Decimal(0), (answer.cost or Decimal(0)) - line.cost)
        entries = line.entries if line and answer.output is not None else ()
        item = task.item.answered(answer)
        self._events.append(Event(task.batch, item, is_answer=True, entries=entries))
        return item

    async def _ask_target(self, task: Task, line: Line | None) -> Answer:
        if self.plan.answerer is None:
            raise TypeError("A run of recorded outputs has nobody to ask.")
        row = task.item.item
        question = Question(input=row["input"], context=task.item.context, metadata=row["metadata"])
        try:
            return await self.plan.answerer.answer(question, client=line, repeat=task.repeat)
        except CallFailed as failure:
            return Answer.of_failure(failure)
        except Halted:
            raise
        except Exception as error:  # trouble with one item must not cost the others theirs
            logger.warning("the target of run %s failed", self.plan.run.pk, exc_info=True)
            return Answer.failed(TARGET_FAILED, f"Asking stopped with {type(error).__name__}: {error}")

    async def _judge(self, task: Task, item: AnsweredItem, row: int) -> None:
        metric = self.plan.metrics[row]
        line = self._line(metric.connection_id, CacheKind.VERDICT, task.repeat)
        result = await self._ask_judge(metric, scoring_input(item), line)
        # What the judge asked before it failed was paid for too.
        result = replace(result, calls=tuple(line.replies) if line else ())
        entries = line.entries[-1:] if line and result.value is not None else ()
        self._events.append(Event(task.batch, item, verdict=(row, result), entries=entries))

    async def _ask_judge(self, metric: PlannedMetric, question: ScoringInput, line: Line | None) -> ScoreResult:
        if metric.judge is None or line is None:
            raise TypeError(f"Run metric {metric.id} has no judge, or no connection to ask it over.")
        try:
            return finite(await metric.judge.judge(question, line))
        except CallFailed as failure:
            return ScoreResult.errored(failure.fault, failure.message)
        except Halted:
            raise
        except Exception as error:  # as above
            logger.warning("the judge of run metric %s failed", metric.id, exc_info=True)
            return ScoreResult.errored(SCORER_FAILED, f"The metric stopped with {type(error).__name__}: {error}")

    def _line(self, connection_id: int | None, kind: CacheKind, repeat: int) -> Line | None:
        if connection_id is None:
            return None
        return Line(
            connection=self.plan.connections[connection_id],
            client=self.clients[connection_id],
            gate=self.gate,
            look_up=self._look_up,
            policy=CachePolicy(self.plan.run.cache_policy),
            kind=kind,
            repeat=repeat,
        )

    async def _look_up(self, kind: CacheKind, key_hash: str) -> Mapping[str, Any] | None:
        found: asyncio.Future[Mapping[str, Any] | None] = asyncio.get_running_loop().create_future()
        self._lookups.append(Lookup(kind, key_hash, found))
        return await found


async def _all(jobs: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Wait for all of the jobs, whatever becomes of one, and then raise what the first one raised."""
    if len(jobs) == 1:
        await jobs[0]
        return
    for outcome in await asyncio.gather(*jobs, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
