"""A project's own settings of metrics: which it switches on, with which threshold and weight."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import differences, fields_of, plain, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, Team, User
from evalhub.connections.models import Connection
from evalhub.connections.services import OWN_PARAMETERS
from evalhub.core.errors import Conflict, Invalid
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

    `connection`, `judge_model` and `parameters` are of a judge; a heuristic has parameters, too. `name` is what the
    project calls the metric, empty where that is the metric's own.
    """

    metric: Metric
    is_enabled: bool
    threshold: float | None
    weight: float
    connection: Connection | None = None
    judge_model: str = ""
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    name: str = ""

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """Equal for settings that say the same."""
        parameters = json.dumps(dict(self.parameters), sort_keys=True)
        connection = self.connection.pk if self.connection else None
        said = (self.is_enabled, self.threshold, float(self.weight), connection, self.judge_model, parameters)
        return (self.metric.pk, self.name, *said)


def runnable_metrics(project: Project) -> list[Metric]:
    """The metrics that a run of the project can measure on this server, with their current revision.

    They come by category, and within it in the project's order.
    """
    known = Metric.objects.usable_in(project).with_current_revision().order_by("name")
    settings = {setting.metric_id: setting for setting in project.project_metrics.select_related("connection")}
    default = default_connection(project)
    can_run = (metric for metric in known if _can_run(metric, settings.get(metric.pk), default))
    ranks = {metric_id: setting.rank for metric_id, setting in settings.items()}
    return sorted(
        can_run, key=lambda metric: (Category.values.index(metric.category), ranks.get(metric.pk, len(ranks)))
    )


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
        return MetricSetting(metric, is_enabled=_is_on_at_first(metric), threshold=None, weight=1.0)
    names = ("is_enabled", "threshold", "weight", "connection", "judge_model", "parameters", "name")
    return MetricSetting(metric, **{name: getattr(setting, name) for name in names})


def fingerprint_of(settings: Sequence[MetricSetting]) -> str:
    """Tells whether somebody changed any of the settings meanwhile."""
    said = sorted(repr(setting.fingerprint) for setting in settings)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


@transaction.atomic
def configure_metrics(project: Project, *, settings: Sequence[MetricSetting], by: User, seen: str = "") -> None:
    """Store switch, threshold, weight and order for runs to come; runs that are there keep theirs.

    `seen` is the fingerprint of what the change began with. Raises `NotAllowed`, `Invalid`, `Conflict` when somebody
    changed any of it since.
    """
    require_right(by, Right.CONFIGURE, project)
    stored = _locked(project, settings, seen)
    for rank, setting in enumerate(settings):
        _check_weight(setting)
        check_threshold(setting.metric, setting.threshold)
        values = {"is_enabled": setting.is_enabled, "threshold": setting.threshold, "weight": setting.weight}
        _store(project, setting, values=values | {"rank": rank}, old=stored[setting.metric.pk], by=by)


@transaction.atomic
def configure_metric(project: Project, *, setting: MetricSetting, by: User, seen: str = "") -> None:
    """Store all of one metric's setting for runs to come; its place stays. Raises as `configure_metrics`."""
    require_right(by, Right.CONFIGURE, project)
    old = _locked(project, [setting], seen)[setting.metric.pk]
    _check_weight(setting)
    check_threshold(setting.metric, setting.threshold)
    _check_judging(project, setting)
    values = {name: getattr(setting, name) for name in MetricSetting.__dataclass_fields__ if name != "metric"}
    own_name = "" if setting.name == setting.metric.name else setting.name
    _store(project, setting, values=values | {"name": own_name}, old=old, by=by)


def _locked(project: Project, settings: Sequence[MetricSetting], seen: str) -> dict[int, MetricSetting]:
    """What is stored of the metrics, kept from others until the end of the transaction. Raises `Conflict`."""
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    stored = settings_of(project, [setting.metric for setting in settings])
    if seen and fingerprint_of(stored) != seen:
        changed = project.project_metrics.exclude(changed_at=None).select_related("changed_by", "metric")
        last = changed.order_by("-changed_at").first()
        what = f"{last.changed_by or 'Somebody'} changed {last.metric}" if last else "Somebody changed the metrics"
        raise Conflict(
            "settings_changed",
            f"{what} while you were at it. What you typed is still here: compare it with what is stored now, and save "
            "again to put yours in its place.",
        )
    return {setting.metric.pk: setting for setting in stored}


def _store(
    project: Project, setting: MetricSetting, *, values: Mapping[str, object], old: MetricSetting, by: User
) -> None:
    """Write the values, and who changed them, where they differ from what is in force."""
    said = {name: value for name, value in values.items() if name != "rank"}
    is_changed = replace(old, **said).fingerprint != old.fingerprint  # type: ignore[arg-type]  # fields by their names
    noted = {"changed_by": by, "changed_at": timezone.now()} if is_changed else {}
    changed, _ = ProjectMetric.objects.update_or_create(
        project=project,
        metric=setting.metric,
        defaults={**values, **noted},
        create_defaults={"rank": project.project_metrics.count(), **values, **noted},
    )
    if is_changed:
        _record_of(changed, by, before={name: plain(getattr(old, name)) for name in _TOLD})


def check_threshold(metric: Metric, threshold: float | None, *, field: str = "threshold") -> None:
    """Raise `Invalid` for a threshold off the metric's scale: every value would pass it, or none."""
    scale = metric.current_revision.scale if metric.current_revision else None
    if threshold is None or scale is None or scale.holds(threshold):
        return
    raise Invalid(
        "threshold_off_scale",
        f"{threshold:g} is off the scale of {metric}, which goes {scale.ends}; give a value on it.",
        field=field,
    )


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


def projects_with(team: Team, metrics: Sequence[Metric]) -> dict[int, list[Project]]:
    """By metric, the team's projects that have it switched on, by name."""
    projects = list(team.projects.for_pages().order_by("name"))
    stored = {
        (setting.project_id, setting.metric_id): setting.is_enabled
        for setting in ProjectMetric.objects.filter(project__in=projects, metric__in=metrics)
    }
    return {
        metric.pk: [project for project in projects if stored.get((project.pk, metric.pk), _is_on_at_first(metric))]
        for metric in metrics
    }


def _is_on_at_first(metric: Metric) -> bool:
    """Whether projects that never said anything of the metric measure it."""
    return not metric.is_builtin or metric.key in ON_AT_FIRST
