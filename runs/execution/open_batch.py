"""A batch that a worker has in hand: its items on their way out, and what came back and is not written yet."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from runs.columns import WAITING
from runs.execution.asking import Event, Task
from runs.execution.claims import Claim
from runs.execution.plan import Plan
from runs.execution.reading import AnsweredItem, BatchItems
from runs.execution.resuming import chunk_so_far
from runs.execution.scoring import has_to_judge, note_item, note_result, score_at_once, settle
from runs.execution.writing import Group
from runs.packing import Chunk

# Slow scorers on long texts: what came back is written after this time, be all of it looked at or not.
GROUP_SECONDS = 0.5


@dataclass(slots=True)
class OpenBatch:
    """One batch; `in_hand` counts the items that are being asked about.

    It `is_stale` after an error of the database: the numbers in `chunk` may say more than was stored.
    """

    claim: Claim
    plan: Plan
    chunk: Chunk
    items: BatchItems
    in_hand: int = 0
    written_at: float = field(default_factory=time.monotonic)
    kept_at: float = field(default_factory=time.monotonic)
    is_stale: bool = False
    _groups: Iterator[list[int]] = field(default_factory=lambda: iter(()))
    _begun: set[int] = field(default_factory=set)
    _waiting: deque[AnsweredItem] = field(default_factory=deque)
    _news: list[Event] = field(default_factory=list)

    @classmethod
    def of(cls, claim: Claim, plan: Plan) -> OpenBatch:
        """The batch with what the database has of it. Raises `ClaimLost`."""
        chunk = chunk_so_far(claim, plan)
        items = BatchItems(plan, chunk)
        return cls(claim, plan, chunk, items, _groups=items.missing_groups())

    @property
    def is_idle(self) -> bool:
        return self.in_hand == 0

    @property
    def news_count(self) -> int:
        """Pieces of news that are not written yet."""
        return len(self._news)

    def has_items(self) -> bool:
        """Whether an item is left that nobody has begun; reads the next ones when needed."""
        while not self._waiting:
            places = next(self._groups, None)
            if places is None:
                return False
            self._waiting.extend(self.items.read([place for place in places if place not in self._begun]))
        return True

    @property
    def is_complete(self) -> bool:
        """Whether everything is stored that is to be known of the batch's items."""
        return self.chunk.count_done() == self.chunk.stop - self.chunk.start

    def hand_out(self, most: int) -> list[Task]:
        """Tasks for the next items among those that were read. What needs no call of theirs is news at once."""
        tasks: list[Task] = []
        for _ in range(min(most, len(self._waiting))):
            item = self._waiting.popleft()
            self._begun.add(item.place)
            rows = self._rows_to_judge(item)
            if rows or item.awaits_answer:
                repeat = (self.chunk.start + item.place) % self.plan.run.repeats
                tasks.append(Task(self.claim.batch_id, item, rows, repeat))
            else:
                self._news.append(Event(self.claim.batch_id, item))
        self.in_hand += len(tasks)
        return tasks

    def _rows_to_judge(self, item: AnsweredItem) -> list[int]:
        return [
            row
            for row, metric in enumerate(self.plan.metrics)
            if self.chunk.statuses[row, item.place] == WAITING
            and (has_to_judge(metric, item) or (item.awaits_answer and metric.judge is not None))
        ]

    def take(self, event: Event) -> None:
        """Note what came back."""
        if event.is_end:
            self.in_hand -= 1
        else:
            self._news.append(event)

    def next_group(self) -> tuple[Group, int]:
        """What is to be written now, and how many pieces of news went into it; the numbers are in the chunk then."""
        group = Group()
        noted: set[int] = set()
        taken = 0
        deadline = time.monotonic() + GROUP_SECONDS
        for event in self._news:
            self._add(group, event, noted)
            taken += 1
            if time.monotonic() > deadline:
                break
        settle(self.plan, self.chunk, group)
        return group, taken

    def _add(self, group: Group, event: Event, noted: set[int]) -> None:
        item = event.item
        if item.place not in noted:
            noted.add(item.place)
            note_item(self.chunk, replace(item, is_new=event.is_answer), group)
            score_at_once(self.plan, self.chunk, item, group)
        if event.is_answer and item.answer:
            group.traffic.add_answer(item.answer)
        if event.verdict:
            row, result = event.verdict
            group.traffic.add_verdict(result.calls)
            if self.chunk.statuses[row, item.place] == WAITING:
                note_result(self.chunk, group, place=item.place, row=row, result=result)
        group.entries.extend(event.entries)

    def written(self, taken: int) -> None:
        """Forget the news that is stored."""
        del self._news[:taken]
        self.written_at = self.kept_at = time.monotonic()

    def reload(self) -> None:
        """Begin from the database again, with what is in hand and the news since the last write. Raises `ClaimLost`."""
        self.chunk = chunk_so_far(self.claim, self.plan)
        self.items = BatchItems(self.plan, self.chunk)
        self._groups = self.items.missing_groups()
        self._waiting.clear()
        self.kept_at = time.monotonic()
        self.is_stale = False
