"""What a paired comparison says once the metric's direction and the number of comparisons are reckoned with."""

from __future__ import annotations

from enum import StrEnum

from metrics.statistics.paired import PairedResult

LEVEL = 0.05


class Verdict(StrEnum):
    """In the order of how much there is to say."""

    BETTER = "better"
    WORSE = "worse"
    # Would count if it had been the only question asked.
    PERHAPS_BETTER = "perhaps_better"
    PERHAPS_WORSE = "perhaps_worse"
    NO_DIFFERENCE = "no_difference"
    SAME = "same"
    TOO_FEW = "too_few"


def verdict_of(result: PairedResult, *, adjusted_p: float | None, higher_is_better: bool) -> Verdict:
    """The verdict at the 5 % level; `adjusted_p` is the p-value corrected for all comparisons made with it."""
    if result.p is None or adjusted_p is None or result.difference is None:
        return Verdict.TOO_FEW
    if result.up == result.down == 0:
        return Verdict.SAME
    is_better = (result.difference > 0) == higher_is_better
    if adjusted_p <= LEVEL:
        return Verdict.BETTER if is_better else Verdict.WORSE
    if result.p <= LEVEL:
        return Verdict.PERHAPS_BETTER if is_better else Verdict.PERHAPS_WORSE
    return Verdict.NO_DIFFERENCE
