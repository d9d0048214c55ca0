"""promptfoo's results become items with their assertions as given scores; what errored has no score."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from tests.runs.importers.formats.reading import items_of, real_items, score_of


def result(**overrides: Any) -> dict[str, Any]:
    """A call that passed, as version 3 writes it."""
    grading = {
        "pass": True,
        "score": 0.75,
        "reason": "All assertions passed",
        "componentResults": [
            {"pass": True, "score": 1, "reason": "alike", "assertion": {"type": "equals", "value": "Bern"}},
            {"pass": True, "score": 0.5, "reason": "half", "assertion": {"type": "llm-rubric", "metric": "tone"}},
            {"pass": True, "score": 0.4, "reason": "less", "assertion": {"type": "llm-rubric", "metric": "tone"}},
        ],
    }
    return {
        "prompt": {"raw": "Capital of Switzerland?", "label": "plain"},
        "vars": {"country": "Switzerland", "context": "Its seat is Bern."},
        "provider": {"id": "openai:small", "label": ""},
        "response": {"output": "Bern"},
        "testIdx": 3,
        "promptIdx": 1,
        "score": 0.75,
        "failureReason": 0,
        "gradingResult": grading,
        **overrides,
    }


def file_of(*results: dict[str, Any], version: int = 3) -> bytes:
    return json.dumps({"evalId": "e", "results": {"version": version, "prompts": [], "results": results}}).encode()


def test_a_result_becomes_an_item_with_all_its_parts() -> None:
    (item,) = items_of(file_of(result()), tool="promptfoo")
    assert (item.key, item.input, item.output) == ("test 3 prompt 1", "Capital of Switzerland?", "Bern")
    assert item.expected == "Bern"
    assert item.context == ["Its seat is Bern."]
    assert item.metadata["model"] == "openai:small"
    assert item.metadata["vars.country"] == "Switzerland"
    assert item.given_scores == {
        "promptfoo": {"score": 0.75, "reason": "All assertions passed"},
        "equals": {"score": 1, "reason": "alike"},
        "tone": {"score": 0.5, "reason": "half"},
        "tone (2)": {"score": 0.4, "reason": "less"},
    }


def test_a_call_that_errored_has_neither_answer_nor_score() -> None:
    failed = result(failureReason=2, error="429 Too Many Requests", response={"output": "partial"}, score=0)
    unanswered = result(response={"error": "timed out"}, score=0)
    first, second = items_of(file_of(failed, unanswered), tool="promptfoo")
    assert [first.output, second.output, first.given_scores, second.given_scores] == [None] * 4
    assert first.metadata["error"] == "429 Too Many Requests"
    assert second.metadata["error"] == "timed out"


def test_an_assertion_that_could_not_be_evaluated_is_no_zero() -> None:
    part = {"pass": False, "score": 0, "reason": "Custom function threw error: x", "assertion": {"type": "javascript"}}
    wrong = {"pass": False, "score": 0, "reason": "Expected 4", "assertion": {"type": "equals", "value": "4"}}
    grading = {"pass": False, "score": 0, "reason": "Custom function threw error: x", "componentResults": [part, wrong]}
    (item,) = items_of(file_of(result(gradingResult=grading, score=0)), tool="promptfoo")
    assert score_of(item, "javascript") is None
    assert score_of(item, "promptfoo") is None
    assert score_of(item, "equals") == 0


def test_a_chat_prompt_is_read_as_its_last_question_with_the_chat_as_trace() -> None:
    chat = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Capital?"}]
    (item,) = items_of(file_of(result(prompt={"raw": json.dumps(chat)})), tool="promptfoo")
    assert item.input == "Capital?"
    assert item.trace == [*chat, {"role": "assistant", "content": "Bern"}]


def test_an_older_file_with_a_score_alone_keeps_it() -> None:
    older = {"prompt": {"raw": "Hi", "display": "Hi"}, "vars": {}, "response": {"output": "Ho"}, "score": 1}
    (item,) = items_of(file_of(older, version=2), tool="promptfoo")
    assert (item.key, item.input, item.output) == ("", "Hi", "Ho")
    assert score_of(item, "promptfoo") == 1


def table(*records: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(records)
    return text.getvalue().encode()


def test_a_table_with_marks_has_an_item_for_each_answer() -> None:
    content = table(
        ["[small] Say {{word}}", "[large] Say {{ word }}", "word"],
        ["[PASS] (0.90) hi", "[FAIL] (0.10) too long\n---\nhello there", "hi"],
        ["[ERROR] timed out", "[FAIL] API call error: 500\n---\nAPI call error: 500", "ho"],
    )
    passed, failed, errored, unreachable = items_of(content, tool="promptfoo-csv")
    assert (passed.input, passed.output, passed.metadata["model"]) == ("Say hi", "hi", "small")
    assert score_of(passed, "promptfoo") == 0.9
    assert (failed.output, failed.given_scores) == (
        "hello there",
        {"promptfoo": {"score": 0.1, "reason": "too long"}},
    )
    assert [errored.output, errored.given_scores, unreachable.output, unreachable.given_scores] == [None] * 4
    assert unreachable.metadata["error"] == "API call error: 500"


def test_a_table_with_columns_about_each_answer_is_read_by_them() -> None:
    beside = ["Status", "Score", "Named Scores", "Grader Reason", "Comment"]
    content = table(
        ["question", "[small] ask", *beside, "[large] ask", *beside],
        ["Capital?", "Bern", "PASS", "1.00", '{"tone":0.5}', "fine", "", "", "ERROR", "0.00", "", "500", ""],
    )
    small, large = items_of(content, tool="promptfoo-csv")
    assert (small.input, small.output, small.metadata["model"]) == ("Capital?", "Bern", "small")
    assert small.given_scores == {"promptfoo": {"score": 1, "reason": "fine"}, "tone": {"score": 0.5}}
    assert (large.output, large.given_scores, large.metadata["error"]) == (None, None, "500")


def test_the_real_files_are_read_whole() -> None:
    items = real_items("promptfoo/results.v3.json", tool="promptfoo")
    assert len({item.key for item in items}) == len(items) == 30
    broken = [item for item in items if "javascript" in (item.given_scores or {})]
    assert broken
    assert all(score_of(item, "javascript") is None for item in broken)
    assert len(real_items("promptfoo/simple-cli.output.json", tool="promptfoo")) == 8
    assert len(real_items("promptfoo/replicate-llama2.output.json", tool="promptfoo")) == 10


def test_the_real_tables_are_read_whole() -> None:
    items = real_items("promptfoo/simple-test.output.csv", tool="promptfoo-csv")
    assert len(items) == 10
    assert {item.metadata["error"].partition(":")[0] for item in items if item.output is None} == {
        "API response error",
        "Error",
    }
    assert len(real_items("promptfoo/llama-gpt-comparison.output.csv", tool="promptfoo-csv")) == 24
