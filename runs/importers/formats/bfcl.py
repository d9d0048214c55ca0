"""Reads the Berkeley Function-Calling Leaderboard's results and scores: one item per entry.

Documented at https://github.com/ShishirPatil/gorilla/tree/main/berkeley-function-call-leaderboard.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from runs.importers.formats.found import Scores, ToolFormat, as_dict, as_list, as_text, found_row, message_text
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import records
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow
from runs.importers.source import Source

_PASSED = (
    "{:,} of {:,} entries, those that passed: the file lists only the failed ones, so that its accuracy of {:g} is not "
    "the mean of these items."
)


def is_scores(opening: Opening) -> bool:
    return opening.has("accuracy", "correct_count", "total_count")


def read_scores(source: Source) -> Iterator[Parsed]:
    """Yield a row per failed entry; the first line sums up all of them."""
    left: tuple[str, ...] = ()
    for parsed in records(source):
        if not isinstance(parsed, ParsedRow):
            yield parsed
        elif "correct_count" in parsed.values:
            told = parsed.values
            left = (_summary(told),)
        else:
            yield found_row(parsed.line, _scored(parsed), left=left)
            left = ()


def _summary(told: dict[str, Any]) -> str:
    numbers = [told.get(name) for name in ("correct_count", "total_count", "accuracy")]
    if not all(isinstance(number, int | float) for number in numbers):
        return "The summary of all entries, in the file's first line."
    return _PASSED.format(*numbers)


def _scored(row: ParsedRow) -> NewItem:
    entry = row.values
    prompt = as_dict(entry.get("prompt"))
    scores = Scores()
    scores.say("valid", entry.get("valid"), reason=_reason(entry))
    return NewItem(
        key=str(entry.get("id") or ""),
        input=_asked(prompt.get("question")) or str(entry.get("id") or ""),
        output=as_text(entry.get("model_result_raw", entry.get("model_result"))),
        expected=entry.get("possible_answer"),
        metadata={
            "model": entry.get("model_name"),
            "category": entry.get("test_category"),
            "error_type": entry.get("error_type"),
            "tools": prompt.get("function"),
            "tool_calls": entry.get("model_result_decoded"),
        },
        trace=_chat(prompt.get("question")),
        given_scores=scores or None,
        raw=row.raw,
    )


def _reason(entry: dict[str, Any]) -> str | None:
    error = entry.get("error")
    texts = error if isinstance(error, list) else [error]
    return "\n".join(as_text(text) or "" for text in texts) or as_text(entry.get("error_type"))


def _messages(question: JsonValue) -> list[dict[str, Any]]:
    """All messages of an entry, which is a list of turns of messages."""
    turns = as_list(question)
    entries = [message for turn in turns for message in (turn if isinstance(turn, list) else [turn])]
    return [message for message in entries if isinstance(message, dict)]


def _asked(question: JsonValue) -> str:
    return "\n".join(message_text(each.get("content")) for each in _messages(question) if each.get("role") == "user")


def _chat(question: JsonValue) -> JsonValue:
    messages = _messages(question)
    return messages if len(messages) > 1 else None


def is_results(opening: Opening) -> bool:
    return opening.has("id", "result", "latency") and opening.has_any("inference_log", "input_token_count")


def read_results(source: Source) -> Iterator[Parsed]:
    """Yield a row per entry."""
    for parsed in records(source):
        yield found_row(parsed.line, _answered(parsed)) if isinstance(parsed, ParsedRow) else parsed


def _answered(row: ParsedRow) -> NewItem:
    entry = row.values
    asked, tools = _logged(entry)
    result = entry.get("result")
    is_failed = isinstance(result, str) and result.startswith("Error during inference")
    return NewItem(
        key=str(entry.get("id") or ""),
        input=asked or str(entry.get("id") or ""),
        output=None if is_failed else as_text(result),
        metadata={
            "category": str(entry.get("id") or "").rpartition("_")[0],
            "latency": entry.get("latency"),
            "tokens_in": entry.get("input_token_count"),
            "tokens_out": entry.get("output_token_count"),
            "tools": tools,
            "tool_calls": result if isinstance(result, list) else None,
            "error": result if is_failed else None,
        },
        raw=row.raw,
    )


def _logged(entry: dict[str, Any]) -> tuple[str, JsonValue]:
    """What was asked and which tools were offered, as the log of the inference has it; its messages are Python text."""
    for step in map(as_dict, as_list(entry.get("inference_log"))):
        content = as_dict(step.get("content"))
        if step.get("role") == "inference_input" and content:
            return _asked(_python(content.get("message"))), content.get("tools")
    return "", None


def _python(text: JsonValue) -> JsonValue:
    if not isinstance(text, str):
        return text
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


SCORES = ToolFormat(
    label="BFCL scores",
    is_one=is_scores,
    read=read_scores,
    notes=("Entries that passed; the results file of the same category has the answers to all of them.",),
)
RESULTS = ToolFormat(
    label="BFCL results",
    is_one=is_results,
    read=read_results,
    notes=(
        "Scores and possible answers, which stand in the score file and the leaderboard's own data.",
        "The log of the inference, beyond the record kept beside each item.",
    ),
)
