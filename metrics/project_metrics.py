"""A project's own settings of metrics: which it switches on, with which threshold and weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Max

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import differences, fields_of, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, Team, User
from evalhub.connections.models import Connection
from evalhub.connections.services import OWN_PARAMETERS
from evalhub.core.errors import Invalid
from metrics.catalogue import BUILT_INS, HOSTED_KEYS, ON_AT_FIRST
from metrics.choices import Category, MetricKind
from metrics.judging import default_connection
from metrics.models import Metric, ProjectMetric
from metrics.registry import check_runnable
from metrics.scoring import JsonValue

# What the audit log tells of a setting.
_TOLD = ("name", "is_enabled", "threshold", "weight", "connection", "judge_model", "parameters")


@dataclass(frozen=True, slots=True)
class MetricSetting:
    """What a project makes of one metric; a threshold of None follows the project's.

    `connection`, `judge_model` and `parameters` are of a judge; a heuristic has parameters, too.
    """

    metric: Metric
    is_enabled: bool
    threshold: float | None
    weight: float
    connection: Connection | None = None
    judge_model: str = ""
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)


def runnable_metrics(project: Project) -> list[Metric]:
    """The metrics that a run of the project can measure on this server, with their current revision, by category."""
    known = Metric.objects.usable_in(project).with_current_revision().order_by("name")
    settings = {setting.metric_id: setting for setting in project.project_metrics.select_related("connection")}
    default = default_connection(project)
    can_run = (metric for metric in known if _can_run(metric, settings.get(metric.pk), default))
    return sorted(can_run, key=lambda metric: Category.values.index(metric.category))


def _can_run(metric: Metric, setting: ProjectMetric | None, default: Connection | None) -> bool:
    revision = metric.current_revision
    if revision is None:
        return False
    revision.metric = metric  # which is asked for its kind and key
    if metric.kind == MetricKind.JUDGE:
        return default is not None or bool(setting and setting.connection)
    try:
        check_runnable(revision)
    except Invalid:
        return False
    return True


def hosted_and_own_metrics(team: Team) -> list[Metric]:
    """The metrics that hosted services have under the same keys, in the catalogue's order, and the team's own.

    A team's own metric stands in place of the one of its key.
    """
    usable = Metric.objects.usable_by(team).runnable().exclude(kind=MetricKind.IMPORTED)
    listed = [metric for metric in usable if not metric.is_builtin or metric.key in HOSTED_KEYS]
    place = {built_in.key: number for number, built_in in enumerate(BUILT_INS)}
    return sorted(listed, key=lambda metric: (place.get(metric.key, len(place)), metric.key))


@transaction.atomic
def add_project_metric(
    project: Project, *, metric: Metric, by: User, name: str = "", weight: float | None = None
) -> tuple[ProjectMetric, bool]:
    """Switch the metric on in the project, or change it where it is on; and whether it is new there.

    A weight of None leaves it as it is, 1 at first. Raises `NotAllowed`, `Invalid`.
    """
    require_right(by, Right.CONFIGURE, project)
    if weight is not None and weight < 0:
        raise Invalid("weight_negative", f"The weight of {metric} cannot be negative.", field="weight")
    own_name = "" if name == metric.name else name
    changes = {"is_enabled": True, "name": own_name} | ({} if weight is None else {"weight": weight})
    last = project.project_metrics.aggregate(rank=Max("rank"))["rank"]
    before = _stored(project, metric)
    setting, is_new = ProjectMetric.objects.update_or_create(
        project=project,
        metric=metric,
        defaults=changes,
        create_defaults={**changes, "rank": 0 if last is None else last + 1},
    )
    _record_of(setting, by, before=before)
    return setting, is_new


def _stored(project: Project, metric: Metric) -> dict[str, object]:
    """What the project says of the metric so far, or what holds where it says nothing."""
    setting = project.project_metrics.filter(metric=metric).select_related("connection").first()
    return fields_of(setting, *_TOLD) if setting else {"weight": 1.0, "name": "", "judge_model": "", "parameters": {}}


def _record_of(setting: ProjectMetric, by: User, *, before: Mapping[str, object]) -> None:
    project, changes = setting.project, differences(before, fields_of(setting, *_TOLD))
    record(team=project.team, by=by, action=AuditAction.CHANGED, subject=setting, project=project, changes=changes)


def settings_of(project: Project, metrics: Sequence[Metric]) -> list[MetricSetting]:
    """The settings in force. What the project never changed has weight 1; of the built-ins only text matches are on."""
    stored = {setting.metric_id: setting for setting in project.project_metrics.select_related("connection")}
    return [_in_force(metric, stored.get(metric.pk)) for metric in metrics]


def _in_force(metric: Metric, setting: ProjectMetric | None) -> MetricSetting:
    if setting is None:
        is_enabled = not metric.is_builtin or metric.key in ON_AT_FIRST
        return MetricSetting(metric, is_enabled=is_enabled, threshold=None, weight=1.0)
    names = ("is_enabled", "threshold", "weight", "connection", "judge_model", "parameters")
    return MetricSetting(metric, **{name: getattr(setting, name) for name in names})


@transaction.atomic
def configure_metrics(project: Project, *, settings: Sequence[MetricSetting], by: User) -> None:
    """Store switch, threshold, weight and order for runs to come; runs that are there keep theirs.

    Raises `NotAllowed`, `Invalid`.
    """
    require_right(by, Right.CONFIGURE, project)
    for rank, setting in enumerate(settings):
        _check_weight(setting)
        before = _stored(project, setting.metric)
        changed, _ = ProjectMetric.objects.update_or_create(
            project=project,
            metric=setting.metric,
            defaults={
                "is_enabled": setting.is_enabled,
                "threshold": setting.threshold,
                "weight": setting.weight,
                "rank": rank,
            },
        )
        _record_of(changed, by, before=before)


@transaction.atomic
def configure_metric(project: Project, *, setting: MetricSetting, by: User) -> None:
    """Store all of one metric's setting for runs to come; its place stays. Raises `NotAllowed`, `Invalid`."""
    require_right(by, Right.CONFIGURE, project)
    _check_weight(setting)
    _check_judging(project, setting)
    values = {name: getattr(setting, name) for name in MetricSetting.__dataclass_fields__ if name != "metric"}
    before = _stored(project, setting.metric)
    changed, _ = ProjectMetric.objects.update_or_create(
        project=project,
        metric=setting.metric,
        defaults=values,
        create_defaults=values | {"rank": project.project_metrics.count()},
    )
    _record_of(changed, by, before=before)


def _check_weight(setting: MetricSetting) -> None:
    if setting.weight < 0:
        raise Invalid("weight_negative", f"The weight of {setting.metric} cannot be negative.", field="weight")


def _check_judging(project: Project, setting: MetricSetting) -> None:
    """Raise `Invalid` for a judge that cannot be asked, or parameters that the metric does not take."""
    metric, connection = setting.metric, setting.connection
    if metric.kind != MetricKind.JUDGE:
        if connection or setting.judge_model:
            raise Invalid("metric_not_a_judge", f'No model is asked for "{metric.name}".', field="judge_model")
        if setting.parameters and metric.current_revision:
            metric.current_revision.metric = metric
            check_runnable(metric.current_revision, setting.parameters)
    elif connection and (connection.team_id != project.team_id or connection.archived_at is not None):
        raise Invalid(
            "connection_not_usable", "The connection is archived or another team's; choose another.", field="connection"
        )
    elif taken := OWN_PARAMETERS.intersection(setting.parameters):
        raise Invalid(
            "parameter_reserved",
            f"EvalHub sets {', '.join(sorted(taken))} itself; take it out of the parameters.",
            field="parameters",
        )
