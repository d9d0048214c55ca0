"""Scoring again and going on: new metrics beside old ones, answers untouched, only what is missing computed."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict
from metrics.heuristics.equals import Equals
from metrics.models import Metric
from metrics.scoring import ScoreResult
from runs.choices import RunState
from runs.columns import read_columns
from runs.execution import closing, working
from runs.models import Run, RunColumn, RunItem, Score
from runs.progress import progress_of
from runs.services.runs import MetricChoice, cancel_run, delete_run, rescore_run, resume_run
from tests.runs.execution.scenes import all_columns, assert_whole, queue_run, reload


def work(run: Run, *, batches: int | None = None) -> Run:
    working.start_run(run.pk)
    for batch_id in run.batches.exclude(state="done").order_by("number").values_list("id", flat=True)[:batches]:
        working.execute_batch(batch_id)
    closing.close_run(run.pk)
    return reload(run)


@pytest.fixture
def run(project: Project, bob: User) -> Run:
    return work(queue_run(project, bob, count=600, metrics=("equals", "contains")))


def answers(run: Run) -> list[tuple[object, ...]]:
    return list(RunItem.objects.filter(run=run).order_by("ordinal").values_list("id", "output", "state"))


def test_a_metric_is_added_and_the_answers_stay(run: Run, bob: User) -> None:
    before, old_overall = answers(run), run.overall
    rescore_run(run, metrics=[MetricChoice(key="levenshtein", weight=5)], by=bob)
    assert reload(run).state == RunState.QUEUED
    run = work(reload(run))

    assert answers(run) == before
    assert list(run.run_metrics.values_list("key", "rank")) == [("equals", 0), ("contains", 1), ("levenshtein", 2)]
    assert run.overall != old_overall
    item = RunItem.objects.get(run=run, ordinal=1)
    assert item.overall == pytest.approx(float(read_columns(run).overall[1]))
    assert_whole(run)


def test_a_metric_measured_again_replaces_its_scores(run: Run, bob: User) -> None:
    old = run.run_metrics.get(key="equals")
    kept = Score.objects.filter(run=run, run_metric__key="contains").count()
    rescore_run(run, metrics=[MetricChoice(key="equals", threshold=0.1)], by=bob)
    run = work(reload(run))

    new = run.run_metrics.get(key="equals")
    assert (new.pk != old.pk, new.rank, new.threshold) == (True, old.rank, 0.1)
    assert not Score.objects.filter(run=run, run_metric_id=old.pk).exists()
    assert not RunColumn.objects.filter(run=run, run_metric_id=old.pk).exists()
    assert Score.objects.filter(run=run, run_metric__key="contains").count() == kept == 600
    assert_whole(run)


def test_old_numbers_stay_visible_while_a_run_is_scored_again(run: Run, bob: User) -> None:
    contains = run.run_metrics.get(key="contains")
    before = read_columns(run).values(contains.pk)
    rescore_run(run, metrics=[MetricChoice(key="levenshtein")], by=bob)
    run = reload(run)
    working.start_run(run.pk)
    columns = read_columns(reload(run))

    assert columns.values(contains.pk).tolist() == before.tolist()
    assert set(columns.statuses(run.run_metrics.get(key="levenshtein").pk).tolist()) == {0}
    assert progress_of(reload(run)).done == 0


def test_a_stopped_run_goes_on_where_it_was(project: Project, bob: User) -> None:
    run = queue_run(project, bob, count=1000, metrics=("equals",))
    working.start_run(run.pk)
    working.execute_batch(run.batches.get(number=1).pk)
    cancel_run(reload(run), by=bob)
    closing.close_run(run.pk)
    run = reload(run)
    assert (run.state, run.done_count) == (RunState.CANCELLED, 250)
    first = set(RunItem.objects.filter(run=run).values_list("id", flat=True))

    resume_run(run, by=bob)
    run = work(reload(run))
    assert run.state == RunState.FINISHED
    assert first < set(RunItem.objects.filter(run=run).values_list("id", flat=True))
    assert_whole(run)


def test_a_complete_run_has_nothing_to_resume(run: Run, bob: User) -> None:
    with pytest.raises(Conflict, match="nothing to resume"):
        resume_run(run, by=bob)
    assert reload(run).state == RunState.FINISHED


def test_errors_are_computed_again_on_request(project: Project, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    run = queue_run(project, bob, count=300, metrics=("equals", "contains"))
    with monkeypatch.context() as patched:
        patched.setattr(Equals, "score", lambda self, item: ScoreResult.errored("away", "not there"))
        run = work(run)
    assert run.state == RunState.PARTIAL
    with pytest.raises(Conflict):
        resume_run(run, by=bob)

    resume_run(run, by=bob, retry_errored=True)
    run = work(reload(run))
    assert run.state == RunState.FINISHED
    assert_whole(run)


def test_a_deleted_run_is_out_of_sight_at_once(run: Run, bob: User) -> None:
    delete_run(run, by=bob)
    assert not Run.objects.visible_to(bob).filter(pk=run.pk).exists()
    assert Metric.objects.filter(key="equals").exists()


def test_columns_are_made_again_by_command(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    written = all_columns(run)
    RunColumn.objects.filter(run=run).delete()
    call_command("rebuild_columns", str(run.pk))

    rebuilt = all_columns(reload(run))
    assert {name: column.tobytes() for name, column in written.items()} == {
        name: column.tobytes() for name, column in rebuilt.items()
    }
    assert f"run {run.pk}: 600 items" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no run 999999"):
        call_command("rebuild_columns", "999999")


def test_progress_counts_what_batches_have_written(project: Project, bob: User) -> None:
    run = queue_run(project, bob, count=1000, metrics=("equals", "contains"))
    assert (progress_of(run).percent, progress_of(run).rate) == (0, None)
    working.start_run(run.pk)
    working.execute_batch(run.batches.get(number=0).pk)
    progress = progress_of(reload(run))

    assert (progress.done, progress.total, progress.scored, progress.percent) == (250, 1000, 500, 25)
    assert progress.rate is not None
    assert progress.seconds_left == pytest.approx(750 / progress.rate)
    finished = progress_of(work_rest(run))
    assert (finished.percent, finished.seconds_left) == (100, None)


def work_rest(run: Run) -> Run:
    for batch_id in run.batches.values_list("id", flat=True):
        working.execute_batch(batch_id)
    closing.close_run(run.pk)
    return reload(run)
