"""What differs between two versions of an evaluation, part by part, in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from runs.models import EvaluationMetric, EvaluationVersion

_NONE = "–"


@dataclass(frozen=True, slots=True)
class Change:
    """One part of a recipe, before and after; either may be "–"."""

    part: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version with what it changed against the one before."""

    version: EvaluationVersion
    changes: Sequence[Change]


def version_rows(versions: Sequence[EvaluationVersion]) -> list[VersionRow]:
    """The versions, the newest first, each against the one before; `versions` are all of one evaluation, in order."""
    before = {version.number: version for version in versions}
    return [VersionRow(version, changes_between(before.get(version.number - 1), version)) for version in versions]


def changes_between(before: EvaluationVersion | None, after: EvaluationVersion) -> list[Change]:
    """What a reader has to know; nothing for a first version."""
    if before is None:
        return []
    old, new = _parts(before), _parts(after)
    changes = [
        Change(part, old.get(part, _NONE), new.get(part, _NONE))
        for part in dict.fromkeys([*old, *new])
        if old.get(part) != new.get(part)
    ]
    return [*changes, *_order_change(before, after)]


def _order_change(before: EvaluationVersion, after: EvaluationVersion) -> list[Change]:
    """Metrics that stand in another order; where some came or went, that says enough."""
    old, new = ([each.metric.name for each in version.metrics.all()] for version in (before, after))
    if old == new or sorted(old) != sorted(new):
        return []
    return [Change("Order of metrics", ", ".join(old), ", ".join(new))]


def _parts(version: EvaluationVersion) -> dict[str, str]:
    parts = {
        "Name": version.name,
        "Description": version.description,
        "Long description": version.long_description,
        "Dataset": str(version.dataset or ""),
        "Dataset version": f"v{version.dataset_version.number}" if version.dataset_version else "the newest",
        "Targets": ", ".join(sorted(str(target) for target in version.targets.all())),
        "Passes or fails by": _star(version),
        "Items": sample_of(version),
        "Repeats": str(version.repeats),
        "Cache": version.get_cache_policy_display(),
        "Parameters": _as_json(version.config_spec),
    }
    metrics = {f"Metric {each.metric.name}": _metric(each) for each in version.metrics.all()}
    tasks = {f"Task {task.get('key') or task.get('task_key')}": _as_json(task) for task in version.tasks}
    return {part: text or _NONE for part, text in {**parts, **metrics, **tasks}.items()}


def sample_of(version: EvaluationVersion) -> str:
    """Which items a start takes."""
    if version.num_samples is None:
        return "all"
    return f"{version.num_samples:,}, {version.get_sampling_display().lower()}"


def _star(version: EvaluationVersion) -> str:
    if version.star_metric is None:
        return "the overall score"
    threshold = ""
    if version.star_threshold is not None:
        threshold = f" at {version.star_threshold:g}"
    elif version.star_threshold_percent is not None:
        threshold = f" at {version.star_threshold_percent} %"
    return f"{version.star_metric.name}{threshold}"


def _metric(each: EvaluationMetric) -> str:
    threshold = "threshold of the project" if each.threshold is None else f"threshold {each.threshold:g}"
    return f"{threshold}, weight {each.weight:g}"


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if value else ""
