"""The judges of a project with what is known of each: for the list of them, and as the head of one's own page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from evalhub.accounts.models import Project
from evalhub.connections.models import Connection
from metrics.choices import MetricKind
from metrics.judging import default_connection
from metrics.models import Metric, ProjectMetric
from metrics.project_metrics import MetricSetting, settings_of
from runs.models import JudgeReference, JudgeTrust, Override, Run, RunMetric
from runs.trust.badges import TrustBadge, badge, missing_badge, nearest, newer_verdicts, trust_of_project
from runs.trust.reading import JUDGED_KINDS

# Judges of older runs are not looked for.
NEWEST_RUNS = 200


@dataclass(frozen=True, slots=True)
class Judge:
    """A judge metric as the project uses it now, with the measurement that comes nearest to that; `stale` says why not.

    `measured` are all measurements of it, `reference` whom it is measured against where somebody has said so.
    """

    project_id: int
    metric: Metric
    setting: MetricSetting
    judge_model: str
    trust: JudgeTrust | None
    measured: Sequence[JudgeTrust] = ()
    stale: Sequence[str] = ()
    reference: JudgeReference | None = field(default=None)

    @property
    def badge(self) -> TrustBadge:
        if self.trust is None:
            return missing_badge(self.project_id, self.metric.pk)
        return badge(self.trust, stale=self.stale)


@dataclass(frozen=True, slots=True)
class HumanSource:
    """What people say under one name in the project, and how often."""

    metric: Metric
    verdicts: int


def judges_of(project: Project) -> list[Judge]:
    """Every judge that the project's newest runs measured, that it has switched on, or that was measured before."""
    measured = trust_of_project(project.pk)
    newest = Run.objects.filter(project=project, deleted_at=None).order_by("-id").values("pk")[:NEWEST_RUNS]
    used = RunMetric.objects.filter(run__in=newest, revision__metric__kind__in=JUDGED_KINDS)
    switched_on = ProjectMetric.objects.filter(project=project, is_enabled=True, metric__kind=MetricKind.JUDGE)
    ids = {trust.metric_id for trust in measured}
    ids |= set(used.values_list("revision__metric_id", flat=True).distinct())
    ids |= set(switched_on.values_list("metric_id", flat=True))
    metrics = Metric.objects.filter(pk__in=ids).with_current_revision().order_by("name", "id")
    judges = _judges(project, list(metrics), measured)
    return sorted(judges, key=lambda judge: judge.trust is None)


def judge_of(project: Project, metric: Metric) -> Judge:
    [judge] = _judges(project, [metric], trust_of_project(project.pk, [metric.pk]))
    return judge


def _judges(project: Project, metrics: Sequence[Metric], measured: Sequence[JudgeTrust]) -> list[Judge]:
    references = {
        one.metric_id: one
        for one in JudgeReference.objects.filter(project=project, metric__in=metrics).select_related("human_metric")
    }
    default = default_connection(project)
    judges = []
    for setting in settings_of(project, metrics):
        metric = setting.metric
        model = _model_in_force(setting, default)
        trust = nearest(measured, metric.pk, revision_id=metric.current_revision_id, judge_model=model)
        of_metric = [one for one in measured if one.metric_id == metric.pk]
        stale = _stale(trust, metric, model) if trust else []
        judges.append(Judge(project.pk, metric, setting, model, trust, of_metric, stale, references.get(metric.pk)))
    return judges


def _model_in_force(setting: MetricSetting, default: Connection | None) -> str:
    """Which model judges in runs to come; "" where nobody says, or the data brings the verdicts."""
    revision = setting.metric.current_revision
    if setting.metric.kind != MetricKind.JUDGE or revision is None:
        return ""
    connection = setting.connection or default
    named = setting.judge_model or revision.definition.get("model")
    return str(named or (connection.default_model if connection else ""))


def _stale(trust: JudgeTrust, metric: Metric, judge_model: str) -> list[str]:
    """Why the measurement is not of the judge as it is now."""
    found = []
    if metric.current_revision and trust.revision_id != metric.current_revision_id:
        number = metric.current_revision.number
        found.append(f"measured on revision {trust.revision.number}, in force is revision {number}")
    if judge_model and trust.judge_model != judge_model:
        found.append(f"measured on {trust.judge_model or 'a model not named'}, the project asks {judge_model}")
    return [*found, *newer_verdicts(trust)]


def human_sources(project: Project) -> list[HumanSource]:
    """The human metrics that hold verdicts on items of the project, the most used first."""
    said = Override.objects.filter(
        run__project=project, run__deleted_at=None, is_current=True, metric__kind=MetricKind.HUMAN
    )
    counts = dict(said.values_list("metric_id").annotate(verdicts=Count("pk")).order_by("-verdicts"))
    metrics = Metric.objects.filter(pk__in=counts).with_current_revision()
    found = [HumanSource(metric, counts[metric.pk]) for metric in metrics]
    return sorted(found, key=lambda source: -source.verdicts)
