"""Directions, ranges and thresholds, defined once: what is good, how good on a common scale, and whether it passes."""

from __future__ import annotations

from dataclasses import dataclass

TOLERANCE = 1e-9
# What people and judges rate on, the narrowest first.
USUAL_RANGES = ((0.0, 1.0), (1.0, 5.0), (1.0, 10.0), (0.0, 10.0), (0.0, 100.0))


@dataclass(frozen=True, slots=True)
class Scale:
    """A metric's range and direction. An end is None where values have no end."""

    higher_is_better: bool = True
    minimum: float | None = 0.0
    maximum: float | None = 1.0

    @property
    def is_bounded(self) -> bool:
        return self.minimum is not None and self.maximum is not None

    def holds(self, value: float) -> bool:
        """Whether the value lies within the ends that there are."""
        return not (self.minimum is not None and value < self.minimum - TOLERANCE) and not (
            self.maximum is not None and value > self.maximum + TOLERANCE
        )

    @property
    def ends(self) -> str:
        """The range in words, without the ends that there are not."""
        if self.minimum is None:
            return "" if self.maximum is None else f"up to {self.maximum:g}"
        return f"from {self.minimum:g}" + ("" if self.maximum is None else f" to {self.maximum:g}")

    def goodness(self, value: float) -> float | None:
        """Distance from the worse end as a share of the range, 0 to 1; None for a metric without ends."""
        if self.minimum is None or self.maximum is None:
            return None
        share = (value - self.minimum) / (self.maximum - self.minimum)
        return min(1.0, max(0.0, share if self.higher_is_better else 1.0 - share))

    def at_goodness(self, share: float) -> float | None:
        """The value whose `goodness` is `share`; None for a metric without ends."""
        if self.minimum is None or self.maximum is None:
            return None
        span = self.maximum - self.minimum
        return self.minimum + span * share if self.higher_is_better else self.maximum - span * share

    def passes(self, value: float, threshold: float) -> bool:
        """Whether `value` is at least as good as `threshold`; both in the metric's unit."""
        if self.higher_is_better:
            return value >= threshold - TOLERANCE
        return value <= threshold + TOLERANCE


def usual_range(minimum: float, maximum: float) -> tuple[float, float] | tuple[None, None]:
    """The narrowest usual range that holds what was seen; no ends where none does (a length, a price, a logarithm)."""
    for low, high in USUAL_RANGES:
        if low <= minimum and maximum <= high:
            return low, high
    return None, None
