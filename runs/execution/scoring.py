"""Working a batch: compute the scores that are missing, group by group, and hand them over to be written."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from metrics.aggregation import overall
from metrics.scale import TOLERANCE
from metrics.scoring import Scorer, ScoreResult, ScoringInput
from runs.choices import RunState
from runs.columns import ITEM_DONE, ITEM_ERRORED, PASSED_UNKNOWN, WAITING
from runs.execution.claims import Claim
from runs.execution.composites import combine_results
from runs.execution.plan import Plan, PlannedMetric
from runs.execution.reading import AnsweredItem, BatchItems
from runs.execution.writing import Group, status_of, write_group
from runs.packing import STATUS_CODES, Chunk

logger = logging.getLogger(__name__)

OUTPUT_MISSING = "output_missing"
ANSWER_FAILED = "answer_failed"
SCORER_FAILED = "scorer_failed"
VALUE_NOT_FINITE = "value_not_finite"

# Slow scorers on long texts: what is computed is written after this time, be the group full or not.
GROUP_SECONDS = 0.5


def work_batch(claim: Claim, plan: Plan, chunk: Chunk) -> bool:
    """Compute and write everything that the chunk says is missing; False when the run was stopped meanwhile.

    Raises `ClaimLost` when another worker has taken the batch up.
    """
    items = BatchItems(plan, chunk)
    for places in items.missing_groups():
        waiting = items.read(places)
        while waiting:
            group = score_group(plan, chunk, waiting)
            waiting = waiting[len(group.items) :]
            if write_group(claim, plan, chunk, group) not in {RunState.ANSWERING, RunState.SCORING}:
                return False
    return True


def score_group(plan: Plan, chunk: Chunk, items: Sequence[AnsweredItem]) -> Group:
    """Score as many of the items as the time allows, at least one, and note the numbers in the chunk."""
    group = Group()
    deadline = time.monotonic() + GROUP_SECONDS
    for item in items:
        _score_item(plan, chunk, item, group)
        if time.monotonic() > deadline:
            break
    settle(plan, chunk, group)
    return group


def _score_item(plan: Plan, chunk: Chunk, item: AnsweredItem, group: Group) -> None:
    note_item(chunk, item, group)
    score_at_once(plan, chunk, item, group)


def note_item(chunk: Chunk, item: AnsweredItem, group: Group) -> None:
    """Take the item into the group, answered as it is."""
    chunk.item_states[item.place] = ITEM_ERRORED if item.output is None else ITEM_DONE
    chunk.pair_keys[item.place] = item.item["pair_key"]
    group.items.append(item)


def score_at_once(plan: Plan, chunk: Chunk, item: AnsweredItem, group: Group) -> None:
    """Give the item an outcome of every metric that it lacks, but of those for which a judge has to be asked."""
    question = scoring_input(item)
    for row, metric in enumerate(plan.metrics):
        if chunk.statuses[row, item.place] != WAITING or metric.composite or has_to_judge(metric, item):
            continue
        if metric.needs_output and item.output is None:
            result = _without_output(item)
        elif metric.scorer:
            result = _result(metric, metric.scorer, question)
        else:
            continue
        note_result(chunk, group, place=item.place, row=row, result=result)


def has_to_judge(metric: PlannedMetric, item: AnsweredItem) -> bool:
    """Whether the metric's judge has to be asked about the item; nobody is asked about an output that is not there."""
    return metric.judge is not None and (item.output is not None or not metric.needs_output)


def note_result(chunk: Chunk, group: Group, *, place: int, row: int, result: ScoreResult) -> None:
    """Put one result into the numbers of the chunk and among what is to be written."""
    chunk.statuses[row, place] = STATUS_CODES[status_of(result)]
    if result.value is not None:
        chunk.values[row, place] = result.value
    group.results.append((place, row, result))


def scoring_input(item: AnsweredItem) -> ScoringInput:
    """The item as metrics see it."""
    row, answer = item.item, item.answer
    return ScoringInput(
        input=row["input"],
        output=item.output or "",
        expected=row["expected"],
        context=item.context,
        metadata=row["metadata"],
        trace=item.trace,
        given=row["given_scores"] if isinstance(row["given_scores"], dict) else {},
        milliseconds=answer.milliseconds if answer else None,
        cost=float(answer.cost) if answer and answer.cost is not None else None,
        input_tokens=answer.input_tokens if answer else None,
        output_tokens=answer.output_tokens if answer else None,
    )


def _result(metric: PlannedMetric, scorer: Scorer, question: ScoringInput) -> ScoreResult:
    """What the metric says of the item; trouble of any kind is an outcome, not an end of the run."""
    try:
        result = scorer.score(question)
    except Exception as error:  # a fault of one scorer on one item must not cost the others theirs
        logger.warning("scorer of run metric %s failed", metric.id, exc_info=True)
        return ScoreResult.errored(SCORER_FAILED, f"The metric stopped with {type(error).__name__}: {error}")
    return finite(result)


def _without_output(item: AnsweredItem) -> ScoreResult:
    if item.answer and item.answer.error_code not in {"", OUTPUT_MISSING}:
        return ScoreResult.errored(ANSWER_FAILED, f"The target gave no answer. {item.answer.error_message}".strip())
    return ScoreResult.unscored(OUTPUT_MISSING, "The item has no output, so there is nothing to score.")


def finite(result: ScoreResult) -> ScoreResult:
    """The result, or an error in place of a value that is no number."""
    if result.value is not None and not math.isfinite(result.value):
        return ScoreResult.errored(VALUE_NOT_FINITE, f"The metric gave {result.value}, which is not a number.")
    return result


def settle(plan: Plan, chunk: Chunk, group: Group) -> None:
    """Note in the chunk what the items' scores come to, and in the group which scores passed."""
    combine_results(plan, chunk, group)
    places = np.array([item.place for item in group.items], dtype=np.int64)
    values = chunk.values[:, places]
    criteria = [metric.criterion for metric in plan.metrics]
    group.passed = np.array([each.passing(row) for row, each in zip(values, criteria, strict=True)])
    group.row_of_place = {int(place): row for row, place in enumerate(places)}
    chunk.overall[places] = overall(
        [each.counted(row) for row, each in zip(values, criteria, strict=True)],
        [each.scale for each in criteria],
        [metric.weight for metric in plan.metrics],
    )
    chunk.passed[places] = (
        passed_overall(chunk.overall[places], plan.run.quality_threshold)
        if plan.star_row is None
        else group.passed[plan.star_row]
    )


def passed_overall(overalls: NDArray[np.float64], threshold: float) -> NDArray[np.int8]:
    """1 where the overall score reaches the threshold, 0 where not, -1 where there is none."""
    passed = np.full(len(overalls), PASSED_UNKNOWN, dtype=np.int8)
    there = ~np.isnan(overalls)
    passed[there] = overalls[there] >= threshold - TOLERANCE
    return passed
