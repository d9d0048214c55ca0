"""DeepEval's test runs and its cache become items; a metric that failed has its error and no score."""

from __future__ import annotations

import json
from typing import Any

from tests.runs.importers.formats.reading import items_of, real_items, score_of


def metric(name: str = "Faithfulness", **overrides: Any) -> dict[str, Any]:
    told = {"name": name, "threshold": 0.5, "success": True, "score": 0.8, "reason": "Holds.", "strictMode": False}
    return {**told, "evaluationModel": "gpt-4o", "verboseLogs": "…", **overrides}


def case(*metrics: dict[str, Any], **overrides: Any) -> dict[str, Any]:
    return {
        "name": "test_case_0",
        "input": "Capital?",
        "actualOutput": "Bern",
        "expectedOutput": "Bern",
        "context": ["An atlas."],
        "retrievalContext": ["Its seat is Bern."],
        "toolsCalled": [{"name": "atlas", "inputParameters": {"country": "ch"}}],
        "expectedTools": [{"name": "atlas"}],
        "metricsData": list(metrics),
        "additionalMetadata": {"level": "easy"},
        **overrides,
    }


def run_of(*cases: dict[str, Any], turns: tuple[dict[str, Any], ...] = ()) -> bytes:
    return json.dumps({"testCases": cases, "conversationalTestCases": turns, "metricsScores": []}).encode()


def test_a_test_case_becomes_an_item_with_all_its_parts() -> None:
    (item,) = items_of(run_of(case(metric())), tool="deepeval")
    assert (item.input, item.output, item.expected) == ("Capital?", "Bern", "Bern")
    assert item.context == ["Its seat is Bern."]
    assert item.metadata["tool_calls"] == [{"name": "atlas", "arguments": {"country": "ch"}}]
    assert item.metadata["additionalMetadata"] == {"level": "easy"}
    assert item.given_scores == {"Faithfulness": {"score": 0.8, "reason": "Holds.", "model": "gpt-4o"}}


def test_a_finished_run_is_read_inside_its_wrapping() -> None:
    wrapped = json.dumps({"testRunData": json.loads(run_of(case(metric())))}).encode()
    assert items_of(wrapped, tool="deepeval") == items_of(run_of(case(metric())), tool="deepeval")


def test_a_metric_that_failed_is_no_zero() -> None:
    (item,) = items_of(run_of(case(metric(error="Timed out", score=0, success=False))), tool="deepeval")
    assert item.given_scores == {"Faithfulness": {"score": None, "reason": "Timed out", "model": "gpt-4o"}}
    assert item.metadata["error"] == "Timed out"


def test_less_is_better_where_a_score_below_the_threshold_is_a_success() -> None:
    told = case(metric("Bias", score=0.1), metric("Tone", score=0.2), metric("Clarity", score=0.9))
    (item,) = items_of(run_of(told), tool="deepeval")
    directions = {name: said.get("direction") for name, said in (item.given_scores or {}).items()}
    assert directions == {"Bias": "lower", "Tone": "lower", "Clarity": None}


def test_a_conversation_is_an_item_with_its_turns_as_trace() -> None:
    turns = [{"role": "user", "content": "Capital?"}, {"role": "assistant", "content": "Bern"}]
    talk = {"name": "talk", "turns": turns, "metricsData": [metric()], "expectedOutcome": "They know."}
    (item,) = items_of(run_of(turns=(talk,)), tool="deepeval")
    assert (item.input, item.output, item.expected, item.trace) == ("Capital?", "Bern", "They know.", turns)


def test_the_cache_names_its_cases_by_their_parts() -> None:
    name = json.dumps({"input": "Capital?", "actual_output": "Bern", "retrieval_context": ["Seat."], "context": None})
    cached = {"test_cases_lookup_map": {name: {"cached_metrics_data": [{"metric_data": metric(score=0.25)}]}}}
    (item,) = items_of(json.dumps(cached).encode(), tool="deepeval-cache")
    assert (item.input, item.output, item.context) == ("Capital?", "Bern", ["Seat."])
    assert score_of(item, "Faithfulness") == 0.25


def test_the_real_files_are_read_whole() -> None:
    (timed_out,) = real_items("deepeval/temp_test_run_data.json", tool="deepeval")
    assert len(timed_out.given_scores or {}) == 9
    assert score_of(timed_out, "Answer Relevancy") is None
    assert score_of(timed_out, "Tool Correctness") == 0.5
    cached = real_items("deepeval/deepeval-cache.json", tool="deepeval-cache")
    assert [score_of(item, "Contextual Precision") for item in cached] == [1.0, 1 / 7, 0.125]
