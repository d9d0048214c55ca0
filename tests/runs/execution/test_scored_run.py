"""A run worked from its queue to its end in one process: what it stores and what it comes to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from evalhub.accounts.models import Project, User
from metrics.heuristics.equals import Equals
from runs.choices import BatchState, RunState, Sampling
from runs.columns import read_columns
from runs.execution import closing, working
from runs.models import Run, RunColumn, RunItem, Score
from runs.services.runs import MetricChoice, RunRequest, create_run
from tests.factories import make_dataset, make_target, make_version


def rows(count: int) -> list[dict[str, Any]]:
    """Items of which every second says what is expected, every tenth has no output."""
    return [
        {
            "input": f"question {number}",
            "key": f"q{number}",
            "expected": f"answer {number}",
            **({} if number % 10 == 9 else {"output": f"answer {number if number % 2 == 0 else 'x'}"}),
        }
        for number in range(count)
    ]


def queue_run(project: Project, by: User, *, count: int = 600, **fields: Any) -> Run:
    version = make_version(dataset=make_dataset(project=project), rows=rows(count))
    return create_run(
        RunRequest(
            project=project,
            version=version,
            target=make_target(project=project),
            metrics=[MetricChoice(key="equals"), MetricChoice(key="levenshtein")],
            **fields,
        ),
        by=by,
    )


def work(run: Run) -> Run:
    """Do all that workers would do."""
    working.start_run(run.pk)
    for batch_id in run.batches.values_list("id", flat=True):
        working.execute_batch(batch_id)
    closing.close_run(run.pk)
    return Run.objects.get(pk=run.pk)


def test_every_item_gets_one_outcome_of_every_metric(project: Project, bob: User) -> None:
    run = work(queue_run(project, bob))

    assert RunItem.objects.filter(run=run).count() == 600
    assert Score.objects.filter(run=run).count() == 1200
    assert Score.objects.filter(run=run, status="scored").count() == 1080
    assert set(Score.objects.filter(run=run, status="unscored").values_list("reason", flat=True)) == {"output_missing"}
    assert set(run.batches.values_list("state", flat=True)) == {BatchState.DONE}


def test_the_summary_is_that_of_the_scores(project: Project, bob: User) -> None:
    run = work(queue_run(project, bob))
    equals = run.run_metrics.get(key="equals")

    assert run.state == RunState.PARTIAL  # sixty items had no output
    assert (equals.n_scored, equals.n_unscored, equals.n_errored) == (540, 60, 0)
    assert equals.mean == pytest.approx(300 / 540)
    assert equals.n_passed == 300
    assert (sum(equals.histogram), equals.histogram[0], equals.histogram[-1]) == (540, 240, 300)
    assert (run.done_count, run.scored_count, run.errored_count, run.failing_count) == (600, 540, 0, 240)
    levenshtein = run.run_metrics.get(key="levenshtein")
    means = [metric.mean or 0 for metric in (equals, levenshtein)]
    assert run.overall == pytest.approx(sum(means) / 2)


def test_a_run_that_scores_everything_is_finished(project: Project, bob: User) -> None:
    version = make_version(dataset=make_dataset(project=project), rows=[{"input": "q", "output": "a", "expected": "a"}])
    target = make_target(project=project)
    request = RunRequest(project=project, version=version, target=target, metrics=[MetricChoice(key="equals")])
    run = work(create_run(request, by=bob))

    assert (run.state, run.overall, run.passed) == (RunState.FINISHED, 1.0, True)


def test_columns_are_joined_and_say_what_the_scores_say(project: Project, bob: User) -> None:
    run = work(queue_run(project, bob))
    equals = run.run_metrics.get(key="equals")
    columns = read_columns(run)

    assert not RunColumn.objects.filter(run=run).exclude(start=0, length=600).exists()
    stored = dict(Score.objects.filter(run=run, run_metric=equals).values_list("run_item__ordinal", "value"))
    expected = np.array([np.nan if stored[place] is None else stored[place] for place in range(600)])
    np.testing.assert_array_equal(columns.values(equals.pk), expected)
    assert columns.pair_keys.tolist() == list(
        run.dataset_version.items.order_by("ordinal").values_list("pair_key", flat=True)
    )
    assert np.count_nonzero(columns.item_states == 2) == 60


def test_the_star_metric_decides_what_passes(project: Project, bob: User) -> None:
    run = work(queue_run(project, bob, star="equals"))
    equals = run.run_metrics.get(key="equals")

    assert equals.is_star
    assert run.passed is False
    assert run.failing_count == 240
    failing = RunItem.objects.filter(run=run, passed=False)
    assert set(Score.objects.filter(run_item__in=failing, run_metric=equals).values_list("value", flat=True)) == {0.0}


def test_a_scorer_that_breaks_costs_only_its_own_scores(
    project: Project, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_over(self: Equals, item: object) -> None:
        raise ZeroDivisionError("by design")

    run = queue_run(project, bob, count=30)
    monkeypatch.setattr(Equals, "score", fall_over)
    run = work(run)

    equals, levenshtein = run.run_metrics.order_by("rank")
    assert (equals.n_scored, equals.n_errored, equals.n_unscored) == (0, 27, 3)
    assert levenshtein.n_scored == 27
    broken = Score.objects.filter(run=run, status="errored")[0]
    assert (broken.reason, broken.explanation) == (
        "scorer_failed",
        "The metric stopped with ZeroDivisionError: by design",
    )
    assert run.state == RunState.PARTIAL


def test_repeats_lie_side_by_side(project: Project, bob: User) -> None:
    run = work(queue_run(project, bob, count=100, num_samples=40, repeats=3))

    assert run.item_count == 120
    places = RunItem.objects.filter(run=run).order_by("ordinal", "repeat").values_list("ordinal", "repeat")
    assert list(places) == [(ordinal, repeat) for ordinal in range(40) for repeat in range(3)]
    keys = read_columns(run).pair_keys.reshape(40, 3)
    assert (keys == keys[:, :1]).all()


def test_a_random_sample_is_the_same_every_time_and_grows_by_adding(project: Project, bob: User) -> None:
    version = make_version(dataset=make_dataset(project=project), rows=rows(300))
    target = make_target(project=project)

    def taken(count: int) -> set[str]:
        request = RunRequest(
            project=project,
            version=version,
            target=target,
            metrics=[MetricChoice(key="equals")],
            num_samples=count,
            sampling=Sampling.RANDOM,
        )
        run = work(create_run(request, by=bob))
        return set(RunItem.objects.filter(run=run).values_list("item__key", flat=True))

    small, again, larger = taken(50), taken(50), taken(80)
    assert len(small) == 50
    assert small == again
    assert small < larger
    assert small != {f"q{number}" for number in range(50)}
