"""What is said of a run's failing items, and the texts that read alike put together by a program of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Left

from metrics.choices import MetricKind
from metrics.criterion import PASSED
from metrics.imported import NO_REASON
from runs.insights.material import Material, Places
from runs.models import RunItem, Score

MOST_READ = 3_000
LEAST_FAILING, SMALLEST_GROUP = 6, 3
_LONGEST_EXPLANATION, _LONGEST_TEXT = 600, 300
_SECONDS = 300
# What heuristics explain are sentences of ours, alike for every item.
_WITH_REASONS = {MetricKind.JUDGE, MetricKind.IMPORTED}
_PROGRAM = (sys.executable, "-m", "metrics.statistics.grouping")
# One thread: the other processors have their own work. Nothing of the worker's secrets goes along.
_ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PATH": os.environ.get("PATH", "")}


class GroupingError(Exception):
    """The texts could not be grouped; the message says why."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The failing places that are read. `last_key` is the largest pair key among them where not all are."""

    places: Places
    failing: int
    last_key: int | None


@dataclass(frozen=True, slots=True)
class TextGroup:
    """Places that fail alike, the most typical first."""

    places: Places
    terms: tuple[str, ...]
    centroid: dict[str, float]
    example: str


def sample_of(material: Material) -> Sample:
    """All failing places, or those with the smallest pair keys: these are hashes, so other runs read the same items."""
    places = np.flatnonzero(material.any_failing)
    if places.size <= MOST_READ:
        return Sample(places, int(places.size), None)
    keys = material.columns.pair_keys[places]
    chosen = np.argsort(keys, kind="stable")[:MOST_READ]
    return Sample(np.sort(places[chosen]), int(places.size), int(keys[chosen[-1]]))


def group_failing(material: Material, sample: Sample) -> list[TextGroup]:
    """The sample's groups. Raises `GroupingError` when the program that makes them fails or takes too long."""
    if sample.places.size < LEAST_FAILING:
        return []
    texts = _texts(material, sample.places)
    smallest = max(SMALLEST_GROUP, round(len(texts) ** 0.5 / 2))
    return [
        TextGroup(
            places=sample.places[group["members"]],
            terms=tuple(term[:120] for term in group["terms"]),
            centroid=group["centroid"],
            example=texts[group["members"][0]][:_LONGEST_TEXT],
        )
        for group in _grouped(texts, smallest=smallest)
    ]


def _grouped(texts: Sequence[str], *, smallest: int) -> list[dict[str, Any]]:
    wish = orjson.dumps({"texts": texts, "smallest": smallest})
    try:
        done = subprocess.run(
            _PROGRAM,
            input=wish,
            capture_output=True,
            timeout=_SECONDS,
            cwd=settings.BASE_DIR,
            env=_ENVIRONMENT,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise GroupingError(f"Grouping {len(texts):,} texts took more than {_SECONDS} seconds.") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise GroupingError(f"Grouping {len(texts):,} texts ended with code {error.returncode}: {said}.") from None
    groups: list[dict[str, Any]] = orjson.loads(done.stdout)
    return groups


def _texts(material: Material, places: Places) -> list[str]:
    """For each place why it fails, in the words of the judges; without any, its input and output."""
    repeats = material.run.repeats
    items = RunItem.objects.filter(run=material.run, ordinal__in=set((places // repeats).tolist()))
    rows: Any = items.annotate(asked=Left("item__input", _LONGEST_TEXT), said=Left("output", _LONGEST_TEXT))
    found = {
        ordinal * repeats + repeat: (pk, f"{asked}\n{said}")
        for pk, ordinal, repeat, asked, said in rows.values_list("pk", "ordinal", "repeat", "asked", "said")
    }
    wanted = [found.get(int(place), (0, "")) for place in places]
    explained = _explanations(material, {pk: int(place) for (pk, _), place in zip(wanted, places, strict=True)})
    return [explained.get(pk) or text for pk, text in wanted]


def _explanations(material: Material, place_of: dict[int, int]) -> dict[int, str]:
    """By run item, what the judges say that did not pass it."""
    told = [metric for metric in material.metrics if metric.revision.metric.kind in _WITH_REASONS]
    passing = {metric.pk: material.verdicts(metric) == PASSED for metric in told}
    scores = Score.objects.filter(run=material.run, run_item_id__in=list(place_of), run_metric_id__in=list(passing))
    scores = scores.exclude(Q(explanation="") | Q(explanation__endswith=NO_REASON))
    start = Left("explanation", _LONGEST_EXPLANATION)
    found: dict[int, list[str]] = defaultdict(list)
    rows = scores.annotate(start=start).order_by("run_metric_id")
    for run_item_id, metric_id, text in rows.values_list("run_item_id", "run_metric_id", "start"):
        if not passing[metric_id][place_of[run_item_id]]:
            found[run_item_id].append(text)
    return {pk: "\n".join(texts) for pk, texts in found.items()}
