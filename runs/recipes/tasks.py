"""Task specifications: what a vendor's task means here, as a dataset, a target and metrics, with nothing looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runs.recipes.document import as_mapping
from runs.recipes.placeholders import fill, values_of

# What a scorer of a task compares is, here, the output with the item's expected answer.
SCORER_METRICS = {"string_equals": "equals", "string_equals_mcqa": "equals", "bleu": "bleu"}
_DATASET_PARAMETERS = ("dataset", "dataset_key")
_SUFFIX = "-task"


@dataclass(frozen=True, slots=True)
class TaskSpecification:
    """One task of an evaluation with all placeholders filled.

    `metric_keys` holds, for each thing to measure, the keys it may have here, the likeliest first; `unknown_scorers`
    what cannot be measured here. Without a model the task looks at the dataset alone.
    """

    key: str
    task_key: str
    display_name: str
    config: Mapping[str, Any]
    model_key: str
    dataset_key: str
    num_samples: int | None
    subsampling: str
    repeats: int | None
    metric_keys: tuple[tuple[str, ...], ...]
    unknown_scorers: tuple[str, ...]


def specification_of(stored: Mapping[str, Any], values: Mapping[str, Any]) -> TaskSpecification:
    """Read a specification as it is stored, by the evaluation's values. Raises `Invalid` for a value that is missing.

    `task` in it holds the task's own document where the file brought one.
    """
    filled = {key: value if key == "task" else fill(value, values) for key, value in stored.items()}
    task_key = str(filled.get("task_key") or "")
    config = dict(as_mapping(filled.get("task_config")))
    definition: Mapping[str, Any] = {}
    if task := as_mapping(stored.get("task")):
        config = values_of(task.get("config_spec") or [], config)
        definition = as_mapping(fill(task.get("definition") or {}, config))
    metric_keys, unknown = _metrics_of(task_key, definition)
    trials = as_mapping(filled.get("trials_config") or filled.get("trials"))
    return TaskSpecification(
        key=str(filled.get("key") or task_key),
        task_key=task_key,
        display_name=str(filled.get("display_name") or filled.get("key") or task_key),
        config=config,
        model_key=str(filled.get("model_key") or ""),
        dataset_key=_dataset_key(filled, config, definition),
        num_samples=filled.get("num_samples"),
        subsampling=str(filled.get("subsampling") or ""),
        repeats=trials.get("num_trials"),
        metric_keys=metric_keys,
        unknown_scorers=unknown,
    )


def _dataset_key(filled: Mapping[str, Any], config: Mapping[str, Any], definition: Mapping[str, Any]) -> str:
    of_task = as_mapping(definition.get("dataset"))
    candidates = [filled.get("dataset_key"), *(config.get(name) for name in _DATASET_PARAMETERS)]
    candidates += [of_task.get("key"), of_task.get("id")]
    return next((str(candidate) for candidate in candidates if candidate), "")


def _metrics_of(task_key: str, definition: Mapping[str, Any]) -> tuple[tuple[tuple[str, ...], ...], tuple[str, ...]]:
    """By the scorers of the task where it is known, else by a metric called as the task is."""
    if not definition:
        bare = task_key.removesuffix(_SUFFIX)
        names = (task_key, bare, bare.replace("-", "_"), task_key.replace("-", "_"))
        return (tuple(dict.fromkeys(names)),), ()
    types = [str(scorer.get("type", "")) for scorer in definition.get("scorers") or []]
    known = tuple((SCORER_METRICS[name],) for name in dict.fromkeys(types) if name in SCORER_METRICS)
    return known, tuple(name for name in dict.fromkeys(types) if name not in SCORER_METRICS)
