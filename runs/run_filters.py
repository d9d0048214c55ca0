"""What a list of runs can be narrowed and sorted by, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

METRIC_PREFIX = "m."
METADATA_PREFIX = "meta."
_BETWEEN = ".."


@dataclass(frozen=True, slots=True)
class MetricBounds:
    """Only runs whose mean of the metric lies between the two, ends included."""

    key: str
    low: float | None = None
    high: float | None = None

    @classmethod
    def parse(cls, key: str, text: str) -> MetricBounds:
        """Read `0.2..0.8`, `0.2..` or `..0.8`. Raises `ValueError` for anything else."""
        low, between, high = text.partition(_BETWEEN)
        bounds = cls(key, float(low) if low.strip() else None, float(high) if high.strip() else None)
        if not between or bounds.low is bounds.high is None:
            raise ValueError(text)
        return bounds


@dataclass(frozen=True, slots=True)
class RunFilters:
    """What the runs must have; empty says nothing."""

    text: str = ""
    states: tuple[str, ...] = ()
    dataset_id: int | None = None
    target: str = ""
    tag: str = ""
    author: str = ""
    metrics: tuple[MetricBounds, ...] = ()
    metadata: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RunSort:
    """A column and a direction, written `-overall` or `m.contains` in an address."""

    column: str = "age"
    is_descending: bool = True

    @classmethod
    def parse(cls, text: str) -> RunSort:
        """Read an address; an empty one is the newest first."""
        return cls(text.removeprefix("-"), text.startswith("-")) if text else cls()

    @property
    def metric_key(self) -> str:
        return self.column.removeprefix(METRIC_PREFIX)

    def __str__(self) -> str:
        return f"-{self.column}" if self.is_descending else self.column
