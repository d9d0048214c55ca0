"""What EvalHub tells, as typed values; a newer server may say more, which is left aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

LIVE_STATES = frozenset({"queued", "answering", "scoring", "cancelling"})
# Of a partial run some items ended in an error; the numbers are those of the others.
FINISHED_STATES = frozenset({"finished", "partial"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A part of an answer."""

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> Self:
        """Made from the answer's JSON."""
        return cls(**cls._parts({each.name: said[each.name] for each in fields(cls) if each.name in said}))

    @classmethod
    def _parts(cls, said: dict[str, Any]) -> dict[str, Any]:
        """The fields, those that are shapes themselves made into them."""
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Project(Shape):
    """A project."""

    id: str
    team: str
    key: str
    name: str
    description: str
    quality_threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset(Shape):
    """A dataset of a project."""

    id: str
    key: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetVersion(Shape):
    """A frozen version of a dataset."""

    dataset: str
    number: int
    item_count: int
    with_output: int
    with_expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Shape):
    """The other tool that wrote a file, and what of it does not come along."""

    name: str
    left_behind: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetImport(Shape):
    """Rows on their way into a dataset; `version` is there when they have arrived."""

    id: int
    state: str
    version: int | None
    is_new_version: bool | None
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    error: str
    tool: Tool | None

    @classmethod
    def _parts(cls, said: dict[str, Any]) -> dict[str, Any]:
        return {**said, "tool": Tool.told(said["tool"]) if said["tool"] else None}

    @property
    def is_over(self) -> bool:
        return self.state in {"finished", "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricSummary(Shape):
    """One metric of a run; values are in its unit, the interval is the mean's of 95 %."""

    key: str
    name: str
    is_star: bool
    threshold: float | None
    direction: str
    unit: str
    range_min: float | None
    range_max: float | None
    scored: int
    unscored: int
    errored: int
    passed: int
    pass_rate: float | None
    mean: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDataset(Shape):
    """The data of a run."""

    id: str
    key: str
    name: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTarget(Shape):
    """Who answered."""

    id: str
    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts(Shape):
    """Of a run's items, how many."""

    items: int
    scored: int
    errored: int
    failing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(Shape):
    """How far a live run is."""

    total: int
    done: int
    seconds_left: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline(Shape):
    """The pinned run of the same dataset."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Shape):
    """A run with the summary of every metric; `page` is the path of its page."""

    id: str
    project: str
    name: str
    state: str
    error: str
    page: str
    dataset: RunDataset
    target: RunTarget
    counts: Counts
    overall: float | None
    grade: str
    passed: bool | None
    is_baseline: bool
    tags: tuple[str, ...]
    created_at: str
    finished_at: str | None
    cost: float
    metrics: tuple[MetricSummary, ...]
    baseline: Baseline | None = None
    progress: Progress | None = None

    @classmethod
    def _parts(cls, said: dict[str, Any]) -> dict[str, Any]:
        return said | {
            "dataset": RunDataset.told(said["dataset"]),
            "target": RunTarget.told(said["target"]),
            "counts": Counts.told(said["counts"]),
            "tags": tuple(said["tags"]),
            "metrics": tuple(MetricSummary.told(metric) for metric in said["metrics"]),
            "baseline": Baseline.told(said["baseline"]) if said.get("baseline") else None,
            "progress": Progress.told(said["progress"]) if said.get("progress") else None,
        }

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES

    @property
    def is_finished(self) -> bool:
        """Whether it came to its end, as opposed to failing or being stopped."""
        return self.state in FINISHED_STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class Score(Shape):
    """What one metric said of an item; `reason` is the code of why there is no value."""

    status: str
    value: float | None
    label: str
    passed: bool | None
    reason: str
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunItem(Shape):
    """An item as answered in a run, with its scores by the key of their metric."""

    ordinal: int
    repeat: int
    key: str
    state: str
    input: str
    output: str
    expected: Any
    context: Any
    metadata: Mapping[str, Any]
    error_code: str
    error_message: str
    overall: float | None
    passed: bool | None
    scores: Mapping[str, Score] = field(default_factory=dict)

    @classmethod
    def _parts(cls, said: dict[str, Any]) -> dict[str, Any]:
        return said | {"scores": {key: Score.told(score) for key, score in said["scores"].items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution(Shape):
    """One start of an evaluation, with its runs."""

    id: str
    name: str
    state: str
    runs: tuple[Run, ...]

    @classmethod
    def _parts(cls, said: dict[str, Any]) -> dict[str, Any]:
        return said | {"runs": tuple(Run.told(run) for run in said["runs"])}


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedEvaluation(Shape):
    """What became of an evaluation file."""

    id: str
    key: str
    name: str
    version: int
    is_changed: bool
    notes: tuple[str, ...]
    hindrances: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonLine(Shape):
    """One measure of a candidate against the baseline; a number is None where it cannot be said."""

    measure: str
    name: str
    higher_is_better: bool
    candidate: str
    verdict: str
    sentence: str
    items: int
    baseline_mean: float | None
    candidate_mean: float | None
    difference: float | None
    ci_low: float | None
    ci_high: float | None
    adjusted_p: float | None

    @property
    def drop(self) -> float | None:
        """By how much the candidate is worse, in the metric's unit; below zero where it is better."""
        if self.difference is None:
            return None
        return -self.difference if self.higher_is_better else self.difference

    @property
    def is_worse(self) -> bool:
        """Whether the drop is real: still told from chance when all comparisons made with it are reckoned with."""
        return self.verdict == "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Shape):
    """How the items of a candidate pair with the baseline's."""

    candidate: str
    matched: int
    only_in_baseline: int
    only_in_candidate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Shape):
    """Runs against a baseline, which is the first of `runs`."""

    runs: tuple[str, ...]
    lines: tuple[ComparisonLine, ...]
    matches: tuple[Match, ...]

    @classmethod
    def _parts(cls, said: dict[str, Any]) -> dict[str, Any]:
        return said | {
            "runs": tuple(said["runs"]),
            "lines": tuple(ComparisonLine.told(line) for line in said["lines"]),
            "matches": tuple(Match.told(match) for match in said["matches"]),
        }
