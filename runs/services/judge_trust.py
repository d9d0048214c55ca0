"""Writes about how far judges can be believed: whom they are measured against, measuring, thresholds chosen by it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import differences, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Invalid
from evalhub.core.queue import enqueue
from metrics.choices import MetricKind
from metrics.models import Metric
from metrics.project_metrics import check_threshold, configure_metric, settings_of
from runs.choices import CompareAs
from runs.execution.tasks import measure_judge_trust
from runs.models import JudgeReference, TrustWork
from runs.trust.reading import JUDGED_KINDS


@dataclass(frozen=True, slots=True)
class ReferenceDraft:
    """Whom a judge is to be measured against; without a human metric, people's values of the same metric."""

    human_metric: Metric | None = None
    human_threshold: float | None = None
    compare_as: CompareAs | None = None


def ask_for_measurement(project: Project, *, by: User) -> None:
    """Have the project's judges measured now. Raises `NotAllowed`."""
    require_right(by, Right.REVIEW, project)
    _measure_soon(project)


@transaction.atomic
def set_reference(project: Project, *, metric: Metric, draft: ReferenceDraft, by: User) -> JudgeReference:
    """Store whom the judge metric is measured against in the project, and measure. Raises `NotAllowed`, `Invalid`."""
    require_right(by, Right.CONFIGURE, project)
    _check(project, metric, draft)
    before = JudgeReference.objects.select_related("human_metric").filter(project=project, metric=metric).first()
    reference, _ = JudgeReference.objects.update_or_create(
        project=project,
        metric=metric,
        defaults={
            "human_metric": draft.human_metric,
            "human_threshold": draft.human_threshold,
            "compare_as": draft.compare_as or "",
            "changed_by": by,
            "changed_at": timezone.now(),
        },
    )
    changes = differences(_said_of(before) if before else {}, _said_of(reference))
    record(team=project.team, by=by, action=AuditAction.CHANGED, subject=reference, project=project, changes=changes)
    _measure_soon(project)
    return reference


def _said_of(reference: JudgeReference) -> dict[str, object]:
    """What the audit log compares of a reference."""
    return {
        "human_metric": str(reference.human_metric) if reference.human_metric else None,
        "human_threshold": reference.human_threshold,
        "compare_as": reference.compare_as or None,
    }


def _check(project: Project, metric: Metric, draft: ReferenceDraft) -> None:
    if metric.kind not in JUDGED_KINDS:
        raise Invalid("metric_not_a_judge", f'"{metric.name}" is no judge\'s; nothing is to be measured of it.')
    human = draft.human_metric
    if human is not None and (human.kind != MetricKind.HUMAN or human.team_id != project.team_id):
        raise Invalid(
            "metric_not_human", f'"{human.name}" is nothing that people say in this team.', field="human_metric"
        )
    if human is not None:
        check_threshold(human, draft.human_threshold, field="human_threshold")


def _measure_soon(project: Project) -> None:
    TrustWork.objects.ask(project.pk)
    enqueue(measure_judge_trust, project.pk)


def apply_threshold(project: Project, *, metric: Metric, threshold: float, by: User) -> None:
    """Let runs to come judge the metric by the threshold. Raises as `configure_metric`."""
    [setting] = settings_of(project, [metric])
    configure_metric(project, setting=replace(setting, threshold=threshold), by=by)
