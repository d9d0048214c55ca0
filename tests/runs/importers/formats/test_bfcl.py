"""The function-calling leaderboard's files become items; a score file says that it lists only what failed."""

from __future__ import annotations

from typing import Any

from tests.runs.importers.formats.reading import items_of, json_lines, left_of, real_items, score_of

SUMMARY = {"accuracy": 0.75, "correct_count": 3, "total_count": 4}
CALL = {"area": {"side": 2}}


def failed(**overrides: Any) -> dict[str, Any]:
    return {
        "id": "simple_1",
        "model_name": "small",
        "test_category": "simple",
        "valid": False,
        "error": ["Wrong value.", "Try 3."],
        "error_type": "value_error",
        "prompt": {"question": [[{"role": "user", "content": "Area?"}]], "function": [{"name": "area"}]},
        "model_result_raw": [{"area": '{"side": 2}'}],
        "model_result_decoded": [CALL],
        "possible_answer": [{"area": {"side": [3]}}],
        **overrides,
    }


def test_a_failed_entry_becomes_an_item_with_its_calls_and_error() -> None:
    content = json_lines(SUMMARY, failed(), failed(id="simple_2"))
    item, _ = items_of(content, tool="bfcl-score")
    assert (item.key, item.input, item.expected) == ("simple_1", "Area?", [{"area": {"side": [3]}}])
    assert item.metadata["tool_calls"] == [CALL]
    assert item.given_scores == {"valid": {"score": False, "reason": "Wrong value.\nTry 3."}}
    (left,) = left_of(content, tool="bfcl-score")
    assert left.startswith("3 of 4 entries")


def test_a_result_becomes_an_item_asked_as_the_log_says() -> None:
    message = "[{'role': 'user', 'content': [{'type': 'text', 'text': 'Area?'}]}]"
    asked = {"role": "inference_input", "content": {"message": message, "tools": [{"name": "area"}]}}
    good = {"id": "multiple_0", "result": [CALL], "inference_log": [asked], "latency": 1.5}
    broken = {"id": "multiple_1", "result": "Error during inference: 429", "inference_log": [], "latency": 1.5}
    odd = {**good, "id": "multiple_2", "inference_log": [{**asked, "content": {"message": "[" * 5_000}}]}
    first, second, third = items_of(json_lines(good, broken, odd), tool="bfcl")
    assert (first.input, first.output) == ("Area?", '[{"area":{"side":2}}]')
    assert (first.metadata["tool_calls"], first.metadata["tools"]) == ([CALL], [{"name": "area"}])
    assert (second.input, second.output, second.metadata["error"]) == (
        "multiple_1",
        None,
        "Error during inference: 429",
    )
    assert third.input == "multiple_2"


def test_the_real_files_are_read_whole() -> None:
    results = real_items("bfcl/BFCL_v4_multiple_result.json", tool="bfcl")
    assert [item.input.split()[0] for item in results] == ["Can", "Calculate"]
    scores = real_items("bfcl/BFCL_v4_simple_python_score.json", tool="bfcl-score")
    assert len(scores) == 22
    assert not any(score_of(item, "valid") for item in scores)
