"""Writes of evaluations: saved recipes, each change of which is a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import Changes, differences, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid
from metrics.models import Metric
from runs.choices import CachePolicy, Sampling
from runs.models import Dataset, DatasetVersion, Evaluation, EvaluationMetric, EvaluationVersion, Target
from runs.recipe_changes import changes_between
from runs.services.run_metrics import MetricChoice, resolve_choices
from runs.services.run_words import LONGEST_NAME, LONGEST_TAG
from runs.services.runs import MOST_REPEATS

_LONGEST_KEY = 250


@dataclass(frozen=True, slots=True)
class RecipeMetric:
    """A metric of a recipe; what is None is taken from the project's settings when a run starts."""

    metric: Metric
    threshold: float | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRecipe:
    """Everything that an evaluation's version freezes. `dataset_version` None is the newest when it starts.

    With `tasks`, each of them says itself what is measured on what.
    """

    name: str
    description: str = ""
    long_description: str = ""
    dataset: Dataset | None = None
    dataset_version: DatasetVersion | None = None
    targets: Sequence[Target] = ()
    metrics: Sequence[RecipeMetric] = ()
    star_metric: Metric | None = None
    star_threshold: float | None = None
    star_threshold_percent: int | None = None
    num_samples: int | None = None
    sampling: Sampling = Sampling.HEAD
    repeats: int = 1
    cache_policy: CachePolicy = CachePolicy.REUSE
    config_spec: Sequence[Mapping[str, Any]] = ()
    tasks: Sequence[Mapping[str, Any]] = ()


_PLAIN_FIELDS = (
    *("name", "description", "long_description", "dataset", "dataset_version"),
    *("star_metric", "star_threshold", "star_threshold_percent"),
    *("num_samples", "sampling", "repeats", "cache_policy"),
)


def recipe_metrics(
    choices: Sequence[MetricChoice], *, project: Project, version: DatasetVersion
) -> tuple[RecipeMetric, ...]:
    """Metrics as forms name them, looked up; given scores among them get a metric. Raises `Invalid` as runs do."""
    return tuple(
        RecipeMetric(one.revision.metric, one.choice.threshold, 1.0 if one.choice.weight is None else one.choice.weight)
        for one in resolve_choices(choices, project=project, version=version)
    )


@transaction.atomic
def create_evaluation(
    *, project: Project, recipe: EvaluationRecipe, by: User, key: str = "", tags: Sequence[str] = ()
) -> Evaluation:
    """Save a recipe as version 1 of a new evaluation.

    Raises `NotAllowed`, `Invalid` for a recipe that cannot work, and `Conflict` for a key in use.
    """
    require_right(by, Right.START_RUN, project)
    recipe = _checked(recipe, project)
    Project.objects.select_for_update().get(pk=project.pk)  # two who save one key at once take turns
    evaluation = Evaluation.objects.create(
        project=project,
        key=_free_key(project, key, recipe.name),
        name=recipe.name,
        tags=_checked_tags(tags),
        created_by=by,
    )
    _write_version(evaluation, recipe, number=1, by=by)
    _note(evaluation, AuditAction.CREATED, by=by)
    return evaluation


@transaction.atomic
def revise_evaluation(
    evaluation: Evaluation,
    *,
    recipe: EvaluationRecipe,
    by: User,
    tags: Sequence[str] | None = None,
    even_if_same: bool = False,
) -> EvaluationVersion:
    """Save the recipe as the next version, or find that the newest says just this. Tags belong to no version.

    With `even_if_same` there is a next version in any case.
    """
    require_right(by, Right.START_RUN, evaluation.project)
    recipe = _checked(recipe, evaluation.project)
    Evaluation.objects.select_for_update().get(pk=evaluation.pk)
    changes = _retag(evaluation, tags)
    version = newest = newest_version(evaluation)
    if recipe_of(newest) != recipe or even_if_same:
        if evaluation.name != recipe.name:
            evaluation.name = recipe.name
            evaluation.save(update_fields=["name"])
        version = _write_version(evaluation, recipe, number=newest.number + 1, by=by)
        changes["version"] = [newest.number, version.number]
        changes |= {change.part: [change.before, change.after] for change in changes_between(newest, version)}
    _note(evaluation, AuditAction.CHANGED, by=by, changes=changes)
    return version


def _retag(evaluation: Evaluation, tags: Sequence[str] | None) -> Changes:
    """Give the evaluation other tags; None leaves them."""
    if tags is None:
        return {}
    changes = differences({"tags": evaluation.tags}, {"tags": _checked_tags(tags)})
    evaluation.tags = _checked_tags(tags)
    evaluation.save(update_fields=["tags"])
    return changes


def _note(evaluation: Evaluation, action: AuditAction, *, by: User, changes: Changes | None = None) -> None:
    """Write it down for the team."""
    project = evaluation.project
    record(team=project.team, by=by, action=action, subject=evaluation, project=project, changes=changes)


@transaction.atomic
def archive_evaluation(evaluation: Evaluation, *, by: User) -> None:
    """Take it from the list; its executions stay, and its key stays taken."""
    require_right(by, Right.START_RUN, evaluation.project)
    if Evaluation.objects.filter(pk=evaluation.pk, archived_at=None).update(archived_at=timezone.now()):
        _note(evaluation, AuditAction.ARCHIVED, by=by)


@transaction.atomic
def restore_evaluation(evaluation: Evaluation, *, by: User) -> None:
    require_right(by, Right.START_RUN, evaluation.project)
    if Evaluation.objects.filter(pk=evaluation.pk).exclude(archived_at=None).update(archived_at=None):
        _note(evaluation, AuditAction.RESTORED, by=by)


@transaction.atomic
def move_evaluation(evaluation: Evaluation, *, project: Project, by: User) -> None:
    """Put it into another project of the team, with its versions; its executions and runs stay where they were made.

    Raises `Invalid` when its newest version names what only its old project has.
    """
    for each in (evaluation.project, project):
        require_right(by, Right.START_RUN, each)
    _check_places(recipe_of(newest_version(evaluation)), project)
    Project.objects.select_for_update().get(pk=project.pk)  # two who bring the same key take turns
    changes: Changes = {"project": [str(evaluation.project), str(project)]}
    evaluation.project, evaluation.key = project, _free_key(project, "", evaluation.key)
    evaluation.save(update_fields=["project", "key"])
    _note(evaluation, AuditAction.MOVED, by=by, changes=changes)


def newest_version(evaluation: Evaluation) -> EvaluationVersion:
    """The version that starts use; every evaluation has one."""
    version = EvaluationVersion.objects.complete().filter(evaluation=evaluation).order_by("-number").first()
    assert version is not None, f"evaluation {evaluation.pk} has no version"  # noqa: S101  # written with its first
    return version


def recipe_of(version: EvaluationVersion) -> EvaluationRecipe:
    """What was frozen, for a prefilled form and for comparison."""
    plain = {name: getattr(version, name) for name in _PLAIN_FIELDS}
    return EvaluationRecipe(
        **{
            **plain,
            "sampling": Sampling(version.sampling),
            "cache_policy": CachePolicy(version.cache_policy),
        },
        targets=tuple(sorted(version.targets.all(), key=lambda target: target.pk)),
        metrics=tuple(RecipeMetric(each.metric, each.threshold, each.weight) for each in version.metrics.all()),
        config_spec=tuple(version.config_spec),
        tasks=tuple(version.tasks),
    )


def _checked(recipe: EvaluationRecipe, project: Project) -> EvaluationRecipe:
    """The recipe in its one normal form. Raises `Invalid` for what could never start."""
    name = " ".join(recipe.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid("name_invalid", f"An evaluation needs a name of at most {LONGEST_NAME} characters.", field="name")
    _check_places(recipe, project)
    _check_metrics(recipe)
    _check_numbers(recipe)
    return replace(
        recipe,
        name=name,
        targets=tuple(sorted(set(recipe.targets), key=lambda target: target.pk)),
        metrics=tuple(recipe.metrics),
        config_spec=tuple(recipe.config_spec),
        tasks=tuple(recipe.tasks),
    )


def _check_places(recipe: EvaluationRecipe, project: Project) -> None:
    """What a recipe names lives in its project, or in the library of its team."""
    if recipe.dataset is None and not recipe.tasks:
        raise Invalid("dataset_missing", "Choose the dataset to evaluate on.", field="dataset")
    named = [("dataset", recipe.dataset), *(("targets", target) for target in recipe.targets)]
    for field, each in named:
        owner = each.project if each else project
        if owner.pk != project.pk and not (owner.is_library and owner.team_id == project.team_id):
            raise Invalid("of_other_project", f'"{each}" belongs to another project; choose one of this.', field=field)
    if recipe.dataset_version and recipe.dataset_version.dataset != recipe.dataset:
        raise Invalid(
            "version_of_other_dataset",
            f"{recipe.dataset_version} is no version of {recipe.dataset}; choose one of its own, or the newest.",
            field="dataset_version",
        )


def _check_metrics(recipe: EvaluationRecipe) -> None:
    keys = [each.metric.key for each in recipe.metrics]
    if not keys and not recipe.tasks:
        raise Invalid("metric_missing", "Choose at least one metric to measure.", field="metrics")
    doubled = next((key for key in keys if keys.count(key) > 1), None)
    if doubled:
        raise Invalid("metric_doubled", f'Metric "{doubled}" is chosen twice; choose it once.', field="metrics")
    if recipe.star_metric and recipe.star_metric.key not in keys:
        raise Invalid(
            "star_unknown",
            f'The star metric "{recipe.star_metric.key}" is not among the chosen ones ({", ".join(keys)}).',
            field="star",
        )
    if any(each.weight < 0 for each in recipe.metrics):
        raise Invalid("weight_negative", "A weight must be 0 or more.", field="metrics")


def _check_numbers(recipe: EvaluationRecipe) -> None:
    if recipe.num_samples is not None and recipe.num_samples < 1:
        raise Invalid("samples_too_few", "Take at least one item, or all.", field="num_samples")
    if not 1 <= recipe.repeats <= MOST_REPEATS:
        raise Invalid("repeats_out_of_range", f"Repeats must be 1 to {MOST_REPEATS}.", field="repeats")
    if recipe.star_threshold_percent is not None and not 0 <= recipe.star_threshold_percent <= 100:
        raise Invalid("percent_out_of_range", "The star's threshold in percent must be 0 to 100.", field="star")


def _checked_tags(tags: Sequence[str]) -> list[str]:
    cleaned = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    too_long = next((tag for tag in cleaned if len(tag) > LONGEST_TAG), None)
    if too_long is not None:
        raise Invalid("tag_too_long", f'A tag can have {LONGEST_TAG} characters; shorten "{too_long}".', field="tags")
    return cleaned


def _free_key(project: Project, key: str, name: str) -> str:
    """The key asked for, or one made of the name. Raises `Conflict` for one in use."""
    if key:
        if slugify(key.lower()).replace("-", "").replace("_", "") == "" or len(key) > _LONGEST_KEY:
            raise Invalid("key_invalid", f'"{key}" cannot be an evaluation\'s key.', field="key")
        if project.evaluations.filter(key=key).exists():
            raise Conflict("evaluation_exists", f'The project has an evaluation with the key "{key}".', field="key")
        return key
    base = slugify(name)[: _LONGEST_KEY - 10] or "evaluation"
    taken = set(project.evaluations.filter(key__startswith=base).values_list("key", flat=True))
    return (
        base
        if base not in taken
        else next(free for n in range(2, len(taken) + 3) if (free := f"{base}-{n}") not in taken)
    )


def _write_version(evaluation: Evaluation, recipe: EvaluationRecipe, *, number: int, by: User) -> EvaluationVersion:
    version = EvaluationVersion.objects.create(
        evaluation=evaluation,
        number=number,
        created_by=by,
        config_spec=list(recipe.config_spec),
        tasks=list(recipe.tasks),
        **{name: getattr(recipe, name) for name in _PLAIN_FIELDS},
    )
    version.targets.set(recipe.targets)
    EvaluationMetric.objects.bulk_create(
        EvaluationMetric(
            evaluation_version=version, metric=each.metric, rank=rank, threshold=each.threshold, weight=each.weight
        )
        for rank, each in enumerate(recipe.metrics)
    )
    return version
