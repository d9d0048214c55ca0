"""What a reader of a trend asks for, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runs.filters import BY_OVERALL
from runs.run_filters import METADATA_PREFIX, RunFilters

BY_PASS_RATE = "pass_rate"  # noqa: S105  # no password
BRANCH = "branch"
# Where the branch of the code stands that a run is of.
BRANCH_NAME = METADATA_PREFIX + BRANCH


class TrendAxis(StrEnum):
    """What lies along the line: one run after another in time, or one version of the target after another."""

    TIME = "time"
    VERSION = "version"


@dataclass(frozen=True, slots=True)
class TrendWish:
    """One measure (`overall`, `pass_rate` or `m.<metric>`) of the finished runs over one dataset."""

    dataset_id: int
    measure: str = BY_OVERALL
    axis: TrendAxis = TrendAxis.TIME
    target: str = ""
    tag: str = ""
    branch: str = ""

    @property
    def run_filters(self) -> RunFilters:
        metadata = ((BRANCH, self.branch),) if self.branch else ()
        return RunFilters(dataset_id=self.dataset_id, target=self.target, tag=self.tag, metadata=metadata)
