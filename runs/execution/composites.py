"""Composites among the metrics of a run: scored from what the run's other metrics said of the same item."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from metrics.composite import Composite, PartScore
from metrics.criterion import Criterion
from metrics.scoring import ScoreResult
from runs.columns import SCORED, WAITING
from runs.execution.plan import Plan
from runs.execution.writing import Group, status_of
from runs.packing import STATUS_CODES, Chunk


def combine_results(plan: Plan, chunk: Chunk, group: Group) -> None:
    """Score the composites of the group's items, but for those of which a part is still to come."""
    composites = [
        (row, metric.composite, _rows_of_parts(plan, metric.composite))
        for row, metric in enumerate(plan.metrics)
        if metric.composite
    ]
    said = {(place, row): result for place, row, result in group.results} if composites else {}
    for place in (item.place for item in group.items):
        for row, composite, parts in composites:
            is_early = any(chunk.statuses[part, place] == WAITING for part in parts.values())
            if chunk.statuses[row, place] == WAITING and not is_early:
                result = composite.combine({key: _score(plan, chunk, place, parts[key], said) for key in parts})
                chunk.statuses[row, place] = STATUS_CODES[status_of(result)]
                chunk.values[row, place] = math.nan if result.value is None else result.value
                group.results.append((place, row, result))


def _rows_of_parts(plan: Plan, composite: Composite) -> dict[str, int]:
    """Where the parts stand among the metrics of the run, as far as it has them."""
    return {metric.key: row for row, metric in enumerate(plan.metrics) if metric.key in composite.keys}


def _score(plan: Plan, chunk: Chunk, place: int, row: int, said: Mapping[tuple[int, int], ScoreResult]) -> PartScore:
    criterion = plan.metrics[row].criterion
    result = _result(chunk, place, row, said)
    if result.value is not None and criterion.allowed is not None:
        result = _as_share(result, criterion)
    return PartScore(result, criterion.scale, criterion.threshold)


def _as_share(result: ScoreResult, criterion: Criterion) -> ScoreResult:
    """A category counts for a composite as 1 where its label is allowed, and as 0 where not."""
    if not criterion.allowed:
        return ScoreResult.unscored("nothing_allowed", "Nobody said which of its categories pass.")
    return replace(result, value=criterion.counted_value(result.value or 0.0))


def _result(chunk: Chunk, place: int, row: int, said: Mapping[tuple[int, int], ScoreResult]) -> ScoreResult:
    """What a part says: just now with its words, or earlier, of which the chunk keeps the number."""
    if (place, row) in said:
        return said[place, row]
    if chunk.statuses[row, place] == SCORED:
        return ScoreResult.scored(float(chunk.values[row, place]), "Scored before.")
    return ScoreResult.unscored("scored_before", "It was unscored or errored before.")
