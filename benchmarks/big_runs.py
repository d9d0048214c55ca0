"""Finished runs of any size, written by COPY with their packed columns, for benchmarks of reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from evalhub.accounts.models import Project
from evalhub.core.ids import hash64
from metrics.choices import Direction, MetricKind, ScoreStatus, ValueType
from metrics.models import Metric, MetricRevision
from metrics.statistics.summary import histogram, summarise
from runs.bulk import copy_rows, reserve_ids
from runs.choices import ItemState, RunState
from runs.columns import ITEM_DONE, SCORED, UNSCORED
from runs.models import Dataset, DatasetVersion, Item, Run, RunItem, RunMetric, Score, Target
from runs.packing import Chunk, join_chunks, write_chunk

STEP = 50_000
WORDS = [
    "refund",
    "deposit",
    "ticket",
    "event",
    "moved",
    "customer",
    "organiser",
    "policy",
    "answer",
    "question",
    "payment",
    "invoice",
    "delivery",
    "broken",
    "account",
    "password",
    "address",
    "order",
    "cancel",
    "window",
    "days",
    "weeks",
    "support",
    "agent",
    "please",
    "contact",
    "thanks",
    "because",
    "however",
]
TOPICS = tuple(f"topic {number}" for number in range(20))
LANGUAGES = ("en", "de", "fr")


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric of the made-up run and how its values are drawn."""

    key: str
    name: str
    direction: Direction
    value_type: ValueType
    ends: tuple[float, float]
    threshold: float
    shape: tuple[float, float]


MEASURES = (
    Measure("relevance", "Relevance", Direction.HIGHER, ValueType.NUMBER, (0, 1), 0.7, (5, 2)),
    Measure("toxicity", "Toxicity", Direction.LOWER, ValueType.NUMBER, (0, 1), 0.2, (1, 9)),
    Measure("rating", "Rating", Direction.HIGHER, ValueType.NUMBER, (1, 5), 3.5, (4, 2)),
    Measure("mentions_order", "Mentions order", Direction.HIGHER, ValueType.BOOLEAN, (0, 1), 0.5, (0.8, 0)),
)


def find_or_make_run(project: Project, size: int) -> Run:
    """The project's made-up run of `size` items; written when it is not there."""
    run = Run.objects.filter(project=project, dataset__key=f"made-up-{size}", state=RunState.FINISHED).first()
    return run or make_run(project, size)


@transaction.atomic
def make_run(project: Project, size: int) -> Run:
    rng = np.random.default_rng(size)
    version = _version(project, size)
    run = _run(project, version, size)
    metrics = [_run_metric(run, measure, rank) for rank, measure in enumerate(MEASURES)]
    item_ids, run_item_ids = reserve_ids(Item, size), reserve_ids(RunItem, size)
    for start in range(0, size, STEP):
        stop = min(size, start + STEP)
        chunk = _chunk(run, metrics, rng, start=start, stop=stop)
        chunk.run_item_ids[:] = run_item_ids[start:stop]
        copy_rows(Item, _ITEM_FIELDS, _items(version, item_ids[start:stop], rng, start))
        copy_rows(RunItem, _RUN_ITEM_FIELDS, _run_items(run, chunk, item_ids[start:stop], rng))
        copy_rows(Score, _SCORE_FIELDS, _scores(run, chunk))
        write_chunk(chunk)
    join_chunks(run, metric_ids=[metric.pk for metric in metrics])
    _close(run, metrics)
    return Run.objects.get(pk=run.pk)


def _version(project: Project, size: int) -> DatasetVersion:
    dataset = Dataset.objects.create(project=project, key=f"made-up-{size}", name=f"Made-up questions, {size:,}")
    counts = {"topic": TOPICS, "language": LANGUAGES}
    return DatasetVersion.objects.create(
        dataset=dataset,
        number=1,
        content_hash=dataset.key,
        question_hash=dataset.key,
        item_count=size,
        with_output=size,
        with_expected=size,
        metadata_keys={
            key: {"items": size, "values": [[value, size // len(values)] for value in values], "has_more": False}
            for key, values in counts.items()
        },
    )


def _run(project: Project, version: DatasetVersion, size: int) -> Run:
    target, _ = Target.objects.get_or_create(project=project, name="made-up bot", version="1.0")
    return Run.objects.create(
        project=project,
        name=f"Made-up answers, {size:,}",
        dataset=version.dataset,
        dataset_version=version,
        target=target,
        item_count=size,
        is_sample=True,
        started_at=timezone.now(),
    )


def _run_metric(run: Run, measure: Measure, rank: int) -> RunMetric:
    metric, _ = Metric.objects.get_or_create(
        team=run.project.team, key=measure.key, defaults={"name": measure.name, "kind": MetricKind.HEURISTIC}
    )
    shared = {
        "direction": measure.direction,
        "value_type": measure.value_type,
        "range_min": measure.ends[0],
        "range_max": measure.ends[1],
    }
    revision, _ = MetricRevision.objects.get_or_create(
        metric=metric, number=1, defaults={**shared, "definition_hash": measure.key}
    )
    return RunMetric.objects.create(
        run=run,
        revision=revision,
        key=measure.key,
        name=measure.name,
        rank=rank,
        threshold=measure.threshold,
        is_star=rank == 0,
        **shared,
    )


def _chunk(run: Run, metrics: list[RunMetric], rng: np.random.Generator, *, start: int, stop: int) -> Chunk:
    chunk = Chunk.empty(run_id=run.pk, metric_ids=[metric.pk for metric in metrics], start=start, stop=stop)
    length = stop - start
    for row, measure in enumerate(MEASURES):
        chunk.values[row] = _values(measure, rng, length)
        chunk.statuses[row] = SCORED
    missing = rng.random(length) < 0.02
    chunk.values[0, missing] = np.nan
    chunk.statuses[0, missing] = UNSCORED
    chunk.overall[:] = np.nan_to_num(chunk.values[0], nan=0.5)
    chunk.passed[:] = chunk.overall >= MEASURES[0].threshold
    chunk.pair_keys[:] = np.arange(start, stop)
    chunk.item_states[:] = ITEM_DONE
    return chunk


def _values(measure: Measure, rng: np.random.Generator, length: int) -> NDArray[np.float64]:
    if measure.value_type == ValueType.BOOLEAN:
        return (rng.random(length) < measure.shape[0]).astype(np.float64)
    low, high = measure.ends
    return low + (high - low) * rng.beta(*measure.shape, length)


def _sentences(rng: np.random.Generator, count: int, words: int) -> Iterator[str]:
    """Texts of random words, each with a word of its own."""
    picks = np.array(WORDS)[rng.integers(0, len(WORDS), (count, words))]
    own = rng.integers(0, 2**62, count)
    for number, row in zip(own, picks, strict=True):
        yield f"{' '.join(row)} {number:x}"


_ITEM_FIELDS = (
    *("id", "project_id", "version", "ordinal", "key", "pair_key", "input", "output", "expected", "context"),
    *("metadata", "trace", "given_scores", "human", "raw"),
)


def _items(
    version: DatasetVersion, ids: list[int], rng: np.random.Generator, start: int
) -> Iterator[tuple[object, ...]]:
    project_id = version.dataset.project_id
    for place, (item_id, text) in enumerate(zip(ids, _sentences(rng, len(ids), 15), strict=True), start):
        metadata = {"topic": TOPICS[place % len(TOPICS)], "language": LANGUAGES[place % len(LANGUAGES)]}
        yield (
            *(item_id, project_id, version.pk, place, "", hash64(text), text, None, text[:60], None),
            *(metadata, None, None, None, ""),
        )


_RUN_ITEM_FIELDS = (
    *("project_id", "run", "item", "id", "ordinal", "repeat", "state", "output", "error_code", "error_message"),
    *("overall", "passed"),
)


def _run_items(run: Run, chunk: Chunk, item_ids: list[int], rng: np.random.Generator) -> Iterator[tuple[object, ...]]:
    for place, text in enumerate(_sentences(rng, len(item_ids), 60)):
        yield (
            *(run.project_id, run.pk, item_ids[place], int(chunk.run_item_ids[place]), chunk.start + place, 0),
            *(ItemState.DONE.value, text, "", "", float(chunk.overall[place]), bool(chunk.passed[place])),
        )


_SCORE_FIELDS = (
    *("run", "run_item", "run_metric", "project_id", "status", "value", "label", "passed", "reason", "explanation"),
    *("judge_model", "is_cached"),
)


def _scores(run: Run, chunk: Chunk) -> Iterator[tuple[object, ...]]:
    for place, run_item_id in enumerate(chunk.run_item_ids.tolist()):
        for row, metric_id in enumerate(chunk.metric_ids):
            value = float(chunk.values[row, place])
            is_scored = chunk.statuses[row, place] == SCORED
            yield (
                *(run.pk, run_item_id, metric_id, run.project_id),
                *((ScoreStatus.SCORED.value, value) if is_scored else (ScoreStatus.UNSCORED.value, None)),
                *("", None, "" if is_scored else "made_up", f"Made up: drawn at random, came out at {value:.3f}."),
                *("", False),
            )


def _close(run: Run, metrics: list[RunMetric]) -> None:
    """The summary that the end of a run writes."""
    from_columns = {metric.pk: _column(run, metric) for metric in metrics}
    for metric, measure in zip(metrics, MEASURES, strict=True):
        values = from_columns[metric.pk]
        summary = summarise(values, is_share=measure.value_type == ValueType.BOOLEAN)
        metric.n_scored, metric.n_unscored = summary.n, values.size - summary.n
        metric.n_passed = sum(metric.scale.passes(value, measure.threshold) for value in values[~np.isnan(values)])
        metric.mean, metric.variance = summary.mean, summary.variance
        metric.ci_low, metric.ci_high = summary.ci_low, summary.ci_high
        metric.minimum, metric.maximum = summary.minimum, summary.maximum
        metric.histogram = histogram(values, low=measure.ends[0], high=measure.ends[1])
        metric.save()
    run.refresh_from_db()
    run.state, run.finished_at = RunState.FINISHED, timezone.now()
    run.overall, run.done_count, run.scored_count = metrics[0].mean, run.item_count, run.item_count
    run.failing_count, run.passed = run.item_count - metrics[0].n_passed, True
    run.save()


def _column(run: Run, metric: RunMetric) -> NDArray[np.float64]:
    return np.frombuffer(run.columns.get(run_metric=metric, name="value").packed, dtype="<f8")
