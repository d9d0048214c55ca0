"""From an evaluation's version to the runs of one start: what each measures, on what, against which target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid
from metrics.choices import MetricKind
from metrics.models import Metric
from runs.choices import CachePolicy, Sampling, TargetKind
from runs.models import Dataset, DatasetVersion, EvaluationMetric, EvaluationVersion, Target
from runs.recipes.placeholders import values_of
from runs.recipes.tasks import TaskSpecification, specification_of
from runs.services.run_metrics import MetricChoice
from runs.services.runs import RunRequest
from runs.services.targets import recorded_target

# Who is said to have answered where a task looks at the dataset alone.
_NO_TARGET = "Recorded data"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionRequest:
    """One start. `targets` None are the version's own; `config` and `run_config` are a vendor's values, as sent.

    `may_score_nothing` is as in `RunRequest`.
    """

    version: EvaluationVersion
    targets: Sequence[Target] | None = None
    name: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    run_config: Mapping[str, Any] = field(default_factory=dict)
    waits_for_start: bool = False
    task_key: str = ""  # only this one of the tasks
    may_score_nothing: bool = False


def alone_requests(request: ExecutionRequest) -> list[ExecutionRequest]:
    """The same start with each of its targets or tasks by itself."""
    if tasks := request.version.tasks:
        return [replace(request, task_key=str(task.get("key") or task.get("task_key"))) for task in tasks]
    targets = list(request.version.targets.all()) if request.targets is None else request.targets
    return [replace(request, targets=[target]) for target in targets] or [request]


def run_requests(request: ExecutionRequest, *, by: User) -> list[RunRequest]:
    """A run for each task, or else for each target. Raises `Invalid` or `Conflict` for the first that cannot run."""
    version = request.version
    if version.tasks:
        values = values_of(version.config_spec, request.config)
        tasks = [specification_of(stored, values) for stored in version.tasks]
        return [_of_task(request, task, by=by) for task in tasks if request.task_key in {"", task.key}]
    targets = list(version.targets.all()) if request.targets is None else list(request.targets)
    if not targets:
        raise Invalid(
            "target_missing", f'"{version.evaluation}" names no target; choose at least one.', field="targets"
        )
    return [_of_target(request, target) for target in targets]


def _of_target(request: ExecutionRequest, target: Target) -> RunRequest:
    version = request.version
    if version.dataset is None:
        raise Invalid("dataset_missing", f'"{version.evaluation}" names no dataset; add one.', field="dataset")
    measured = list(version.metrics.all())
    star = next((each for each in measured if each.metric_id == version.star_metric_id), None)
    metrics = [choice_of(each) for each in measured]
    if star:  # its own threshold goes before the metric's
        place = measured.index(star)
        metrics[place] = replace(metrics[place], threshold=_star_threshold(star, version))
    wanted = RunRequest(
        project=version.evaluation.project,
        version=version.dataset_version or _newest(version.dataset),
        target=target,
        metrics=metrics,
        star=choice_of(star).key if star else "",
        name=request.name or f"{version.name}: {target}"[:250],
        description=version.description,
        num_samples=version.num_samples,
        sampling=Sampling(version.sampling),
        repeats=version.repeats,
        cache_policy=CachePolicy(version.cache_policy),
        tags=version.evaluation.tags,
        waits_for_start=request.waits_for_start,
        may_score_nothing=request.may_score_nothing,
    )
    return _as_configured(wanted, request.run_config)


def _as_configured(wanted: RunRequest, run_config: Mapping[str, Any]) -> RunRequest:
    """The run with what this start says differently from the recipe."""
    trials = run_config.get("trials_config") or {}
    return replace(
        wanted,
        num_samples=run_config.get("num_samples") or wanted.num_samples,
        sampling=Sampling(run_config.get("subsampling") or wanted.sampling),
        repeats=trials.get("num_trials") or wanted.repeats,
        cache_policy=CachePolicy(run_config.get("cache_policy") or wanted.cache_policy),
    )


def choice_of(each: EvaluationMetric) -> MetricChoice:
    """A metric of the version as runs and forms name it; one of given scores goes by their name in the data."""
    metric, revision = each.metric, each.metric.current_revision
    source = revision.definition.get("source") if revision and metric.kind == MetricKind.IMPORTED else None
    return MetricChoice(
        key=source or metric.key, is_given=source is not None, threshold=each.threshold, weight=each.weight
    )


def _star_threshold(each: EvaluationMetric, version: EvaluationVersion) -> float | None:
    if version.star_threshold is not None:
        return version.star_threshold
    revision = each.metric.current_revision
    if version.star_threshold_percent is None or revision is None:
        return each.threshold
    # In percent of the range from its lower end, whichever end is the better one.
    return replace(revision.scale, higher_is_better=True).at_goodness(version.star_threshold_percent / 100)


def _newest(dataset: Dataset) -> DatasetVersion:
    version = dataset.versions.select_related("dataset__project").order_by("-number").first()
    if version is None:
        raise Conflict(
            "dataset_empty", f'Dataset "{dataset}" has no version yet; upload its rows first.', field="dataset"
        )
    return version


# --- Tasks ------------------------------------------------------------------------------------------------------------
def _of_task(request: ExecutionRequest, task: TaskSpecification, *, by: User) -> RunRequest:
    version, project = request.version, request.version.evaluation.project
    dataset = _task_dataset(task, version)
    metrics = _task_metrics(task, project)
    target = _task_target(task, project, by=by)
    wanted = RunRequest(
        project=project,
        version=_newest(dataset),
        target=target,
        metrics=metrics,
        name=f"{version.name}: {task.display_name}"[:250],
        description=version.description,
        num_samples=version.num_samples,
        sampling=Sampling(version.sampling),
        repeats=version.repeats,
        cache_policy=CachePolicy(version.cache_policy),
        tags=version.evaluation.tags,
        task_key=task.key,
        waits_for_start=request.waits_for_start,
    )
    configured = _as_configured(wanted, request.run_config)
    # What a task says of its own sample goes before what the evaluation or the start says.
    return replace(
        configured,
        num_samples=task.num_samples or configured.num_samples,
        sampling=Sampling(task.subsampling or configured.sampling),
        repeats=task.repeats or configured.repeats,
    )


def _task_dataset(task: TaskSpecification, version: EvaluationVersion) -> Dataset:
    if not task.dataset_key:
        if version.dataset:
            return version.dataset
        raise Invalid(
            "task_without_dataset",
            f'Task "{task.key}" names no dataset, and the task "{task.task_key}" is not described in the file. '
            "Add dataset_key to it.",
            field="tasks",
        )
    project = version.evaluation.project
    named = Dataset.objects.filter(
        _usable(project), Q(key=task.dataset_key) | Q(name=task.dataset_key), archived_at=None
    )
    dataset = named.order_by("project__is_library").first()
    if dataset is None:
        raise Invalid(
            "dataset_unknown",
            f'Task "{task.key}" needs the dataset "{task.dataset_key}", which the project does not have; upload it '
            "under this name.",
            field="tasks",
        )
    return dataset


def _usable(project: Project) -> Q:
    return Q(project=project) | Q(project__team_id=project.team_id, project__is_library=True)


def _task_metrics(task: TaskSpecification, project: Project) -> list[MetricChoice]:
    if task.unknown_scorers:
        raise Invalid(
            "scorer_unknown",
            f'Task "{task.key}" scores by {", ".join(task.unknown_scorers)}, which EvalHub cannot compute from a file; '
            "define a metric for it and name that as the task's task_key.",
            field="tasks",
        )
    known = set(Metric.objects.usable_in(project).values_list("key", flat=True))
    found = [next((key for key in keys if key in known), None) for keys in task.metric_keys]
    keys = [key for key in found if key is not None]
    if not keys or None in found:
        raise Invalid(
            "task_unknown",
            f'Task "{task.key}" is of "{task.task_key}", which is neither described in the file nor a metric of the '
            "project; define a metric with this key.",
            field="tasks",
        )
    return [MetricChoice(key=key, parameters=dict(task.config)) for key in keys]


def _task_target(task: TaskSpecification, project: Project, *, by: User) -> Target:
    if not task.model_key:
        return recorded_target(project=project, name=_NO_TARGET, by=by)
    bare = task.model_key.rpartition("$")[2]
    targets = Target.objects.filter(_usable(project), deleted_at=None).select_related("project")
    for lookup in (Q(settings__key=task.model_key), Q(name=task.model_key), Q(name=bare), Q(model=bare)):
        # A model that can be asked goes before recorded outputs of the same name.
        if target := targets.filter(lookup).exclude(kind=TargetKind.RECORDED).first() or targets.filter(lookup).first():
            return target
    raise Invalid(
        "target_unknown",
        f'Task "{task.key}" asks the model "{task.model_key}", which is no target of the project; make one with '
        "this name.",
        field="tasks",
    )
