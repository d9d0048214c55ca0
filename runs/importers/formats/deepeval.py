"""Reads DeepEval's test runs and its cache of results (folder `.deepeval`): one item per test case.

Documented at https://deepeval.com/docs/evaluation-introduction; fields as in its `TestRun` and `CachedTestRun`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from metrics.choices import Direction
from runs.importers.formats.chats import unwrapped
from runs.importers.formats.found import Scores, ToolFormat, as_dict, as_list, as_text, found_row, last_asked
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import pairs_at, records_at
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow
from runs.importers.source import Source

_PLACES = ("testCases.item", "conversationalTestCases.item")
# Metrics of which DeepEval itself says that less is better.
_LOWER = frozenset({"hallucination", "bias", "toxicity"})
_ABOUT = ("name", "additionalMetadata", "comments", "tags", "runDuration", "completionTime", "tokenCost")


def is_one(opening: Opening) -> bool:
    return any(opening.has(f"{start}testCases", f"{start}metricsScores") for start in ("", "testRunData."))


def read(source: Source) -> Iterator[Parsed]:
    """Yield a row per test case. Raises `Invalid` where the file stops being JSON."""
    for start in ("", "testRunData."):
        for place in _PLACES:
            for parsed in records_at(source, start + place):
                yield found_row(parsed.line, _item(parsed)) if isinstance(parsed, ParsedRow) else parsed


def _item(row: ParsedRow) -> NewItem:
    case = row.values
    turns = [as_dict(turn) for turn in as_list(case.get("turns"))]
    return NewItem(
        input=last_asked(turns) if turns else as_text(case.get("input")) or "",
        output=_last_answer(turns) if turns else as_text(case.get("actualOutput")),
        expected=as_text(case.get("expectedOutput") or case.get("expectedOutcome")),
        context=as_list(case.get("retrievalContext")) or as_list(case.get("context")) or None,
        metadata={
            **{name: case.get(name) for name in _ABOUT},
            "tool_calls": [_call(call) for call in as_list(case.get("toolsCalled"))],
            "expected_tools": [_call(call) for call in as_list(case.get("expectedTools"))],
            "scenario": case.get("scenario"),
            "error": next((part["error"] for part in _parts(case) if part.get("error")), None),
        },
        trace=turns or None,
        given_scores=_scores(_parts(case)) or None,
        raw=row.raw,
    )


def _parts(case: dict[str, Any]) -> list[dict[str, Any]]:
    return [as_dict(part) for part in as_list(case.get("metricsData"))]


def _last_answer(turns: list[dict[str, Any]]) -> str | None:
    answers = [as_text(turn.get("content")) for turn in turns if turn.get("role") == "assistant"]
    return answers[-1] if answers else None


def _call(call: JsonValue) -> dict[str, JsonValue]:
    """A call in the notation that metrics of tool calls read."""
    told = as_dict(call)
    return {"name": told.get("name"), "arguments": told.get("inputParameters") or told.get("input_parameters") or {}}


def _scores(parts: list[dict[str, Any]]) -> Scores:
    scores = Scores()
    for part in parts:
        name = str(part.get("name") or "metric")
        scores.say(
            name,
            None if part.get("error") else part.get("score"),
            reason=part.get("error") or part.get("reason"),
            model=part.get("evaluationModel"),
            direction=Direction.LOWER if _is_inverted(name, part) else None,
        )
    return scores


def _is_inverted(name: str, part: dict[str, Any]) -> bool:
    """Whether less is better: by its name, or because a score below the threshold is a success."""
    score, threshold, success = part.get("score"), part.get("threshold"), part.get("success")
    if isinstance(score, int | float) and isinstance(threshold, int | float) and score != threshold:
        return isinstance(success, bool) and success == (score < threshold) and not part.get("strictMode")
    return name.lower() in _LOWER


def is_cache(opening: Opening) -> bool:
    return any(path.startswith("test_cases_lookup_map") for path in opening.paths)


def read_cache(source: Source) -> Iterator[Parsed]:
    """Yield a row per cached test case, whose parts are written in its own name."""
    for parsed in pairs_at(source, "test_cases_lookup_map"):
        yield found_row(parsed.line, _cached(parsed)) if isinstance(parsed, ParsedRow) else parsed


def _cached(row: ParsedRow) -> NewItem:
    case = as_dict(unwrapped(row.values["name"]))
    parts = as_list(as_dict(row.values["value"]).get("cached_metrics_data"))
    return NewItem(
        input=as_text(case.get("input")) or "",
        output=as_text(case.get("actual_output")),
        expected=as_text(case.get("expected_output")),
        context=as_list(case.get("retrieval_context")) or as_list(case.get("context")) or None,
        metadata={"hyperparameters": case.get("hyperparameters")},
        given_scores=_scores([as_dict(as_dict(part).get("metric_data")) for part in parts]) or None,
        raw=row.raw,
    )


_NOTES = (
    "Thresholds and strict mode of the metrics; set a threshold where a run is started.",
    "The logs of how a judge came to its score, beyond the record kept beside each item.",
)
FORMAT = ToolFormat(
    label="DeepEval test run",
    is_one=is_one,
    read=read,
    notes=(*_NOTES, "Traces and the inner steps of multimodal cases, prompts and hyperparameters of the run."),
)
CACHE = ToolFormat(label="DeepEval result cache", is_one=is_cache, read=read_cache, notes=_NOTES)
