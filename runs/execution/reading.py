"""Reading a batch's items from the database in groups that are bounded in number and in bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db import connection

from runs.choices import ItemState
from runs.columns import ITEM_WAITING, WAITING
from runs.execution.plan import Plan
from runs.execution.sampling import item_ordinals
from runs.models import Item, RunItem
from runs.packing import Chunk
from runs.targets.answer import Answer

JsonValue = Any

# A group is read, scored and written together: many items, but bounded in memory and in the time until it is written,
# so that a stop is noticed, the lease is renewed and little is lost with a killed worker.
GROUP_PLACES = 1_000
GROUP_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class AnsweredItem:
    """An item with what was answered; `output` is None where there is no answer.

    `run_item_id` is 0 until the run has a row of it. `answer` is what the target said, None where the output came with
    the data, or while the target is still to be asked (`awaits_answer`). A new answer has not been written yet.
    """

    place: int
    item: Mapping[str, Any]
    output: str | None
    context: Any
    run_item_id: int
    answer: Answer | None = None
    awaits_answer: bool = False
    is_new: bool = False

    def answered(self, answer: Answer) -> AnsweredItem:
        """The item with the answer that its target has just given."""
        context = answer.context if answer.context is not None else self.context
        return replace(self, output=answer.output, context=context, answer=answer, awaits_answer=False, is_new=True)

    @property
    def trace(self) -> JsonValue:
        """What happened while the item was answered: by the target that was asked, else as the data says."""
        return self.answer.trace if self.answer else self.item.get("trace")


@dataclass(frozen=True, slots=True)
class BatchItems:
    """The items of one batch, by place in its chunk."""

    plan: Plan
    chunk: Chunk

    def missing_groups(self) -> Iterator[list[int]]:
        """Places at which the chunk says that something is missing."""
        chunk = self.chunk
        missing = (chunk.item_states == ITEM_WAITING) | (chunk.statuses == WAITING).any(axis=0)
        places = np.flatnonzero(missing).tolist()
        size_of = self._sizes(places)
        group: list[int] = []
        size = 0
        for place, ordinal in zip(places, self._ordinals(places), strict=True):
            own = size_of.get(ordinal, 0)
            if group and (len(group) >= GROUP_PLACES or size + own > GROUP_BYTES):
                yield group
                group, size = [], 0
            group.append(place)
            size += own
        if group:
            yield group

    def read(self, places: Sequence[int]) -> list[AnsweredItem]:
        """The items at the places with their answers: the run's own where it has them, else those in the data."""
        ordinals = self._ordinals(places)
        rows = {row["ordinal"]: row for row in self._rows(ordinals)}
        run_item_ids = self.chunk.run_item_ids[list(places)].tolist()
        own = self._own_answers([run_item_id for run_item_id in run_item_ids if run_item_id])
        asks = self.plan.answerer is not None
        return [
            _answered(place, rows[ordinal], run_item_id, own.get(run_item_id), asks=asks)
            for place, ordinal, run_item_id in zip(places, ordinals, run_item_ids, strict=True)
        ]

    def _rows(self, ordinals: Sequence[int]) -> Iterable[Mapping[str, Any]]:
        items = Item.objects.filter(version_id=self.plan.run.dataset_version_id, ordinal__in=set(ordinals))
        rows: Iterable[Mapping[str, Any]] = items.values(*self.plan.fields)
        return rows

    def _own_answers(self, run_item_ids: Sequence[int]) -> dict[int, Answer]:
        """What the run has of the items; an item without an answer yet is left out."""
        if not run_item_ids:
            return {}
        rows = RunItem.objects.filter(id__in=run_item_ids).exclude(state=ItemState.RUNNING)
        fields = ["id", "state", "output", "context", "error_code", "error_message"]
        if self.plan.answerer:
            fields += ["input_tokens", "output_tokens", "latency_ms", "cost", "trace__trace"]
        return {row["id"]: _own_answer(row) for row in rows.values(*fields)}

    def _ordinals(self, places: Sequence[int]) -> list[int]:
        """The version's ordinal of the item at each place."""
        repeats, start = self.plan.run.repeats, self.chunk.start
        first, last = start // repeats, (self.chunk.stop - 1) // repeats
        ordinals = item_ordinals(self.plan.run, start=first, stop=last + 1)
        of_place = (np.asarray(places, dtype=np.int64) + start) // repeats - first
        return ordinals[of_place].tolist()  # type: ignore[no-any-return]  # a list of Python's own integers

    def _sizes(self, places: Sequence[int]) -> dict[int, int]:
        """Bytes of the items' bodies by ordinal; the bodies themselves stay where they are."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT ordinal, octet_length(input) + coalesce(octet_length(output), 0)"
                " + coalesce(pg_column_size(expected), 0) + coalesce(pg_column_size(context), 0)"
                " FROM runs_item WHERE version_id = %s AND ordinal = ANY(%s)",
                [self.plan.run.dataset_version_id, self._ordinals(places)],
            )
            return dict(cursor.fetchall())


def _own_answer(row: Mapping[str, Any]) -> Answer:
    return Answer(
        output=None if row["state"] == ItemState.ERRORED else row["output"],
        context=row["context"],
        trace=row.get("trace__trace"),
        input_tokens=row.get("input_tokens"),
        output_tokens=row.get("output_tokens"),
        milliseconds=row.get("latency_ms"),
        cost=row.get("cost"),
        error_code=row["error_code"],
        error_message=row["error_message"],
    )


def _answered(place: int, item: Mapping[str, Any], run_item_id: int, own: Answer | None, *, asks: bool) -> AnsweredItem:
    output, context = (own.output, own.context) if own else (item["output"], None)
    is_from_data = item["output"] is not None
    return AnsweredItem(
        place=place,
        item=item,
        output=output,
        context=context if context is not None else item.get("context"),
        run_item_id=run_item_id,
        answer=own if own and not is_from_data else None,
        awaits_answer=asks and output is None and own is None,
    )
