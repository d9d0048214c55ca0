"""Services of runs and of what belongs to them, with what the log says of each."""

from __future__ import annotations

from dataclasses import replace

from django.core.files.base import ContentFile
from django.utils import timezone

from evalhub.accounts.choices import AuditAction, AuditSubject
from runs.choices import RunState
from runs.importers.mapping import NewItem
from runs.importers.rows import ParsedRow
from runs.models import Run
from runs.recipes.evaluation_file import read_evaluation_file
from runs.services import (
    baselines,
    dataset_additions,
    datasets,
    evaluation_files,
    evaluations,
    executions,
    item_pairs,
    project_data,
    releases,
    row_runs,
    run_views,
    run_words,
    runs,
    schedules,
    shared_reports,
    targets,
)
from runs.services.releases import ReleaseValues
from runs.services.targets import TargetSettings
from tests.audit.told import Service, Told, World

_DID, _TO = AuditAction, AuditSubject
_FILE = """
evaluation: {key: film-quiz, display_name: Film quiz, task_specifications: [{task_key: contains, dataset_key: again}]}
"""
_RELEASE = ReleaseValues(name="Release 2", released_at=timezone.now())


def _archive_and_restore_evaluation(w: World) -> None:
    evaluations.archive_evaluation(w.evaluation, by=w.by)
    evaluations.restore_evaluation(w.evaluation, by=w.by)


def _revise(w: World) -> None:
    recipe = evaluations.recipe_of(evaluations.newest_version(w.evaluation))
    evaluations.revise_evaluation(w.evaluation, recipe=replace(recipe, name="Renamed"), by=w.by)


def _create_evaluation(w: World) -> None:
    recipe = evaluations.recipe_of(evaluations.newest_version(w.evaluation))
    evaluations.create_evaluation(project=w.project, recipe=recipe, by=w.by)


def _move_evaluation(w: World) -> None:
    dataset = w.evaluation.project.datasets.get(name="Recorded")
    library = w.team.projects.get(is_library=True)
    dataset.project = library
    dataset.save(update_fields=["project"])
    w.project.targets.filter(name="nightly bot").update(project=library)
    evaluations.move_evaluation(w.evaluation, project=w.other, by=w.by)


def _pause_and_resume(w: World) -> None:
    schedules.pause_schedule(w.evaluation.schedule, by=w.by)
    schedules.resume_schedule(w.evaluation.schedule, by=w.by)


def _pin_and_unpin(w: World) -> None:
    baselines.pin_baseline(w.run, by=w.by)
    baselines.unpin_baseline(w.run, by=w.by)


def _stopped(w: World) -> Run:
    run = w.waiting_run()
    Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLED)
    return run


def _retry(w: World) -> None:
    execution = _stopped(w).execution
    assert execution is not None
    executions.retry_execution(execution, by=w.by)


def _share(w: World) -> None:
    asked = shared_reports.ReportToShare(name="Auditor", run_ids=w.rows["report_id"].run_ids)
    shared_reports.share_report(w.project, asked, by=w.by)


def _pair_again(w: World) -> None:
    pair = w.rows["pair_id"]
    first, second = pair.first_version.items.get(), pair.second_version.items.get()
    item_pairs.unpair_items(pair, by=w.by)
    item_pairs.pair_items(w.project, [(first.pk, second.pk)], by=w.by)


def _import(w: World) -> None:
    upload = ContentFile(b"input,output\nHello,World\n", name="rows.csv")
    datasets.import_file(dataset=w.run.dataset, upload=upload, fields={}, by=w.by)


def _add_items(w: World) -> None:
    empty = datasets.create_dataset(project=w.project, name="Hard ones", by=w.by)
    dataset_additions.add_items(w.run, places=[0], dataset=empty, by=w.by)


def _store_rows_of_program(w: World) -> None:
    row = ParsedRow(1, {"input": "a", "output": "b"}, "{}")
    row_runs.store_rows([row], project=w.project, dataset="Sent along", by=w.by)


def _score_again(w: World) -> None:
    w.run.dataset_version.with_output = 1
    runs.rescore_run(w.run, metrics=[runs.MetricChoice(key="contains")], by=w.by)


RECORDED: dict[Service, Told] = {
    evaluations.create_evaluation: Told(_DID.CREATED, _TO.EVALUATION, _create_evaluation),
    evaluations.revise_evaluation: Told(_DID.CHANGED, _TO.EVALUATION, _revise),
    evaluations.archive_evaluation: Told(
        _DID.ARCHIVED, _TO.EVALUATION, lambda w: evaluations.archive_evaluation(w.evaluation, by=w.by)
    ),
    evaluations.restore_evaluation: Told(_DID.RESTORED, _TO.EVALUATION, _archive_and_restore_evaluation),
    evaluations.move_evaluation: Told(_DID.MOVED, _TO.EVALUATION, _move_evaluation),
    evaluation_files.save_evaluation_file: Told(
        *(_DID.CREATED, _TO.EVALUATION),
        lambda w: evaluation_files.save_evaluation_file(read_evaluation_file(_FILE), project=w.project, by=w.by),
    ),
    schedules.set_schedule: Told(
        *(_DID.CHANGED, _TO.SCHEDULE),
        lambda w: schedules.set_schedule(w.evaluation, cron="0 7 * * 1", time_zone="UTC", by=w.by),
    ),
    schedules.pause_schedule: Told(
        _DID.PAUSED, _TO.SCHEDULE, lambda w: schedules.pause_schedule(w.evaluation.schedule, by=w.by)
    ),
    schedules.pause_for: Told(
        *(_DID.PAUSED, _TO.SCHEDULE),
        lambda w: schedules.pause_for(w.evaluation.schedule, reason="Nobody is there.", by=w.by),
    ),
    schedules.resume_schedule: Told(_DID.RESUMED, _TO.SCHEDULE, _pause_and_resume),
    schedules.remove_schedule: Told(
        _DID.DELETED, _TO.SCHEDULE, lambda w: schedules.remove_schedule(w.evaluation.schedule, by=w.by)
    ),
    releases.create_release: Told(
        _DID.CREATED, _TO.RELEASE, lambda w: releases.create_release(w.project, values=_RELEASE, by=w.by)
    ),
    releases.edit_release: Told(
        _DID.CHANGED, _TO.RELEASE, lambda w: releases.edit_release(w.rows["release_id"], values=_RELEASE, by=w.by)
    ),
    releases.delete_release: Told(
        _DID.DELETED, _TO.RELEASE, lambda w: releases.delete_release(w.rows["release_id"], by=w.by)
    ),
    item_pairs.pair_items: Told(_DID.CREATED, _TO.ITEM_PAIR, _pair_again),
    item_pairs.unpair_items: Told(
        _DID.DELETED, _TO.ITEM_PAIR, lambda w: item_pairs.unpair_items(w.rows["pair_id"], by=w.by)
    ),
    dataset_additions.add_items: Told(_DID.ADDED, _TO.DATASET, _add_items),
    datasets.create_dataset: Told(
        _DID.CREATED, _TO.DATASET, lambda w: datasets.create_dataset(project=w.project, name="New", by=w.by)
    ),
    datasets.edit_dataset: Told(
        *(_DID.CHANGED, _TO.DATASET),
        lambda w: datasets.edit_dataset(
            w.run.dataset, name="Renamed", description="", tags=[], cluster_key="", by=w.by
        ),
    ),
    datasets.set_cluster_key: Told(
        *(_DID.CHANGED, _TO.DATASET),
        lambda w: (
            w.run.dataset.versions.update(metadata_keys={"topic": {}}),
            datasets.set_cluster_key(w.run.dataset, "topic", by=w.by),
        ),
    ),
    datasets.archive_dataset: Told(
        _DID.DELETED, _TO.DATASET, lambda w: datasets.archive_dataset(w.run.dataset, by=w.by)
    ),
    datasets.store_version: Told(
        *(_DID.ADDED, _TO.DATASET),
        lambda w: datasets.store_version(dataset=w.run.dataset, rows=[NewItem(input="a")], by=w.by),
    ),
    datasets.store_rows: Told(
        *(_DID.ADDED, _TO.DATASET),
        lambda w: datasets.store_rows(dataset=w.run.dataset, rows=[{"input": "a"}], by=w.by),
    ),
    datasets.import_file: Told(_DID.ADDED, _TO.DATASET, _import),
    row_runs.store_rows: Told(_DID.ADDED, _TO.DATASET, _store_rows_of_program),
    targets.recorded_target: Told(
        *(_DID.CREATED, _TO.TARGET),
        lambda w: targets.recorded_target(project=w.project, name="Bot 9", by=w.by),
    ),
    targets.create_target: Told(
        *(_DID.CREATED, _TO.TARGET),
        lambda w: targets.create_target(TargetSettings(name="New"), project=w.project, by=w.by),
    ),
    targets.edit_target: Told(
        *(_DID.CHANGED, _TO.TARGET),
        lambda w: targets.edit_target(w.target, TargetSettings(name="Renamed"), by=w.by),
    ),
    targets.archive_target: Told(_DID.DELETED, _TO.TARGET, lambda w: targets.archive_target(w.target, by=w.by)),
    run_views.save_run_view: Told(
        *(_DID.CREATED, _TO.RUN_VIEW),
        lambda w: run_views.save_run_view(w.project, name="Mine", query="a=b", by=w.by),
    ),
    run_views.delete_run_view: Told(
        _DID.DELETED, _TO.RUN_VIEW, lambda w: run_views.delete_run_view(w.rows["view_id"], by=w.by)
    ),
    shared_reports.share_report: Told(_DID.ADDED, _TO.SHARED_REPORT, _share),
    shared_reports.revoke_shared_report: Told(
        *(_DID.REVOKED, _TO.SHARED_REPORT),
        lambda w: shared_reports.revoke_shared_report(w.rows["report_id"], by=w.by),
    ),
    project_data.set_retention: Told(
        _DID.CHANGED, _TO.PROJECT, lambda w: project_data.set_retention(w.project, days=30, by=w.by)
    ),
    project_data.export_project: Told(
        _DID.EXPORTED, _TO.PROJECT, lambda w: project_data.export_project(w.other, by=w.by)
    ),
    project_data.delete_project: Told(
        *(_DID.DELETED, _TO.PROJECT),
        lambda w: project_data.delete_project(w.other, typed_name=w.other.name, by=w.by),
    ),
    baselines.pin_baseline: Told(_DID.PINNED, _TO.RUN, lambda w: baselines.pin_baseline(w.run, by=w.by)),
    baselines.unpin_baseline: Told(_DID.UNPINNED, _TO.RUN, _pin_and_unpin),
    run_words.edit_run: Told(_DID.CHANGED, _TO.RUN, lambda w: run_words.edit_run(w.run, by=w.by, tags=["v2"])),
    runs.cancel_run: Told(_DID.STOPPED, _TO.RUN, lambda w: runs.cancel_run(w.waiting_run(), by=w.by)),
    runs.resume_run: Told(_DID.RESUMED, _TO.RUN, lambda w: runs.resume_run(_stopped(w), by=w.by)),
    runs.rescore_run: Told(_DID.CHANGED, _TO.RUN, _score_again),
    runs.delete_run: Told(_DID.DELETED, _TO.RUN, lambda w: runs.delete_run(w.run, by=w.by)),
    executions.cancel_execution: Told(
        *(_DID.STOPPED, _TO.RUN),
        lambda w: executions.cancel_execution(w.rows["execution_id"], by=w.by),
    ),
    executions.retry_execution: Told(_DID.RESUMED, _TO.RUN, _retry),
}
