"""A file that describes an evaluation: read, checked as a whole, and given as plain fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runs.recipes.document import Document, Path, Problem, ProblemsFound, as_mapping, key_of, read_document
from runs.recipes.grammar import EVALUATION, FILE, TASK_SPECIFICATION
from runs.recipes.shapes import check

_DEBUG_SAMPLES = 10
_NOT_CARRIED = {
    "secrets": "secrets belong to connections, which an admin sets up in the settings",
    "model_adapters": "a connection speaks to its endpoint without adapters",
    "dataset_generators": "EvalHub does not generate datasets",
    "policies": "an evaluation passes or fails by its star metric",
    "use_cases": "EvalHub has tags instead",
    "domains": "EvalHub has tags instead",
    "providers": "EvalHub has tags instead",
    "task_result_log_path": "upload recorded outputs as a dataset instead",
    "repeatability": "trials repeat every item",
    "repeatability_config": "trials repeat every item",
    "inputs": "trials repeat every item",
    "generator_specification": "EvalHub does not generate datasets",
}


@dataclass(frozen=True, slots=True)
class DatasetSource:
    """A dataset that the file names; `file_path` is relative to the file, and empty where the rows are elsewhere."""

    key: str
    name: str
    file_path: str
    line: int


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model that the file names; `model` is what the endpoint calls it."""

    key: str
    name: str
    description: str
    model: str


@dataclass(frozen=True, slots=True)
class MetricUse:
    """A metric that the evaluation measures, with what the file says of it."""

    key: str
    threshold: float | None
    weight: float | None


@dataclass(frozen=True, slots=True)
class EvaluationFile:
    """Everything the file says that EvalHub has a place for; `notes` names what it leaves aside, and why.

    `lines` says where each part of the file stands, by its path.
    """

    key: str
    name: str
    description: str
    long_description: str
    tags: tuple[str, ...]
    num_samples: int | None
    subsampling: str
    cache_policy: str
    repeats: int
    dataset_key: str
    targets: tuple[str, ...]
    metrics: tuple[MetricUse, ...]
    star_metric: str
    star_threshold: float | None
    config_spec: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    datasets: tuple[DatasetSource, ...]
    models: tuple[ModelSource, ...]
    config: dict[str, Any]
    notes: tuple[str, ...]
    lines: Mapping[Path, int]

    def problem(self, path: Path, message: str) -> Problem:
        """Something that is wrong with the part at the path, with its line."""
        return Problem(Document(lines=dict(self.lines)).line(path), key_of(path), message)


def read_evaluation_file(text: str) -> EvaluationFile:
    """Read the file. Raises `ProblemsFound` with everything that is wrong, each with its line and key."""
    document = read_document(text)
    if document.value is None:
        document.complain((), "The file is empty; it must hold the key evaluation.")
    else:
        check(document, document.value, FILE)
        if as_mapping(as_mapping(document.value).get("evaluation")):
            _check_references(document)
    if document.problems:
        raise ProblemsFound(document.problems)
    return _fields(document)


def _check_references(document: Document) -> None:
    """What only shows when parts of the file are seen together."""
    whole = as_mapping(document.value)
    evaluation = as_mapping(whole.get("evaluation"))
    specifications = evaluation.get("task_specifications")
    if specifications == [] or (specifications is None and not evaluation.get("metrics")):
        path: Path = ("evaluation",)
        document.complain(path, "There is nothing to measure: give task_specifications, or metrics with a dataset_key.")
    _check_keys_once(document, specifications, ("evaluation", "task_specifications"))
    for part in ("models", "datasets", "tasks"):
        _check_keys_once(document, whole.get(part), (part,))
    if evaluation.get("metrics") and not evaluation.get("dataset_key"):
        document.complain(("evaluation",), 'The key "dataset_key" is missing: metrics need a dataset to measure.')
    _check_star(document, evaluation)


def _check_keys_once(document: Document, entries: object, path: Path) -> None:
    first: dict[str, int] = {}
    for place, entry in enumerate(entries if isinstance(entries, list) else []):
        key = as_mapping(entry).get("key")
        if not isinstance(key, str):
            continue
        if key in first:
            document.complain((*path, place, "key"), f'"{key}" is the key of another entry too, on line {first[key]}.')
        first.setdefault(key, document.line((*path, place, "key")))


def _check_star(document: Document, evaluation: Mapping[str, Any]) -> None:
    star = as_mapping(evaluation.get("star_metric")).get("key")
    keys = [as_mapping(metric).get("key") for metric in evaluation.get("metrics") or []]
    if star and star not in keys:
        shown = ", ".join(str(key) for key in keys) or "none"
        document.complain(
            ("evaluation", "star_metric", "key"), f'The star metric "{star}" is not among the metrics ({shown}).'
        )


def _fields(document: Document) -> EvaluationFile:
    whole = as_mapping(document.value)
    evaluation, run_config = as_mapping(whole["evaluation"]), as_mapping(whole.get("run_config"))
    tasks = {task["key"]: task for task in whole.get("tasks") or []}
    star = as_mapping(evaluation.get("star_metric"))
    trials = as_mapping(run_config.get("trials_config"))
    chosen = {**evaluation, **{key: value for key, value in run_config.items() if value is not None}}
    return EvaluationFile(
        key=evaluation["key"],
        name=evaluation["display_name"].strip(),
        description=evaluation.get("description") or "",
        long_description=evaluation.get("long_description") or "",
        tags=tuple(evaluation.get("tags") or ()),
        num_samples=chosen.get("num_samples") or (_DEBUG_SAMPLES if evaluation.get("mode") == "debug" else None),
        subsampling=chosen.get("subsampling") or "head",
        cache_policy=chosen.get("cache_policy") or "reuse",
        repeats=trials.get("num_trials") or evaluation.get("repeats") or 1,
        dataset_key=evaluation.get("dataset_key") or "",
        targets=tuple(evaluation.get("targets") or ()),
        metrics=tuple(
            MetricUse(metric["key"], metric.get("threshold"), metric.get("weight"))
            for metric in evaluation.get("metrics") or ()
        ),
        star_metric=star.get("key", ""),
        star_threshold=star.get("success_threshold"),
        config_spec=list(evaluation.get("config_spec") or []),
        tasks=[_with_task(each, tasks) for each in evaluation.get("task_specifications") or []],
        datasets=tuple(_dataset(document, place, each) for place, each in enumerate(whole.get("datasets") or ())),
        models=tuple(_model(each) for each in whole.get("models") or () if each.get("key")),
        config=dict(whole.get("config") or {}),
        notes=tuple(_notes(document, whole, evaluation)),
        lines=document.lines,
    )


def _with_task(specification: Mapping[str, Any], tasks: Mapping[str, Any]) -> dict[str, Any]:
    """The specification as it stands, with a key, and its task's own document where the file brings one."""
    kept = {
        "key": specification["task_key"],
        **{key: value for key, value in specification.items() if value is not None},
    }
    task = tasks.get(specification["task_key"])
    return {**kept, "task": task} if task else kept


def _dataset(document: Document, place: int, entry: Mapping[str, Any]) -> DatasetSource:
    source = as_mapping(entry.get("source"))
    is_local = source.get("type", "local") == "local"
    return DatasetSource(
        key=entry["key"],
        name=entry.get("display_name") or entry["key"],
        file_path=source.get("file_path", "") if is_local else "",
        line=document.line(("datasets", place)),
    )


def _model(entry: Mapping[str, Any]) -> ModelSource:
    config = as_mapping(entry.get("config"))
    key = entry["key"]
    return ModelSource(
        key=key,
        name=entry.get("display_name") or key,
        description=entry.get("description") or "",
        model=str(config.get("model_key") or key.rpartition("$")[2]),
    )


def _notes(document: Document, whole: Mapping[str, Any], evaluation: Mapping[str, Any]) -> list[str]:
    """A sentence on each part of the file that is understood and left aside."""
    places: list[tuple[Path, Mapping[str, Any], tuple[str, ...]]] = [
        ((), whole, FILE.ignored),
        (("evaluation",), evaluation, EVALUATION.ignored),
    ]
    for place, each in enumerate(evaluation.get("task_specifications") or ()):
        places.append((("evaluation", "task_specifications", place), each, TASK_SPECIFICATION.ignored))
    for place, each in enumerate(whole.get("datasets") or ()):
        places.append((("datasets", place), each, ("generator_specification",)))
    return [
        f'Line {document.line((*path, key))}: "{key}" is left aside; {_NOT_CARRIED[key]}.'
        for path, held, keys in places
        for key in keys
        if held.get(key)
    ]
