"""Evaluations that come as files: what the file names is looked up in the project, and saved as a version."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from django.db import transaction
from django.db.models import Q

from evalhub.accounts.models import Project, User
from metrics.models import Metric
from runs.choices import CachePolicy, Sampling
from runs.models import Dataset, Evaluation, EvaluationVersion, Target
from runs.recipes.document import Problem, ProblemsFound
from runs.recipes.evaluation_file import EvaluationFile
from runs.services.evaluations import (
    EvaluationRecipe,
    RecipeMetric,
    create_evaluation,
    newest_version,
    revise_evaluation,
)
from runs.services.executions import hindrances_of


@dataclass(frozen=True, slots=True)
class SavedFile:
    """What became of a file; `notes` say what was left aside, `hindrances` what keeps it from starting now."""

    evaluation: Evaluation
    version: EvaluationVersion
    is_changed: bool
    notes: Sequence[str]
    hindrances: Sequence[str]


@transaction.atomic
def save_evaluation_file(file: EvaluationFile, *, project: Project, by: User) -> SavedFile:
    """Save the file as a new evaluation, or as the next version of the one with its key.

    Raises `NotAllowed`, `Invalid`, and `ProblemsFound` for what the file names and the project does not have. Tasks are
    kept whether they can run by now or not.
    """
    recipe = _recipe(file, project)
    evaluation = project.evaluations.select_related("project__team").filter(key=file.key).first()
    before = newest_version(evaluation).number if evaluation else 0
    if evaluation is None:
        evaluation = create_evaluation(project=project, recipe=recipe, by=by, key=file.key, tags=file.tags)
    else:
        revise_evaluation(evaluation, recipe=recipe, by=by, tags=file.tags)
    version = newest_version(evaluation)
    return SavedFile(
        evaluation=evaluation,
        version=version,
        is_changed=version.number != before,
        notes=[*file.notes, *_model_notes(file, project)],
        hindrances=hindrances_of(version, by=by),
    )


def _recipe(file: EvaluationFile, project: Project) -> EvaluationRecipe:
    lookup = _Lookup(file, project)
    dataset = lookup.dataset()
    targets = lookup.targets()
    metrics = lookup.metrics()
    if lookup.problems:
        raise ProblemsFound(lookup.problems)
    star = next((each.metric for each in metrics if each.metric.key == file.star_metric), None)
    return EvaluationRecipe(
        name=file.name,
        description=file.description,
        long_description=file.long_description,
        dataset=dataset,
        targets=targets,
        metrics=metrics,
        star_metric=star,
        star_threshold=file.star_threshold,
        num_samples=file.num_samples,
        sampling=Sampling(file.subsampling),
        repeats=file.repeats,
        cache_policy=CachePolicy(file.cache_policy),
        config_spec=list(_config_spec(file)),
        tasks=file.tasks,
    )


class _Lookup:
    """What a file names, as the project has it; what it has not is a problem with its line."""

    def __init__(self, file: EvaluationFile, project: Project) -> None:
        self._file = file
        self._project = project
        self._usable = Q(project=project) | Q(project__team_id=project.team_id, project__is_library=True)
        self.problems: list[Problem] = []

    def dataset(self) -> Dataset | None:
        if not self._file.dataset_key:
            return None
        datasets = Dataset.objects.filter(self._usable, archived_at=None).select_related("project")
        key = self._file.dataset_key
        found = datasets.filter(Q(key=key) | Q(name=key)).order_by("project__is_library").first()
        if found is None:
            self._missing("dataset", key, ("evaluation", "dataset_key"), datasets.values_list("key", flat=True))
        return found

    def targets(self) -> list[Target]:
        targets = Target.objects.filter(self._usable, deleted_at=None).select_related("project").order_by("-id")
        by_name = {target.name: target for target in reversed(targets)}
        found = []
        for place, name in enumerate(self._file.targets):
            if name in by_name:
                found.append(by_name[name])
            else:
                self._missing("target", name, ("evaluation", "targets", place), by_name)
        return found

    def metrics(self) -> list[RecipeMetric]:
        known = {each.key: each for each in Metric.objects.usable_in(self._project).with_current_revision()}
        found = []
        for place, use in enumerate(self._file.metrics):
            if use.key in known:
                weight = 1.0 if use.weight is None else use.weight
                found.append(RecipeMetric(known[use.key], use.threshold, weight))
            else:
                self._missing("metric", use.key, ("evaluation", "metrics", place, "key"), known)
        return found

    def _missing(self, what: str, name: str, path: tuple[str | int, ...], known: Any) -> None:  # noqa: ANN401  # names
        close = get_close_matches(name, list(known), n=1)
        hint = f'did you mean "{close[0]}"?' if close else "make it first, or correct the name."
        self.problems.append(self._file.problem(path, f'The project has no {what} "{name}"; {hint}'))


def _config_spec(file: EvaluationFile) -> Iterator[dict[str, Any]]:
    """The parameters, with the file's own values as their defaults."""
    for parameter in file.config_spec:
        key = parameter.get("key")
        yield {**parameter, "default_value": file.config[key]} if key in file.config else parameter


def _model_notes(file: EvaluationFile, project: Project) -> Iterator[str]:
    """Connections hold keys, so a file does not make them."""
    for model in file.models:
        names = {model.key, model.name, model.key.rpartition("$")[2]}
        if not Target.objects.filter(project=project, name__in=names, deleted_at=None).exists():
            yield (
                f'The model "{model.key}" is not made from the file, because an endpoint and its key belong to a '
                f'connection; make a target called "{model.key}" over a connection.'
            )
