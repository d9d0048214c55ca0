"""Writes of runs: create, stop, resume, score again, delete."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Now
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import Changes, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid
from evalhub.core.queue import enqueue
from metrics.choices import MetricKind
from runs.choices import LIVE_STATES, OVER_STATES, BatchState, CachePolicy, RunState, Sampling, TargetKind
from runs.execution import claims, deletion, retrying, tasks
from runs.models import DatasetVersion, Execution, LentKey, Run, RunBatch, RunMetric, Target, TrustWork
from runs.services.run_metrics import (
    MetricChoice,
    check_prices,
    check_scorable,
    freeze_metric,
    outdated_composites,
    resolve_choices,
    shortage,
)
from runs.services.run_words import LONGEST_NAME, check_words, clean_tags
from runs.services.targets import snapshot_of
from runs.target_checks import check_settings

__all__ = [
    "MetricChoice",
    "RunRequest",
    "cancel_run",
    "create_run",
    "delete_run",
    "queue_recorded_run",
    "request_of",
    "rescore_run",
    "resume_run",
    "warnings_of",
]

MOST_REPEATS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """Everything that says what a run is to do. `star` is the key of one of the chosen metrics.

    With `waits_for_start` the run is recorded, and `queue_recorded_run` starts it later. A run whose metrics lack what
    they need at every item is refused, unless it `may_score_nothing`: then it ends as failed. `lent_key` asks this
    run's judges in place of their connections' own keys.
    """

    project: Project
    version: DatasetVersion
    target: Target
    metrics: Sequence[MetricChoice]
    star: str = ""
    name: str = ""
    description: str = ""
    num_samples: int | None = None
    sampling: Sampling = Sampling.HEAD
    repeats: int = 1
    cache_policy: CachePolicy = CachePolicy.REUSE
    spending_cap: Decimal | None = None
    tags: Sequence[str] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    commit_url: str = ""
    execution: Execution | None = None
    task_key: str = ""
    is_sample: bool = False
    waits_for_start: bool = False
    may_score_nothing: bool = False
    lent_key: str = field(default="", repr=False)


@transaction.atomic
def create_run(request: RunRequest, *, by: User) -> Run:
    """Record a run with its frozen recipe and queue it, unless it is to wait for its start.

    Raises `NotAllowed`, `Conflict` for a version without items, and `Invalid` for anything else that could not work;
    nothing is written then.
    """
    require_right(by, Right.START_RUN, request.project)
    _check_request(request)
    chosen = resolve_choices(request.metrics, project=request.project, version=request.version)
    if not request.may_score_nothing:
        check_scorable(chosen, request.version, request.target)
    _check_star(request)
    if request.spending_cap is not None:
        check_prices(chosen, request.target)
    run = _build_run(request, by)
    run.save(force_insert=True)
    RunMetric.objects.bulk_create(
        freeze_metric(one, run=run, rank=rank, is_star=one.choice.key == request.star)
        for rank, one in enumerate(chosen)
    )
    if request.lent_key and any(one.judging.connection for one in chosen):
        LentKey.lend(run, request.lent_key)
    if not request.waits_for_start:
        enqueue(tasks.start_run, run.pk)
    return run


@transaction.atomic
def queue_recorded_run(run: Run, *, by: User) -> None:
    """Start a run that was only recorded. Raises `Conflict` when it was started already."""
    require_right(by, Right.START_RUN, run.project)
    if not claims.move_run(run.pk, old={RunState.RECORDED}, new=RunState.QUEUED):
        raise Conflict("run_started", f'Run "{run}" was started already.')
    Run.objects.filter(pk=run.pk).update(queued_at=Now())
    enqueue(tasks.start_run, run.pk)
    _settle_execution(run)


def _settle_execution(run: Run) -> None:
    if run.execution:
        run.execution.settle()


def warnings_of(request: RunRequest) -> list[str]:
    """Sentences on what a run would leave unscored, for people to read before they start it. Raises as `create_run`."""
    with transaction.atomic():
        chosen = resolve_choices(request.metrics, project=request.project, version=request.version)
        sentences = [shortage(one.revision, request.version, request.target) for one in chosen]
        transaction.set_rollback(True)  # metrics of given scores are made when a run takes them
    return [sentence for sentence in sentences if sentence]


def _check_request(request: RunRequest) -> None:
    _check_belongs(request.version.dataset.project, request.project, "dataset")
    _check_belongs(request.target.project, request.project, "target")
    if request.version.item_count == 0:
        raise Conflict("dataset_empty", f"{request.version} has no items; import some first.", field="version")
    _check_target(request.target, request.version)
    if request.num_samples is not None and request.num_samples < 1:
        raise Invalid(
            "samples_too_few", "Take at least one item, or leave the number empty for all.", field="num_samples"
        )
    if not 1 <= request.repeats <= MOST_REPEATS:
        raise Invalid("repeats_out_of_range", f"Repeats must be 1 to {MOST_REPEATS}.", field="repeats")
    check_words(name=request.name, tags=request.tags, commit_url=request.commit_url)


def _check_target(target: Target, version: DatasetVersion) -> None:
    """A target that was archived, or that has nobody to ask, cannot run."""
    if target.deleted_at is not None:
        raise Invalid("target_archived", f'Target "{target}" is archived; choose another one.', field="target")
    if target.kind == TargetKind.RECORDED:
        return
    try:
        check_settings(target)
    except Invalid as error:
        message = f'Target "{target}" cannot be asked: {error.message}'
        raise Invalid(error.code, message, field="target") from error


def _check_belongs(owner: Project, project: Project, what: str) -> None:
    """What a run uses lives in its project or in the library of its team."""
    if owner.pk != project.pk and not (owner.is_library and owner.team_id == project.team_id):
        raise Invalid(
            f"{what}_of_other_project", f"The {what} belongs to another project; choose one of this.", field=what
        )


def _check_star(request: RunRequest) -> None:
    keys = [choice.key for choice in request.metrics]
    if request.star and request.star not in keys:
        raise Invalid(
            "star_unknown",
            f'The star metric "{request.star}" is not among the chosen ones ({", ".join(keys)}).',
            field="star",
        )


def _build_run(request: RunRequest, by: User) -> Run:
    version, target = request.version, request.target
    taken = min(request.num_samples or version.item_count, version.item_count)
    return Run(
        project=request.project,
        state=RunState.RECORDED if request.waits_for_start else RunState.QUEUED,
        name=request.name.strip() or f"{target} on {version}"[:LONGEST_NAME],
        description=request.description,
        dataset=version.dataset,
        dataset_version=version,
        target=target,
        target_snapshot=snapshot_of(target),
        execution=request.execution,
        task_key=request.task_key,
        num_samples=request.num_samples,
        sampling=request.sampling,
        repeats=request.repeats,
        cache_policy=request.cache_policy,
        quality_threshold=request.project.quality_threshold,
        spending_cap=request.spending_cap,
        metadata=dict(request.metadata),
        tags=clean_tags(request.tags),
        commit_url=request.commit_url,
        is_sample=request.is_sample,
        item_count=taken * request.repeats,
        created_by=by,
        queued_at=None if request.waits_for_start else timezone.now(),
    )


def request_of(run: Run) -> RunRequest:
    """What would make the same run again, for a prefilled form."""
    run_metrics = list(run.run_metrics.select_related("revision__metric", "connection"))
    star = next((metric for metric in run_metrics if metric.is_star), None)
    return RunRequest(
        project=run.project,
        version=run.dataset_version,
        target=run.target,
        metrics=[_choice_of(metric) for metric in run_metrics],
        star=_choice_of(star).key if star else "",
        name=run.name,
        description=run.description,
        num_samples=run.num_samples,
        sampling=Sampling(run.sampling),
        repeats=run.repeats,
        cache_policy=CachePolicy(run.cache_policy),
        spending_cap=run.spending_cap,
        tags=run.tags,
        metadata=run.metadata,
        commit_url=run.commit_url,
    )


def _choice_of(metric: RunMetric) -> MetricChoice:
    is_given = metric.revision.metric.kind == MetricKind.IMPORTED
    return MetricChoice(
        key=metric.revision.definition["source"] if is_given else metric.key,
        is_given=is_given,
        threshold=metric.threshold,
        weight=metric.weight,
        connection=metric.connection,
        judge_model=metric.judge_model,
        parameters=metric.parameters,
    )


@transaction.atomic
def cancel_run(run: Run, *, by: User) -> None:
    """Stop the run; what is done stays. Raises `Conflict` when it is over already."""
    require_right(by, Right.START_RUN, run.project)
    if claims.move_run(run.pk, old={RunState.RECORDED}, new=RunState.CANCELLED):
        _note(run, AuditAction.STOPPED, by=by)
        _settle_execution(run)
        return
    if not claims.move_run(run.pk, old=LIVE_STATES - {RunState.CANCELLING}, new=RunState.CANCELLING):
        raise Conflict("run_not_live", f'Run "{run}" is not running, so there is nothing to stop.')
    _note(run, AuditAction.STOPPED, by=by)
    enqueue(tasks.close_run, run.pk)
    _settle_execution(run)


def _note(run: Run, action: AuditAction, *, by: User, changes: Changes | None = None) -> None:
    """Write it down for the team."""
    record(team=run.project.team, by=by, action=action, subject=run, project=run.project, changes=changes)


@transaction.atomic
def resume_run(
    run: Run,
    *,
    by: User,
    retry_errored: bool = False,
    causes: Collection[str] | None = None,
    spending_cap: Decimal | None = None,
) -> None:
    """Compute what is missing, and with `retry_errored` also what ended in an error, of all `causes` or of some.

    Raises `Conflict` while the run is live, when nothing is missing, and when its money is spent; a new `spending_cap`
    replaces the run's own.
    """
    require_right(by, Right.START_RUN, run.project)
    _requeue(run)
    _check_money(run, spending_cap)
    incomplete = RunBatch.objects.filter(~Q(state=BatchState.DONE), run=run)
    if retry_errored:
        incomplete |= retrying.forget_errors(run, causes=causes)
    if run.batches.exists() and not incomplete.exists():
        raise Conflict("nothing_missing", f'Every item of run "{run}" has its scores; there is nothing to resume.')
    _reset(incomplete)
    _note(run, AuditAction.RESUMED, by=by)


def _check_money(run: Run, spending_cap: Decimal | None) -> None:
    """Set the new cap, and see that there is something left to spend."""
    cap = spending_cap or run.spending_cap
    if cap is not None and run.cost >= cap:
        raise Conflict(
            "spending_cap_reached",
            f'Run "{run}" has spent ${run.cost.normalize():f} of its cap of ${cap.normalize():f}; raise the cap.',
            field="spending_cap",
        )
    Run.objects.filter(pk=run.pk).update(spending_cap=cap)


def _requeue(run: Run) -> None:
    """Move a run that is over back to the start, where only what is missing is computed."""
    if not claims.move_run(run.pk, old=OVER_STATES, new=RunState.QUEUED):
        raise Conflict("run_live", f'Run "{run}" is still running; wait for it or stop it first.')
    # While a run is live, `done_count` says what was done before it was started this time: the rate is told from it.
    done = run.batches.aggregate(done=Sum("n_done"))["done"] or 0
    Run.objects.filter(pk=run.pk).update(queued_at=Now(), finished_at=None, error="", halt_reason="", done_count=done)
    enqueue(tasks.start_run, run.pk)
    _settle_execution(run)


def _reset(batches: QuerySet[RunBatch]) -> None:
    batches.update(
        state=BatchState.WAITING, owner="", lease_until=None, rung_at=None, tries=0, error="", token=F("token") + 1
    )


@transaction.atomic
def rescore_run(run: Run, *, metrics: Sequence[MetricChoice], by: User) -> None:
    """Measure more metrics on a run that is over, or measure those of the same key again; answers stay as they are.

    A metric measured again takes its current revision and keeps its place and star. Raises `Conflict` while the run is
    live, `Invalid` for metrics that cannot be measured.
    """
    require_right(by, Right.START_RUN, run.project)
    _requeue(run)
    old = {metric.key: metric for metric in run.run_metrics.all()}
    chosen = resolve_choices(metrics, project=run.project, version=run.dataset_version, measured=old)
    chosen += outdated_composites(run, chosen)
    check_scorable(chosen, run.dataset_version, run.target)
    next_rank = 1 + max((metric.rank for metric in old.values()), default=-1)
    for place, one in enumerate(chosen):
        replaced = old.get(one.revision.metric.key)
        if replaced:
            deletion.delete_run_metric(replaced)
        freeze_metric(
            one,
            run=run,
            rank=replaced.rank if replaced else next_rank + place,
            is_star=bool(replaced and replaced.is_star),
        ).save(force_insert=True)
    _reset(run.batches.all())
    # Nothing has every score now; workers count again what they find.
    run.batches.update(n_done=0, n_scored=0, n_unscored=0, n_errored=0)
    Run.objects.filter(pk=run.pk).update(done_count=0)
    measured = [one.revision.metric.key for one in chosen]
    _note(run, AuditAction.CHANGED, by=by, changes={"scored_again": [None, measured]})


@transaction.atomic
def delete_run(run: Run, *, by: User) -> None:
    """Take the run out of sight at once; its rows go in the background."""
    require_right(by, Right.DELETE, run.project)
    claims.move_run(run.pk, old=LIVE_STATES, new=RunState.CANCELLING)
    if Run.objects.filter(pk=run.pk, deleted_at=None).update(deleted_at=Now(), is_baseline=False):
        _note(run, AuditAction.DELETED, by=by)
    Run.objects.filter(verdicts__against=run).mark_stale()
    LentKey.objects.filter(run=run).delete()
    if run.overrides.exists():
        TrustWork.objects.ask(run.project_id)
    _settle_execution(run)
    enqueue(tasks.delete_run_rows, run.pk)
