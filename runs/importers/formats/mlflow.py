"""Reads MLflow's traces with their assessments: one item per trace.

Documented at https://mlflow.org/docs/latest/genai/tracing/ and https://mlflow.org/docs/latest/genai/assessments/feedback/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runs.importers.formats.chats import answered_in, asked_in, chat_in, unwrapped
from runs.importers.formats.found import OtherFile, Scores, ToolFormat, as_dict, as_list, as_text, found_row
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import records
from runs.importers.formats.spans import Span, called, retrieved, trace_of
from runs.importers.guesses import as_number
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow
from runs.importers.source import Source

_EXPECTED = ("expected_response", "expected_answer", "expected_output", "ground_truth", "expected_facts")
_WORDS = {"yes": True, "no": False, "true": True, "false": False, "pass": True, "fail": False}
# The previews of long texts are cut; a trace without its spans has only those.
_CUT = "Texts that the trace shows cut short, because it came without its spans."
_WORDED = "Verdicts in other words than yes and no; they stand as the reason of a missing score."


def is_one(opening: Opening) -> bool:
    is_trace = opening.has_any("info.trace_id", "info.request_id", "traces.item.info.trace_id")
    return is_trace and opening.has_any("info.assessments", "data.spans", "traces.item.info.assessments")


def read(source: Source) -> Iterator[Parsed]:
    """Yield a row per trace. Raises `Invalid` where the file stops being JSON."""
    for parsed in records(source, "traces.item"):
        yield _row(parsed) if isinstance(parsed, ParsedRow) else parsed


def _row(row: ParsedRow) -> Parsed:
    info = as_dict(row.values.get("info"))
    logged = [as_dict(span) for span in as_list(as_dict(row.values.get("data")).get("spans"))]
    spans = [_span(span) for span in logged]
    root = next((span for span in spans if not span.parent_span_id), None)
    about = as_dict(info.get("trace_metadata") or info.get("request_metadata"))
    asked = root.input if root else about.get("mlflow.traceInputs") or info.get("request_preview")
    answered = root.output if root else about.get("mlflow.traceOutputs") or info.get("response_preview")
    is_failed = str(info.get("state") or info.get("status") or "").upper() == "ERROR"
    assessments = _in_force(info)
    expectations = _expectations(assessments)
    expected = next((expectations[name] for name in _EXPECTED if name in expectations), None)
    scores, left = _scores(assessments)
    item = NewItem(
        input=asked_in(asked),
        output=None if is_failed else answered_in(answered),
        expected=expected,
        context=retrieved(spans),
        metadata={
            "trace_id": info.get("trace_id") or info.get("request_id"),
            "run": about.get("mlflow.sourceRun"),
            "latency_ms": info.get("execution_duration_ms") or info.get("execution_time_ms"),
            "error": next((span.error for span in spans if span.error), None) if is_failed else None,
            "tool_calls": called(spans),
            "inputs": unwrapped(asked) if isinstance(unwrapped(asked), dict) else None,
            "expectations": {name: value for name, value in expectations.items() if value != expected},
        },
        trace=trace_of(spans) if len(spans) > 1 else chat_in(asked) or None,
        given_scores=None if is_failed else scores or None,
        human=_human(assessments),
        raw=row.raw,
    )
    return found_row(row.line, item, left=left if root else [*left, _CUT])


def _span(span: dict[str, Any]) -> Span:
    attributes = {name: unwrapped(value) for name, value in as_dict(span.get("attributes")).items()}
    status = as_dict(span.get("status"))
    is_failed = str(status.get("code") or span.get("status_code") or "").endswith("ERROR")
    return Span(
        span_id=str(span.get("span_id") or as_dict(span.get("context")).get("span_id") or ""),
        parent_span_id=str(span.get("parent_span_id") or span.get("parent_id") or ""),
        name=str(span.get("name") or ""),
        span_kind=str(attributes.get("mlflow.spanType") or ""),
        input=attributes.get("mlflow.spanInputs"),
        output=attributes.get("mlflow.spanOutputs"),
        start_time=span.get("start_time_unix_nano") or span.get("start_time"),
        end_time=span.get("end_time_unix_nano") or span.get("end_time"),
        error=str(status.get("message") or span.get("status_message") or "failed") if is_failed else "",
    )


def _in_force(info: dict[str, Any]) -> list[dict[str, Any]]:
    """The assessments that no later one has taken the place of."""
    given = (as_dict(assessment) for assessment in as_list(info.get("assessments")))
    return [assessment for assessment in given if assessment.get("valid") is not False]


def _name(assessment: dict[str, Any]) -> str:
    return str(assessment.get("assessment_name") or assessment.get("name") or "assessment")


def _is_by_people(assessment: dict[str, Any]) -> bool:
    return as_dict(assessment.get("source")).get("source_type") == "HUMAN"


def _expectations(assessments: list[dict[str, Any]]) -> dict[str, JsonValue]:
    expectations = {}
    for assessment in assessments:
        if isinstance(told := assessment.get("expectation"), dict):
            spelled = as_dict(told.get("serialized_value")).get("value")
            expectations[_name(assessment)] = unwrapped(spelled) if spelled is not None else told.get("value")
    return expectations


def _scores(assessments: list[dict[str, Any]]) -> tuple[Scores, list[str]]:
    scores, left = Scores(), []
    for assessment in assessments:
        feedback = assessment.get("feedback")
        if not isinstance(feedback, dict) or _is_by_people(assessment):
            continue
        value, source = _verdict(feedback.get("value")), as_dict(assessment.get("source"))
        error = as_dict(feedback.get("error") or assessment.get("error"))
        reason = error.get("error_message") or assessment.get("rationale")
        if as_number(value) is None and value is not None:
            left.append(_WORDED)
            reason = f"The verdict is {as_text(value)}. {reason or ''}".strip()
        model = source.get("source_id") if source.get("source_type") == "LLM_JUDGE" else None
        scores.say(_name(assessment), value, reason=reason, model=model)
    return scores, left


def _verdict(value: JsonValue) -> JsonValue:
    return _WORDS.get(value.lower(), value) if isinstance(value, str) else value


def _human(assessments: list[dict[str, Any]]) -> JsonValue:
    """What a person said; of several, each under the name of the question."""
    said = {
        _name(each): {"value": as_dict(each["feedback"]).get("value"), "reason": each.get("rationale")}
        for each in assessments
        if _is_by_people(each) and each.get("feedback")
    }
    if len(said) == 1:
        ((name, verdict),) = said.items()
        value = _verdict(verdict["value"])
        number = as_number(value)
        told = {"score": number} if number is not None else {"label": value}
        return {"metric": name, **told, **({"reason": verdict["reason"]} if verdict["reason"] else {})}
    return said or None


def _is_run(opening: Opening) -> bool:
    return opening.has("info.run_id", "info.artifact_uri", "data.metrics")


FORMAT = ToolFormat(
    label="MLflow traces",
    is_one=is_one,
    read=read,
    notes=(
        "The metrics and parameters of the run, which stand in the run itself.",
        "Assessments that a later one replaced, and those of single steps, which count for the whole trace.",
        "Events, links and other attributes of spans, beyond the record kept beside each item.",
    ),
)
RUN = OtherFile(
    label="an MLflow run, its metrics and parameters",
    is_one=_is_run,
    advice="Send the traces of the run (`mlflow.search_traces`) or its table eval_results_table.json.",
)
