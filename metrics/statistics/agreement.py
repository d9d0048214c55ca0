"""How far a judge agrees with people: confusion counts, Cohen's kappa with interval, and the word for it.

docs/statistics.md has each formula with its source.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from metrics.statistics.intervals import CONFIDENCE, wilson_interval

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

# With fewer rows, or an interval that reaches further than this to either side, no word is used.
LEAST_ROWS = 20
WIDEST_HALF = 0.2
WANTED_HALF = 0.1
_Z = float(ndtri((1 + CONFIDENCE) / 2))
_VANISHING = 1e-12
# What is planned with while nothing is measured: a judge that is right four times of five where half the items pass.
_PLANNED_VARIANCE = 0.64


class Weighting(StrEnum):
    """How much a disagreement counts: all alike, by its distance, or by the square of it."""

    NONE = "none"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


class Word(StrEnum):
    """The bands of Landis and Koch 1977, and what they leave out."""

    UNCERTAIN = "too few to say"
    ONE_SIDED = "always the same verdict"
    BELOW_CHANCE = "below chance"
    SLIGHT = "slight"
    FAIR = "fair"
    MODERATE = "moderate"
    SUBSTANTIAL = "substantial"
    ALMOST_PERFECT = "almost perfect"


_BANDS = ((0.0, Word.BELOW_CHANCE), (0.2, Word.SLIGHT), (0.4, Word.FAIR), (0.6, Word.MODERATE), (0.8, Word.SUBSTANTIAL))


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa; `agreement` is the share of rows on which both say the same, `error` the standard error.

    None where chance alone would make them agree always: both say one and the same of every row. Where only one of them
    says the same of every row, it is 0 whatever the other says, and has no interval.
    """

    n: int
    agreement: float | None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    error: float | None = None


def confusion(judge: Floats, people: Floats, classes: Floats) -> Counts:
    """Counts of rows with the judge's class down and the people's across; `classes` is sorted and holds every value."""
    size = len(classes)
    cells = np.searchsorted(classes, judge) * size + np.searchsorted(classes, people)
    table: Counts = np.bincount(cells, minlength=size * size).reshape(size, size).astype(np.int64)
    return table


def cohen_kappa(table: Counts, *, weighting: Weighting = Weighting.NONE) -> Kappa:
    """Cohen 1960, weighted as Cohen 1968; the interval by the variance of Fleiss, Cohen and Everitt 1969."""
    n = int(table.sum())
    if n == 0:
        return Kappa(n=0, agreement=None)
    shares = table / n
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    weights = _weights(len(table), weighting)
    observed = float((weights * shares).sum())
    expected = float(rows @ weights @ columns)
    agreement = float(np.trace(shares))
    if 1 - expected < _VANISHING:
        return Kappa(n=n, agreement=agreement)
    if max(rows.max(), columns.max()) > 1 - _VANISHING:
        return Kappa(n=n, agreement=agreement, value=0.0)
    value = (observed - expected) / (1 - expected)
    error = math.sqrt(_variance(shares, weights, observed=observed, expected=expected) / n)
    if error > _VANISHING:
        low, high = value - _Z * error, value + _Z * error
    else:
        # Rows that all agree have no variance, which does not make them certain: what chance explains is taken from
        # Wilson's interval of the raw agreement.
        low, high = ((end - expected) / (1 - expected) for end in wilson_interval(share=observed, n=n))
    return Kappa(n, agreement, value, max(-1.0, low), min(1.0, high), error)


def _weights(size: int, weighting: Weighting) -> Floats:
    """1 for agreement down to 0 for the farthest apart."""
    places = np.arange(size, dtype=np.float64)
    distances: Floats = np.abs(places[:, None] - places[None, :])
    if weighting == Weighting.NONE:
        return np.eye(size)
    farthest = max(1, size - 1)
    weights: Floats = 1 - (distances / farthest) ** (2 if weighting == Weighting.QUADRATIC else 1)
    return weights


def _variance(shares: Floats, weights: Floats, *, observed: float, expected: float) -> float:
    """Times n; equation 13 of Fleiss, Cohen and Everitt, Psychological Bulletin 72, 323 to 327."""
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    of_rows, of_columns = weights @ columns, rows @ weights
    inner = weights * (1 - expected) - (of_rows[:, None] + of_columns[None, :]) * (1 - observed)
    total = float((shares * inner**2).sum()) - (observed * expected - 2 * expected + observed) ** 2
    return max(0.0, total) / (1 - expected) ** 4


def word_for(kappa: Kappa) -> Word:
    """The word for the value, where there are enough rows to use one."""
    if kappa.value is None:
        return Word.UNCERTAIN
    if kappa.low is None or kappa.high is None:
        return Word.ONE_SIDED
    if kappa.n < LEAST_ROWS or kappa.high - kappa.low > 2 * WIDEST_HALF:
        return Word.UNCERTAIN
    return next((word for end, word in _BANDS if kappa.value < end), Word.ALMOST_PERFECT)


def rows_wanted(kappa: Kappa | None = None, *, half: float = WANTED_HALF) -> int:
    """How many rows make kappa's interval reach no further than `half` to either side.

    By the spread that was measured; before there is one, by a judge that is right on four items of five.
    """
    variance = kappa.error**2 * kappa.n if kappa and kappa.error and kappa.n >= LEAST_ROWS else _PLANNED_VARIANCE
    return math.ceil(variance * (_Z / half) ** 2)


@dataclass(frozen=True, slots=True)
class Share:
    """A share with Wilson's interval; None of nothing."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson_interval(share=self.hits / self.n, n=self.n) if self.n else None


@dataclass(frozen=True, slots=True)
class PassTable:
    """Rows by whether judge and people let them pass. A false pass is one that people would have failed."""

    true_pass: int
    false_pass: int
    false_fail: int
    true_fail: int

    @property
    def n(self) -> int:
        return self.true_pass + self.false_pass + self.false_fail + self.true_fail

    @property
    def counts(self) -> Counts:
        """As `confusion` counts classes: fail before pass, the judge down, people across."""
        return np.array([[self.true_fail, self.false_fail], [self.false_pass, self.true_pass]], dtype=np.int64)

    @property
    def sensitivity(self) -> Share:
        """Of what people let pass, the share that the judge lets pass."""
        return Share(self.true_pass, self.true_pass + self.false_fail)

    @property
    def specificity(self) -> Share:
        """Of what people fail, the share that the judge fails."""
        return Share(self.true_fail, self.true_fail + self.false_pass)

    @property
    def kappa(self) -> Kappa:
        return cohen_kappa(self.counts)


def pass_table(judge: NDArray[np.bool_], people: NDArray[np.bool_]) -> PassTable:
    """Count rows of which both verdicts are known."""
    return PassTable(
        true_pass=int((judge & people).sum()),
        false_pass=int((judge & ~people).sum()),
        false_fail=int((~judge & people).sum()),
        true_fail=int((~judge & ~people).sum()),
    )
