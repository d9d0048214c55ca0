"""MLflow's traces and tables become items; feedback is a score, an expectation the reference, people's word is kept."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from evalhub.core.errors import Invalid
from runs.importers.recognise import recognise
from runs.importers.rows import Rejection
from tests.runs.importers.formats.reading import items_of, json_lines, left_of, real_items, rows_of, score_of


def feedback(name: str, value: object, **overrides: Any) -> dict[str, Any]:
    source = {"source_type": "LLM_JUDGE", "source_id": "gpt-4o"}
    return {"assessment_name": name, "feedback": {"value": value}, "source": source, "valid": True, **overrides}


def span(name: str, kind: str, asked: object, answered: object, **overrides: Any) -> dict[str, Any]:
    attributes = {"mlflow.spanType": kind, "mlflow.spanInputs": asked, "mlflow.spanOutputs": answered}
    spelled = {key: json.dumps(value) for key, value in attributes.items()}
    return {"span_id": name, "parent_span_id": None, "name": name, "attributes": spelled, **overrides}


def trace(*assessments: dict[str, Any], spans: tuple[dict[str, Any], ...] = (), **overrides: Any) -> dict[str, Any]:
    spans = spans or (span("root", "CHAIN", {"question": "Capital?"}, "Bern"),)
    info = {"trace_id": "tr-1", "state": "OK", "assessments": list(assessments), "request_preview": "{…", **overrides}
    return {"info": info, "data": {"spans": list(spans)}}


def test_a_trace_becomes_an_item_with_feedback_and_expectation() -> None:
    spelled = {"serialization_format": "JSON_FORMAT", "value": '["Bern", "Berne"]'}
    expected = {"assessment_name": "expected_response", "expectation": {"serialized_value": spelled}}
    judged = trace(feedback("right", "yes", rationale="It is."), feedback("length", 4.0), expected)
    (item,) = items_of(json.dumps([judged]).encode(), tool="mlflow")
    assert (item.input, item.output, item.expected) == ("Capital?", "Bern", ["Bern", "Berne"])
    assert item.given_scores == {
        "right": {"score": True, "reason": "It is.", "model": "gpt-4o"},
        "length": {"score": 4.0, "model": "gpt-4o"},
    }


def test_steps_of_a_trace_are_its_tree_its_passages_and_its_calls() -> None:
    spans = (
        span("root", "CHAIN", {"messages": [{"role": "user", "content": "Capital?"}]}, {"answer": "Bern"}),
        span("search", "RETRIEVER", "Capital?", [{"page_content": "Seat."}], parent_span_id="root"),
        span("atlas", "TOOL", {"country": "ch"}, "Bern", parent_span_id="root"),
    )
    (item,) = items_of(json_lines(trace(spans=spans), trace(trace_id="tr-2")), tool="mlflow")[:1]
    assert (item.input, item.output, item.context) == ("Capital?", "Bern", ["Seat."])
    assert item.metadata["tool_calls"] == [{"name": "atlas", "arguments": {"country": "ch"}}]
    assert isinstance(item.trace, list)
    assert [step.get("parent_span_id") for step in item.trace] == [None, "root", "root"]


def test_what_failed_or_was_replaced_or_a_person_said_is_no_score() -> None:
    judged = trace(
        feedback("old", 1, valid=False),
        feedback("broken", None, feedback={"value": None, "error": {"error_message": "judge down"}}),
        feedback("worded", "rather good"),
        feedback("tone", 0.5, source={"source_type": "HUMAN", "source_id": "ann"}, rationale="Curt."),
    )
    content = json.dumps([judged]).encode()
    (item,) = items_of(content, tool="mlflow")
    assert item.given_scores == {
        "broken": {"score": None, "reason": "judge down", "model": "gpt-4o"},
        "worded": {"score": None, "reason": "The verdict is rather good.", "model": "gpt-4o"},
    }
    assert item.human == {"metric": "tone", "score": 0.5, "reason": "Curt."}
    assert left_of(content, tool="mlflow") == {
        "Verdicts in other words than yes and no; they stand as the reason of a missing score."
    }


def test_a_trace_that_failed_has_neither_answer_nor_score() -> None:
    broken = span("root", "CHAIN", "Capital?", None, status={"code": "STATUS_CODE_ERROR", "message": "timed out"})
    (item,) = items_of(
        json.dumps([trace(feedback("right", 0), spans=(broken,), state="ERROR")]).encode(), tool="mlflow"
    )
    assert (item.output, item.given_scores, item.metadata["error"]) == (None, None, "timed out")


def test_a_run_is_told_by_name_what_to_send() -> None:
    run = {"info": {"artifact_uri": "x", "run_id": "r"}, "data": {"metrics": {}, "params": {}, "tags": {}}}
    with pytest.raises(Invalid, match="Send the traces"):
        recognise(io.BytesIO(json.dumps(run).encode()), "run.json")


def test_a_table_has_its_scores_with_justifications() -> None:
    columns = ["inputs", "targets", "outputs", "right/v1/score", "right/v1/justification", "tokens"]
    rows = [["Capital?", "Bern", "Bonn", 2, "No.", 7], ["short"]]
    good, short = rows_of(json.dumps({"columns": columns, "data": rows}).encode(), tool="mlflow-table")
    assert isinstance(short, Rejection)
    assert "1 values for 6 columns" in short.reason
    assert not isinstance(good, Rejection)
    assert good.values["judge"] == {"right": {"score": 2, "reason": "No."}}
    assert (good.values["input"], good.values["output"], good.values["expected"]) == ("Capital?", "Bonn", "Bern")
    assert good.values["metadata"] == {"tokens": 7}


def test_the_real_files_are_read_whole() -> None:
    traces = real_items("mlflow/nq-gpt4.traces.json", tool="mlflow")
    assert len(traces) == 40
    assert all(isinstance(item.expected, list) for item in traces)
    table = real_items("mlflow/nq-gpt4.eval_results_table.json", tool="mlflow-table")
    assert sum(score_of(item, "contains") or 0 for item in table) == 20
