"""Published files compared by the product, and every figure checked against SciPy and statsmodels computed apart."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm
from django.conf import settings
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from evalhub.accounts.models import Project, User
from metrics.statistics.paired import PairedResult, PairTest
from runs.comparison.compare import Comparison, Line, compare_runs
from runs.comparison.slices import compare_slices
from runs.execution import closing, working
from runs.models import Run, Score
from runs.services.runs import MetricChoice, RunRequest, create_run
from runs.services.targets import recorded_target
from tests.runs.comparison.compared_runs import fetched
from tests.runs.datasets.loading import load

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
FILES = {
    "mt-bench": ("mistral-orpo-mix.jsonl", "claude-3-5-sonnet-20240620.jsonl", "mistral-orpo-capybara.jsonl"),
    "openqa-judged": ("DPR.jsonl", "FiD.jsonl"),
    "evouna": ("nq.chatgpt.jsonl", "nq.gpt4.jsonl"),
    "gsm8k": ("gemma-2-9b-it.jsonl", "gpt-4o-mini-2024-07-18.jsonl"),
}
MOST_ROWS = 160

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not all((DATA / folder / name).exists() for folder, names in FILES.items() for name in names),
        reason=f"the published files are not beside the repository, in {DATA}",
    ),
]
Values = Mapping[str, float]


def rows_of(folder: str, name: str) -> list[dict[str, Any]]:
    """The first rows of a file, read by nothing of the product."""
    lines = (DATA / folder / name).read_text().splitlines()[:MOST_ROWS]
    return [json.loads(line) for line in lines]


def compared(
    folder: str, metrics: Sequence[MetricChoice], *, project: Project, by: User, cluster: str = ""
) -> Comparison:
    """The files of a folder imported, run and compared; the first is the baseline."""
    runs = [_run(folder, name, metrics, project=project, by=by) for name in FILES[folder]]
    return compare_runs(fetched(*runs), cluster_key=cluster)


def _run(folder: str, name: str, metrics: Sequence[MetricChoice], *, project: Project, by: User) -> Run:
    content = b"\n".join((DATA / folder / name).read_bytes().splitlines()[:MOST_ROWS])
    version = load(content, project=project, by=by, name=f"{folder} {name}").version
    assert version is not None
    target = recorded_target(project=project, name=version.recorded_target, version="", by=by)
    run = create_run(RunRequest(project=project, version=version, target=target, metrics=list(metrics)), by=by)
    working.start_run(run.pk)
    for batch_id in run.batches.values_list("id", flat=True):
        working.execute_batch(batch_id)
    closing.close_run(run.pk)
    return run


def given(folder: str, metric: str) -> list[Values]:
    """What the files say of each item, by its id; null is no value."""
    told: list[Values] = []
    for name in FILES[folder]:
        scores = {row["id"]: row.get("judge", {}).get(metric, {}).get("score") for row in rows_of(folder, name)}
        told.append({key: float(score) for key, score in scores.items() if score is not None})
    return told


def stored(comparison: Comparison, metric: str) -> list[Values]:
    """What the product scored, row by row from its scores, by item."""
    found: list[Values] = []
    for run in comparison.runs:
        scores = Score.objects.filter(run=run, run_metric__key=metric).values_list("run_item__item__key", "value")
        found.append({key: value for key, value in scores if value is not None})
    return found


def paired(values: Sequence[Values], position: int) -> tuple[np.ndarray, np.ndarray, list[str]]:
    shared = [key for key in values[0] if key in values[position]]
    before, after = (np.array([values[place][key] for key in shared]) for place in (0, position))
    return before, after, shared


def line_of(comparison: Comparison, metric: str, position: int = 1) -> Line:
    return next(line for line in comparison.lines if (line.measure.name, line.position) == (f"m.{metric}", position))


def test_ratings_of_mt_bench(project: Project, alice: User) -> None:
    comparison = compared("mt-bench", [MetricChoice(key="rating", is_given=True)], project=project, by=alice)
    ratings = given("mt-bench", "rating")
    p_values = []
    for position in (1, 2):
        before, after, _ = paired(ratings, position)
        assert len(before) > 150
        assert_as_told(line_of(comparison, "rating", position).result, before, after, PairTest.PAIRED_T)
        p_values.append(stats.ttest_rel(after, before).pvalue)
    lines = [line_of(comparison, "rating", position) for position in (1, 2)]
    wanted = multipletests(p_values, method="holm")[1]
    assert [line.adjusted_p for line in lines] == pytest.approx(list(wanted))


def test_ratings_of_one_question_and_of_one_category_belong_together(project: Project, alice: User) -> None:
    metrics = [MetricChoice(key="rating", is_given=True)]
    comparison = compared("mt-bench", metrics, project=project, by=alice, cluster="question_id")
    before, after, keys = paired(given("mt-bench", "rating"), 1)
    about = {row["id"]: row["metadata"] for row in rows_of("mt-bench", FILES["mt-bench"][0])}
    questions = np.unique([about[key]["question_id"] for key in keys], return_inverse=True)[1]
    fit = sm.OLS(after - before, np.ones(len(before))).fit()
    robust = fit.get_robustcov_results("cluster", groups=questions, use_correction=False, use_t=True)
    clusters = questions.max() + 1
    error = robust.bse[0] * np.sqrt(clusters / (clusters - 1))
    result = line_of(comparison, "rating").result
    assert result.clusters == clusters == 80
    low, high = stats.t.interval(0.95, clusters - 1, loc=(after - before).mean(), scale=error)
    assert (result.ci_low, result.ci_high) == pytest.approx((low, high))
    categories = np.array([about[key]["category"] for key in keys])
    slices = compare_slices(compare_runs(comparison.runs), comparison.measure("m.rating"), key="category")
    found = {line.value: line for line in slices if line.position == 1}
    assert set(found) == set(categories)
    for category, line in found.items():
        inside = categories == category
        assert line.result.p == pytest.approx(stats.ttest_rel(after[inside], before[inside]).pvalue)
    corrected = multipletests([line.result.p for line in slices], method="fdr_bh")[1]
    assert [line.adjusted_p for line in slices] == pytest.approx(list(corrected))


def test_yes_and_no_of_judged_answers(project: Project, alice: User) -> None:
    """The file has 1 and 0, which the product takes for numbers: their paired t-test, beside McNemar's of the same."""
    comparison = compared(
        "openqa-judged", [MetricChoice(key="correct@gpt-4", is_given=True)], project=project, by=alice
    )
    before, after, _ = paired(given("openqa-judged", "correct@gpt-4"), 1)
    (line,) = (line for line in comparison.lines if line.measure.metric.revision.definition.get("source"))
    assert_as_told(line.result, before, after, PairTest.PAIRED_T)
    assert np.isnan(comparison.values(line.measure, 0)).sum() == MOST_ROWS - len(
        given("openqa-judged", "correct@gpt-4")[0]
    )


@pytest.mark.parametrize(("folder", "metric"), [("evouna", "contains"), ("gsm8k", "numeric_closeness")])
def test_answers_scored_here(project: Project, alice: User, folder: str, metric: str) -> None:
    comparison = compared(folder, [MetricChoice(key=metric)], project=project, by=alice)
    before, after, _ = paired(stored(comparison, metric), 1)
    assert len(before) == MOST_ROWS
    assert 0 < before.mean() < 1
    assert_as_told(line_of(comparison, metric).result, before, after, PairTest.MCNEMAR)


def assert_as_told(result: PairedResult, before: np.ndarray, after: np.ndarray, test: PairTest) -> None:
    """Counts, difference, interval and p-value are what the other libraries make of the same values."""
    assert (result.n, result.test) == (len(before), test)
    assert (result.up, result.down) == (int((after > before).sum()), int((after < before).sum()))
    assert (result.baseline, result.candidate) == pytest.approx((before.mean(), after.mean()))
    assert result.difference == pytest.approx(float((after - before).mean()))
    if test == PairTest.MCNEMAR:
        table = [[int(((before == x) & (after == y)).sum()) for y in (0, 1)] for x in (0, 1)]
        assert result.p == pytest.approx(mcnemar(table, exact=True).pvalue)
        return
    told = stats.ttest_rel(after, before)
    interval = told.confidence_interval()
    assert (result.ci_low, result.ci_high, result.p) == pytest.approx((interval.low, interval.high, told.pvalue))
