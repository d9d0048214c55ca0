"""From a request of the client to a queued run: project, dataset version and recorded target, all of them or none."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import ApiKey, Project, User
from evalhub.accounts.services import create_project
from evalhub.connections.services import connection_for_lent_keys
from evalhub.core.errors import Conflict, Invalid
from evalhub.facades.valiqor.requests import EvaluationRequest, Source
from metrics.judging import default_connection
from runs.ingest.datasets import dataset_named
from runs.ingest.writer import question_hash
from runs.models import Dataset, DatasetVersion, Run, Target
from runs.services.datasets import store_version
from runs.services.runs import MetricChoice, RunRequest, create_run
from runs.services.targets import recorded_target

# How versions that this door made are known again.
SOURCE_NAMES = {Source.DATASET: "Valiqor client, rows", Source.TRACE: "Valiqor client, trace"}
_TRACES = "Traces"
_LONGEST_TARGET, _SHOWN_OF_INPUT = 200, 80


@transaction.atomic
def start_evaluation(request: EvaluationRequest, *, key: ApiKey) -> Run:
    """Queue the run that is asked for. Raises `NotAllowed`, `Invalid`, `Conflict`, and then nothing is left behind."""
    by = key.user
    project = _project_named(request.project_name, key=key)
    require_right(by, Right.START_RUN, project)
    dataset = _dataset_for(request, project=project, by=by)
    stored = store_version(dataset=dataset, rows=request.items, by=by, source_name=SOURCE_NAMES[request.source])
    return create_run(
        RunRequest(
            project=project,
            version=stored.version,
            target=_target(request, project=project, by=by),
            metrics=_choices(request, project),
            name=request.run_name,
            metadata=request.metadata,
            may_score_nothing=True,
            lent_key=request.lent_key,
        ),
        by=by,
    )


def source_of(version: DatasetVersion) -> Source:
    """What the version's rows were sent as; those of other doors are datasets."""
    return Source.TRACE if version.source_name == SOURCE_NAMES[Source.TRACE] else Source.DATASET


def _project_named(name: str, *, key: ApiKey) -> Project:
    """The team's project of that name, made when there is none; two who make it at once get the same."""
    projects = key.held(Project.objects.filter(name=name, is_library=False), project="").select_related("team")
    found = projects.first()
    if found:
        return found
    try:
        with transaction.atomic():
            return create_project(team=key.team, name=name, by=key.user)
    except (Conflict, IntegrityError) as error:
        made_meanwhile = projects.first()
        if made_meanwhile is None:
            raise Conflict("project_name_taken", f'You cannot use a project called "{name}".') from error
        return made_meanwhile


def _dataset_for(request: EvaluationRequest, *, project: Project, by: User) -> Dataset:
    """One dataset for all that was ever answered to the same questions, so that runs over it are comparable."""
    if request.source == Source.TRACE:
        return dataset_named(project=project, name=_TRACES, by=by)
    same = DatasetVersion.objects.filter(
        dataset__project=project,
        dataset__archived_at=None,
        source_name=SOURCE_NAMES[request.source],
        question_hash=question_hash(request.items),
    )
    version = same.select_related("dataset__project__team").order_by("-id").first()
    if version:
        return version.dataset
    # Two that are made at once must not get the same key.
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    return dataset_named(project=project, name=_name_for(request), by=by)


def _name_for(request: EvaluationRequest) -> str:
    """The first question, and how many more there are."""
    first = " ".join(request.items[0].input.split())
    shown = first if len(first) <= _SHOWN_OF_INPUT else first[: _SHOWN_OF_INPUT - 1] + "…"
    more = len(request.items) - 1
    return (shown or "Rows") + (f" and {more:,} more" if more else "")


def _target(request: EvaluationRequest, *, project: Project, by: User) -> Target:
    """What answered: the model that the metadata names, else the project's."""
    model = request.metadata.get("model")
    name = (model.strip() if isinstance(model, str) else "") or project.model_name or project.name
    try:
        return recorded_target(project=project, name=name[:_LONGEST_TARGET], by=by)
    except Conflict:  # the project has a target of that name which it asks itself
        return recorded_target(project=project, name=name[:_LONGEST_TARGET], version="recorded", by=by)


def _choices(request: EvaluationRequest, project: Project) -> list[MetricChoice]:
    """The metrics, judged over the team's connection; a lent key has somewhere to go where the team has none."""
    connection = None
    if request.lent_key and default_connection(project) is None:
        connection = connection_for_lent_keys(project.team)
    if any("\x00" in key for key in request.metrics):
        raise Invalid("metric_unknown", "A metric key holds a NUL character.", field="metrics")
    return [MetricChoice(key=key, connection=connection) for key in request.metrics]
