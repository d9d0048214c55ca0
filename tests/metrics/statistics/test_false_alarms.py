"""How often runs that are equally good are called different: 5 % of the time, with and without clusters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from metrics.statistics.adjusting import holm
from metrics.statistics.paired import Codes, Floats, PairKind, compare_paired

TRIALS = 3_000
# Three standard errors of a share of 5 % in so many trials.
ERROR = 3 * (0.05 * 0.95 / TRIALS) ** 0.5

Draw = Callable[[np.random.Generator], tuple[Floats, Floats]]


def false_alarms(draw: Draw, *, kind: PairKind, clusters: Codes | None = None) -> float:
    random = np.random.default_rng(20_261)
    values = [compare_paired(*draw(random), kind=kind, clusters=clusters).p for _ in range(TRIALS)]
    return float(np.mean([p is not None and p <= 0.05 for p in values]))


def skewed(random: np.random.Generator) -> tuple[Floats, Floats]:
    hardness = random.beta(5, 2, 120)
    return hardness * random.beta(8, 2, 120), hardness * random.beta(8, 2, 120)


def test_of_numbers() -> None:
    assert false_alarms(skewed, kind=PairKind.NUMBER) == pytest.approx(0.05, abs=ERROR)


GROUPS = np.repeat(np.arange(40), np.random.default_rng(1).integers(2, 8, 40))


def within_documents(random: np.random.Generator) -> tuple[Floats, Floats]:
    """Items of one document share how well either side does on it."""
    sides = random.normal(size=(2, 40))[:, GROUPS] + random.normal(size=(2, len(GROUPS)))
    return sides[0], sides[1]


def test_of_items_that_come_in_clusters() -> None:
    assert false_alarms(within_documents, kind=PairKind.NUMBER, clusters=GROUPS) == pytest.approx(0.05, abs=ERROR)


def test_of_clusters_that_nobody_named() -> None:
    """What the cluster key is for: without it three times as many alarms are false."""
    assert false_alarms(within_documents, kind=PairKind.NUMBER) > 0.15


def passes(random: np.random.Generator) -> tuple[Floats, Floats]:
    hardness = random.random(200)
    sides = random.random((2, 200)) < hardness
    return sides[0].astype(np.float64), sides[1].astype(np.float64)


def test_of_yes_and_no_it_is_never_more() -> None:
    """The exact test keeps below the level and comes near to it."""
    assert 0.02 < false_alarms(passes, kind=PairKind.BOOLEAN) <= 0.05 + ERROR


def test_of_ten_metrics_at_once() -> None:
    random = np.random.default_rng(7)
    alarms = 0
    for _ in range(600):
        values = [compare_paired(*skewed(random), kind=PairKind.NUMBER).p for _ in range(10)]
        alarms += any(p is not None and p <= 0.05 for p in holm(values))
    assert alarms / 600 == pytest.approx(0.05, abs=3 * (0.05 * 0.95 / 600) ** 0.5)
