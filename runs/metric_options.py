"""The metrics that a run over a dataset version may take, each with what it needs and whether the version has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evalhub.accounts.models import Project
from metrics.choices import Category, Direction, MetricKind, ValueType
from metrics.models import MetricRevision
from metrics.project_metrics import MetricSetting, runnable_metrics, settings_of
from metrics.scale import usual_range
from runs.models import DatasetVersion, Target
from runs.services.run_metrics import needs_in_words, scorable_count

GIVEN = "In the data"


@dataclass(frozen=True, slots=True)
class MetricOption:
    """One line of the run form. With `is_given`, `key` names scores that came with the data."""

    key: str
    is_given: bool
    group: str
    name: str
    description: str
    needs: str
    direction: Direction
    value_type: ValueType
    minimum: float | None
    maximum: float | None
    unit: str
    labels: Sequence[str]
    allowed: Sequence[str]
    available: int
    total: int
    is_on: bool
    threshold: float | None = None
    weight: float = 1.0

    @property
    def code(self) -> str:
        """The option as forms name it; a given score may be called as a metric is."""
        return f"given:{self.key}" if self.is_given else self.key


def metric_options(project: Project, version: DatasetVersion, target: Target | None = None) -> list[MetricOption]:
    """Group by group: text matches first, other kinds of metrics, then what the data brought.

    `target` is the one that will be asked, if any.
    """
    metrics = [metric for metric in runnable_metrics(project) if metric.kind != MetricKind.IMPORTED]
    own = [
        _option(setting, setting.metric.current_revision, version, target)
        for setting in settings_of(project, metrics)
        if setting.metric.current_revision
    ]
    return [*own, *_given_options(version)]


def _option(
    setting: MetricSetting, revision: MetricRevision, version: DatasetVersion, target: Target | None
) -> MetricOption:
    metric = setting.metric
    available = scorable_count(revision, version, target)
    return MetricOption(
        key=metric.key,
        is_given=False,
        group=Category(metric.category).label,
        name=metric.name,
        description=metric.description,
        needs=needs_in_words(revision),
        direction=Direction(revision.direction),
        value_type=ValueType(revision.value_type),
        minimum=revision.scale.minimum,
        maximum=revision.scale.maximum,
        unit=revision.unit,
        labels=revision.labels,
        allowed=revision.allowed,
        available=available,
        total=version.item_count,
        is_on=setting.is_enabled and available > 0,
        threshold=setting.threshold,
        weight=setting.weight,
    )


def _given_options(version: DatasetVersion) -> Iterator[MetricOption]:
    """Given scores without a number cannot be measured and are left out."""
    for given in version.given_metrics:
        if given.get("minimum") is not None and given.get("maximum") is not None:
            yield _given_option(given, version)


def _given_option(given: dict[str, Any], version: DatasetVersion) -> MetricOption:
    low, high = usual_range(given["minimum"], given["maximum"])
    return MetricOption(
        key=given["key"],
        is_given=True,
        group=GIVEN,
        name=given["key"],
        description="Came with the data.",
        needs="a score in the data",
        direction=Direction(given.get("direction", Direction.HIGHER)),
        value_type=ValueType(given.get("value_type", ValueType.NUMBER)),
        minimum=low,
        maximum=high,
        unit="",
        labels=(),
        allowed=(),
        available=given["count"],
        total=version.item_count,
        is_on=True,
    )
