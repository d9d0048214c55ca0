"""Comparing runs: what is paired with what, what is tested, what is said; figures against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid
from metrics.choices import ValueType
from metrics.statistics.verdicts import Verdict
from runs.comparison.compare import Comparison, Line, compare_runs
from runs.comparison.slices import compare_slices
from runs.comparison.words import in_words
from runs.models import Run
from tests.runs.comparison.compared_runs import fetched, make_compared_run, make_questions

KEYS = [f"q{place}" for place in range(24)]
NUMBER = {"relevance": {"name": "Relevance"}}
RANDOM = np.random.default_rng(21)
BEFORE = RANDOM.uniform(0.2, 0.7, 24).round(3)
AFTER = (BEFORE + RANDOM.normal(0.12, 0.05, 24)).round(3)


def line_of(comparison: Comparison, name: str, position: int = 1) -> Line:
    return next(line for line in comparison.lines if line.measure.name == name and line.position == position)


def numbers(project: Project, *columns: np.ndarray, **told: object) -> list[Run]:
    version = make_questions(project, KEYS, topics=("returns", "prices"))
    metrics = {"relevance": {"name": "Relevance", **told}}
    return [make_compared_run(version, {"relevance": column.tolist()}, metrics=metrics) for column in columns]


def test_numbers_are_tested_pair_by_pair(project: Project) -> None:
    line = line_of(compare_runs(numbers(project, BEFORE, AFTER)), "m.relevance")
    assert line.result.p == pytest.approx(stats.ttest_rel(AFTER, BEFORE).pvalue)
    assert line.opinion.wilcoxon_p == pytest.approx(
        stats.wilcoxon(AFTER - BEFORE, method="asymptotic", correction=False).pvalue
    )
    assert not line.opinion.disagrees(line.result.p)
    assert line.verdict == Verdict.BETTER
    said = in_words(line.measure, line.result, line.verdict)
    assert said.sentence.startswith("better by 0.1")
    assert said.sentence.endswith("24 items")


def test_of_a_metric_where_low_is_good_less_is_better(project: Project) -> None:
    line = line_of(compare_runs(numbers(project, BEFORE, AFTER, direction="lower")), "m.relevance")
    assert (line.verdict, line.better, line.worse) == (Verdict.WORSE, line.result.down, line.result.up)
    assert in_words(line.measure, line.result, line.verdict).sentence.startswith("worse by 0.1")


def test_all_lines_of_the_page_are_corrected_together(project: Project) -> None:
    one = line_of(compare_runs(numbers(project, BEFORE, AFTER)), "m.relevance")
    many = compare_runs(numbers(project, BEFORE, AFTER, AFTER[::-1], BEFORE[::-1]))
    same = line_of(many, "m.relevance")
    assert one.adjusted_p == one.result.p == same.result.p
    assert same.result.p is not None
    assert same.adjusted_p == pytest.approx(3 * same.result.p)


def test_runs_over_other_versions_are_matched_by_key(project: Project) -> None:
    first, second = make_questions(project, KEYS), make_questions(project, [*reversed(KEYS[2:]), "new"])
    runs = [
        make_compared_run(first, {"relevance": BEFORE.tolist()}, metrics=NUMBER),
        make_compared_run(second, {"relevance": [*AFTER[:1:-1].tolist(), 0.5]}, metrics=NUMBER),
    ]
    comparison = compare_runs(runs)
    match = comparison.matches[1]
    assert (match.count, match.missing.tolist(), match.extra.tolist()) == (22, [0, 1], [22])
    assert match.place_of(0) is None
    assert match.place_of(2) == 21
    line = line_of(comparison, "m.relevance")
    assert line.result.n == 22
    assert line.result.p == pytest.approx(stats.ttest_rel(AFTER[2:], BEFORE[2:]).pvalue)
    assert comparison.value_at(line.measure, 1, 2) == pytest.approx(AFTER[2])


def test_yes_or_no_gets_mcnemars_test(project: Project) -> None:
    before, after = [0.0] * 12 + [1.0] * 12, [1.0] * 9 + [0.0] * 3 + [1.0] * 11 + [0.0]
    metrics = {"exact": {"name": "Exact", "value_type": ValueType.BOOLEAN}}
    version = make_questions(project, KEYS)
    runs = [make_compared_run(version, {"exact": column}, metrics=metrics) for column in (before, after)]
    line = line_of(compare_runs(runs), "m.exact")
    assert (line.better, line.worse) == (9, 1)
    assert line.result.p == pytest.approx(stats.binomtest(1, 10).pvalue)
    assert "better by 33.3 pp" in in_words(line.measure, line.result, line.verdict).sentence


def test_labels_move_up_or_down(project: Project) -> None:
    metrics = {"tone": {"name": "Tone", "value_type": ValueType.CATEGORY, "range_max": 3.0}}
    version = make_questions(project, KEYS)
    after = [2.0] * 10 + [0.0] * 1 + [1.0] * 13
    runs = [make_compared_run(version, {"tone": column}, metrics=metrics) for column in ([1.0] * 24, after)]
    line = line_of(compare_runs(runs), "m.tone")
    assert (line.better, line.worse, line.result.same) == (10, 1, 13)
    assert "better by 37.5 % of items" in in_words(line.measure, line.result, line.verdict).sentence


def test_repeats_are_folded_before_anything_else(project: Project) -> None:
    version = make_questions(project, KEYS)
    noise = RANDOM.normal(0, 0.05, (24, 3))
    repeated = (AFTER[:, None] + noise).round(4)
    runs = [
        make_compared_run(version, {"relevance": BEFORE.tolist()}, metrics=NUMBER),
        make_compared_run(version, {"relevance": repeated.ravel().tolist()}, metrics=NUMBER, repeats=3),
    ]
    line = line_of(compare_runs(runs), "m.relevance")
    assert line.result.n == 24
    assert line.result.p == pytest.approx(stats.ttest_rel(repeated.mean(axis=1), BEFORE).pvalue)


def test_a_cluster_key_is_honoured(project: Project) -> None:
    runs = numbers(project, BEFORE, AFTER)
    line = line_of(compare_runs(runs, cluster_key="topic"), "m.relevance")
    assert line.result.clusters == 2
    assert "24 items in 2 clusters" in in_words(line.measure, line.result, line.verdict).sentence
    nobody_has_it = line_of(compare_runs(runs, cluster_key="nothing"), "m.relevance")
    assert nobody_has_it.result.clusters == 24


def test_slices_are_corrected_by_their_number(project: Project) -> None:
    comparison = compare_runs(numbers(project, BEFORE, np.where(np.arange(24) % 2, AFTER, BEFORE)))
    found = compare_slices(comparison, comparison.measure("m.relevance"), key="topic")
    by_value = {line.value: line for line in found}
    assert by_value["returns"].verdict == Verdict.SAME
    prices = by_value["prices"]
    assert (prices.count, prices.verdict) == (12, Verdict.BETTER)
    wanted = stats.ttest_rel(AFTER[1::2], BEFORE[1::2]).pvalue
    assert prices.result.p == pytest.approx(wanted)
    assert prices.adjusted_p == pytest.approx(2 * wanted)


def test_a_missing_score_is_not_nought(project: Project) -> None:
    version = make_questions(project, KEYS[:3])
    runs = [
        make_compared_run(version, {"relevance": column}, metrics=NUMBER)
        for column in ([0.5, None, "errored"], [0.5, 0.9, 0.9])
    ]
    line = line_of(compare_runs(runs), "m.relevance")
    assert (line.result.n, line.verdict) == (1, Verdict.TOO_FEW)


@pytest.mark.parametrize("changed", [{"direction": "lower"}, {"value_type": ValueType.BOOLEAN}, {"range_max": 5.0}])
def test_another_scale_is_not_compared(project: Project, changed: dict[str, object]) -> None:
    runs = numbers(project, BEFORE, AFTER)
    runs[1].run_metrics.update(**changed)
    comparison = compare_runs(fetched(*runs))
    assert comparison.lines == []
    assert np.isnan(comparison.goodness_gain(comparison.measure("m.relevance"), 1)).all()


def test_what_cannot_be_compared_is_refused(project: Project) -> None:
    (run, other) = numbers(project, BEFORE, AFTER)
    for runs, code in (([run], "runs_count"), ([run] * 2, "runs_doubled"), ([run, other] * 3, "runs_count")):
        with pytest.raises(Invalid) as refusal:
            compare_runs(runs)
        assert refusal.value.code == code
    with pytest.raises(Invalid, match=r"they have: m\.relevance"):
        compare_runs([run, other]).measure("m.nothing")
