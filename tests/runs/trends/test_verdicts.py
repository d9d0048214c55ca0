"""A finished run is held against its baseline and the run before it by the paired test, and what was found is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from evalhub.accounts.models import Project, User
from metrics.statistics.verdicts import Verdict
from runs.choices import ComparisonState, Incomparable, RunSide, VerdictKind
from runs.execution.closing import close_run
from runs.execution.comparing import compare_run
from runs.execution.sweep import COMPARED_AT_ONCE, sweep
from runs.models import DatasetVersion, Run, RunMetric, RunVerdict
from runs.packing import rebuild_columns
from runs.regressions import deltas_by_metric, regressed_metrics, verdicts_against_baselines
from runs.services.baselines import pin_baseline
from runs.services.runs import delete_run
from tests.runs.trends.lined_runs import make_line_run, make_line_version, values_around

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return make_line_version(project)


def verdict_of(run: Run, *, side: RunSide = RunSide.PREVIOUS, measure: str = "m.m") -> RunVerdict:
    return RunVerdict.objects.get(run=run, side=side, measure=measure)


def state_of(run: Run) -> str:
    return Run.objects.values_list("comparison_state", flat=True).get(pk=run.pk)


def test_a_drop_smaller_than_both_intervals_is_found_because_items_are_paired(version: DatasetVersion) -> None:
    first = make_line_run(version, {"m": values_around(0.6, seed=1)})
    second = make_line_run(version, {"m": values_around(0.55, seed=2)})
    before, after = (run.run_metrics.get() for run in (first, second))
    assert after.ci_high > before.ci_low  # type: ignore[operator]  # both are measured
    found = verdict_of(second)
    assert (found.verdict, found.against, found.items) == (VerdictKind.WORSE, first, 40)
    expected = stats.ttest_rel(values_around(0.55, seed=2), values_around(0.6, seed=1))
    assert found.p == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval()
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high))


def test_noise_is_not_called_a_regression(version: DatasetVersion) -> None:
    make_line_run(version, {"m": values_around(0.6, seed=1)})
    second = make_line_run(version, {"m": values_around(0.6, seed=2)})
    assert verdict_of(second).verdict == VerdictKind.NO_DIFFERENCE
    assert not verdict_of(second).is_regression


def test_p_values_are_corrected_for_all_measures_of_a_run(version: DatasetVersion) -> None:
    names = [f"m{number}" for number in range(4)]
    make_line_run(version, {name: values_around(0.6, seed=place) for place, name in enumerate(names)})
    run = make_line_run(version, {name: values_around(0.58, seed=9 + place) for place, name in enumerate(names)})
    found = list(run.verdicts.filter(side=RunSide.PREVIOUS))
    assert [verdict.measure for verdict in found] == ["overall", *(f"m.{name}" for name in names)]
    raw = sorted(verdict.p for verdict in found if verdict.p is not None)
    steps = np.maximum.accumulate(np.array(raw) * np.arange(len(raw), 0, -1)).clip(max=1)
    assert sorted(v.adjusted_p for v in found if v.adjusted_p is not None) == pytest.approx(list(steps))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"judge_model": "another"}, Incomparable.JUDGE),
        ({"parameters": {"case": True}}, Incomparable.PARAMETERS),
        ({"range_max": 5.0}, Incomparable.SCALE),
        ({"key": "other"}, Incomparable.ABSENT),
    ],
)
def test_what_was_measured_otherwise_is_not_compared(
    version: DatasetVersion, change: dict[str, Any], reason: Incomparable
) -> None:
    first = make_line_run(version, {"m": values_around(0.9), "n": values_around(0.9)})
    RunMetric.objects.filter(run=first, key="m").update(**change)
    second = make_line_run(version, {"m": values_around(0.2), "n": values_around(0.9)})
    found = verdict_of(second)
    assert (found.verdict, found.reason, found.p) == (VerdictKind.NOT_COMPARABLE, reason, None)
    assert verdict_of(second, measure="m.n").verdict == VerdictKind.SAME
    assert verdict_of(second, measure="overall").reason == Incomparable.MIXTURE


def test_runs_without_a_common_item_are_not_compared(project: Project, version: DatasetVersion) -> None:
    make_line_run(version, {"m": values_around(0.9)})
    other = make_line_version(project, first=100)
    run = make_line_run(other, {"m": values_around(0.2)})
    assert verdict_of(run).reason == Incomparable.NO_PAIRS


def test_only_the_items_of_both_versions_are_compared(project: Project, version: DatasetVersion) -> None:
    make_line_run(version, {"m": values_around(0.9)})
    grown = make_line_version(project, first=10)
    assert verdict_of(make_line_run(grown, {"m": values_around(0.9)})).items == 30


def test_the_run_before_is_that_of_the_same_target(version: DatasetVersion) -> None:
    first = make_line_run(version, {"m": values_around(0.6)}, target="bot 1.0")
    make_line_run(version, {"m": values_around(0.2)}, target="rival 1.0")
    assert verdict_of(make_line_run(version, {"m": values_around(0.6)}, target="bot 2.0")).against == first


def test_pinning_a_baseline_compares_past_runs_with_it(version: DatasetVersion, bob: User) -> None:
    first, second, third = (
        make_line_run(version, {"m": values_around(mean, seed=seed)}) for seed, mean in enumerate((0.4, 0.7, 0.4))
    )
    pin_baseline(second, by=bob)
    assert [state_of(run) for run in (first, second, third)] == ["stale", "done", "stale"]
    assert sweep().runs_to_compare == [third.pk, first.pk]
    for run in (first, third):
        assert compare_run(run.pk)
        assert verdict_of(run, side=RunSide.BASELINE).verdict == VerdictKind.WORSE
    assert sweep().runs_to_compare == []
    pin_baseline(first, by=bob)
    assert verdicts_against_baselines([third.pk]) == {}


def test_one_verdict_serves_lists_and_events(version: DatasetVersion, bob: User) -> None:
    baseline = make_line_run(version, {"m": values_around(0.6, seed=1)})
    pin_baseline(baseline, by=bob)
    run = make_line_run(version, {"m": values_around(0.55, seed=2)})
    metrics = list(run.run_metrics.all())
    verdicts = verdicts_against_baselines([run.pk])[run.pk]
    assert regressed_metrics(metrics, deltas_by_metric(metrics, baseline)) == []
    assert regressed_metrics(metrics, deltas_by_metric(metrics, baseline, verdicts)) == metrics
    RunVerdict.objects.update(verdict=VerdictKind.NOT_COMPARABLE, reason=Incomparable.JUDGE)
    verdicts = verdicts_against_baselines([run.pk])[run.pk]
    assert deltas_by_metric(metrics, baseline, verdicts) == {}


def test_a_worker_that_stopped_leaves_the_run_to_the_sweep_and_comparing_twice_does_nothing(
    version: DatasetVersion,
) -> None:
    make_line_run(version, {"m": values_around(0.6)})
    run = make_line_run(version, {"m": values_around(0.6)}, is_compared=False)
    assert state_of(run) == ComparisonState.DUE
    assert sweep().runs_to_compare == [run.pk]
    assert compare_run(run.pk)
    assert not compare_run(run.pk)
    assert run.verdicts.count() == 1


def test_scores_that_change_make_the_verdicts_of_both_runs_stale(version: DatasetVersion) -> None:
    first, second, third = (make_line_run(version, {"m": values_around(0.6, seed=seed)}) for seed in range(3))
    rebuild_columns(first)
    assert [state_of(run) for run in (first, second, third)] == ["stale", "stale", "done"]


def test_a_run_that_closes_late_becomes_the_one_before(version: DatasetVersion) -> None:
    first, late = (make_line_run(version, {"m": values_around(0.6, seed=seed)}) for seed in range(2))
    Run.objects.filter(pk=late.pk).update(state="scoring")
    newest = make_line_run(version, {"m": values_around(0.6, seed=2)})
    assert verdict_of(newest).against == first
    assert close_run(late.pk)
    assert state_of(newest) == ComparisonState.STALE
    compare_run(newest.pk)
    assert verdict_of(newest).against == late


def test_a_deleted_run_is_no_longer_the_one_before(version: DatasetVersion, bob: User) -> None:
    first, second, third = (make_line_run(version, {"m": values_around(0.6, seed=seed)}) for seed in range(3))
    delete_run(second, by=bob)
    assert state_of(third) == ComparisonState.STALE
    compare_run(third.pk)
    assert verdict_of(third).against == first


def test_a_sweep_names_the_newest_of_many(version: DatasetVersion) -> None:
    runs = Run.objects.bulk_create(
        Run(
            project_id=version.dataset.project_id,
            dataset_id=version.dataset_id,
            dataset_version=version,
            target=version.dataset.project.targets.create(name=f"bot {number}"),
            name="old",
            state="finished",
        )
        for number in range(COMPARED_AT_ONCE + 5)
    )
    assert sweep().runs_to_compare == [run.pk for run in reversed(runs[5:])]


def test_the_stored_verdicts_are_those_of_the_statistics() -> None:
    assert {*VerdictKind.values} - {VerdictKind.NOT_COMPARABLE.value} == {verdict.value for verdict in Verdict}
