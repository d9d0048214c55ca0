"""Reads promptfoo's JSON results, version 3 and older: one item per call of a provider with a prompt.

Documented at https://www.promptfoo.dev/docs/configuration/outputs/ and, field by field, under `EvaluateResult` at
https://www.promptfoo.dev/docs/configuration/reference/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runs.importers.formats.found import (
    Scores,
    ToolFormat,
    as_dict,
    as_list,
    as_text,
    chat_of,
    found_row,
    last_asked,
)
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import records_at
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow
from runs.importers.source import Source

# `failureReason` of a call that ended in an error and not in an answer that failed.
_ERRORED = 2
# How promptfoo begins the reason of an assertion that could not be evaluated; it reports such a one with score 0.
_UNEVALUATED = ("Custom function threw error", "Python code execution failed", "API error", "Could not extract JSON")
# Assertions whose value is a reference answer and not a rule.
_REFERENCES = frozenset({"equals", "similar", "factuality", "model-graded-factuality", "context-recall", "rouge-n"})


def is_one(opening: Opening) -> bool:
    return opening.has("results.version") and (
        opening.has("results.prompts") or opening.has("results.results.item.prompt.raw")
    )


def read(source: Source) -> Iterator[Parsed]:
    """Yield a row per result. Raises `Invalid` where the file stops being JSON."""
    for parsed in records_at(source, "results.results.item"):
        yield found_row(parsed.line, _item(parsed)) if isinstance(parsed, ParsedRow) else parsed


def _item(row: ParsedRow) -> NewItem:
    result = row.values
    prompt, names = as_dict(result.get("prompt")), as_dict(result.get("vars"))
    messages = chat_of(prompt.get("raw"))
    output = as_text(as_dict(result.get("response")).get("output"))
    is_errored = result.get("failureReason") == _ERRORED or output is None
    output = None if is_errored else output
    error = {"error": result.get("error") or as_dict(result.get("response")).get("error")} if is_errored else {}
    return NewItem(
        key=_key(result),
        input=last_asked(messages) or as_text(prompt.get("raw")) or "",
        output=output,
        expected=_expected(result),
        context=_passages(names.get("context")),
        metadata={**_about(result, prompt), **error, **{f"vars.{name}": value for name, value in names.items()}},
        trace=[*messages, {"role": "assistant", "content": output}] if len(messages) > 1 and output else None,
        given_scores=None if is_errored else _scores(result) or None,
        raw=row.raw,
    )


def _key(result: dict[str, Any]) -> str:
    """Test and prompt by their place, which are the same in the next evaluation of the same configuration."""
    test, prompt = result.get("testIdx"), result.get("promptIdx")
    return f"test {test} prompt {prompt}" if isinstance(test, int) and isinstance(prompt, int) else ""


def _about(result: dict[str, Any], prompt: dict[str, Any]) -> dict[str, JsonValue]:
    provider = result.get("provider")
    provider = provider if isinstance(provider, dict) else {"id": provider}
    response = as_dict(result.get("response"))
    return {
        "model": provider.get("label") or provider.get("id"),
        "prompt": prompt.get("label") or prompt.get("display"),
        "description": as_dict(result.get("testCase")).get("description") or result.get("description"),
        "latency_ms": result.get("latencyMs"),
        "cost": result.get("cost"),
        "tokens": as_dict(response.get("tokenUsage")).get("total"),
    }


def _passages(context: JsonValue) -> list[JsonValue] | None:
    if not context:
        return None
    return context if isinstance(context, list) else [context]


def _expected(result: dict[str, Any]) -> JsonValue:
    """The value of the first assertion that compares with a reference answer."""
    assertions = as_list(as_dict(result.get("testCase")).get("assert"))
    for assertion in map(as_dict, [*assertions, *(part.get("assertion") for part in _parts(result))]):
        if assertion.get("type") in _REFERENCES:
            return assertion.get("value")
    return None


def _parts(result: dict[str, Any]) -> list[dict[str, Any]]:
    """What was found of each assertion; in older files of one assertion, the whole is the part."""
    grading = as_dict(result.get("gradingResult"))
    parts = [as_dict(part) for part in as_list(grading.get("componentResults"))]
    return parts or ([grading] if grading.get("assertion") else [])


def _scores(result: dict[str, Any]) -> Scores:
    scores, grading, parts = Scores(), as_dict(result.get("gradingResult")), _parts(result)
    is_broken = any(_is_unevaluated(part) for part in parts)
    if parts or "No assertions" not in str(grading.get("reason", "No assertions")):
        scores.say("promptfoo", None if is_broken else result.get("score"), reason=grading.get("reason"))
    elif not grading:
        scores.say("promptfoo", result.get("score"))
    for part in parts:
        assertion = as_dict(part.get("assertion"))
        score = None if _is_unevaluated(part) else part.get("score")
        scores.say(
            str(assertion.get("metric") or assertion.get("type") or "assertion"), score, reason=part.get("reason")
        )
    for name, score in as_dict(result.get("namedScores")).items():
        if name not in scores:
            scores.say(name, score)
    return scores


def _is_unevaluated(part: dict[str, Any]) -> bool:
    return not part.get("pass") and str(part.get("reason", "")).startswith(_UNEVALUATED)


FORMAT = ToolFormat(
    label="promptfoo results",
    is_one=is_one,
    read=read,
    notes=(
        "Assertions and their thresholds; their scores and reasons come along as given scores.",
        "The 0 that promptfoo gives an assertion it could not evaluate; here that has its reason and no score.",
        "The configuration, the table for display, token counts of the graders, and media that are not text.",
    ),
)
