"""Reads Ragas' results, saved as JSON, JSON Lines or CSV, and the annotations of its app: one item per sample.

Documented at https://docs.ragas.io/en/stable/references/evaluate/ (`EvaluationResult.to_pandas`) and
https://docs.ragas.io/en/stable/howtos/customizations/metrics/train_your_own_metric/ (annotations).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from runs.importers import csv
from runs.importers.formats.found import Scores, ToolFormat, as_dict, as_list, as_text, found_row, last_asked
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import names_at_top, records, records_at
from runs.importers.guesses import as_number
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow
from runs.importers.source import Source

# The parts of a sample under the present and the former names.
_INPUT, _OUTPUT, _EXPECTED = ("user_input", "question"), ("response", "answer"), ("reference", "ground_truth")
_CONTEXT = ("retrieved_contexts", "contexts")
_OTHERS = frozenset(
    {"reference_contexts", "ground_truths", "rubrics", "multi_responses", "column 1", "Unnamed: 0", "index"}
)
_PARTS = _OTHERS.union(_INPUT, _OUTPUT, _EXPECTED, _CONTEXT)
# The metrics by which its files are known; whatever else is a number beside the parts is a score all the same.
_METRICS = frozenset(
    {"faithfulness", "answer_relevancy", "answer_correctness", "answer_similarity", "semantic_similarity"}
    | {"context_recall", "context_precision", "context_relevancy", "context_entity_recall", "nv_accuracy"}
    | {
        "llm_context_precision_with_reference",
        "llm_context_precision_without_reference",
        "factual_correctness(mode=f1)",
    }
    | {"nv_context_relevance", "nv_response_groundedness", "noise_sensitivity(mode=relevant)", "aspect_critic"}
)
_NO_NUMBER = "Ragas gave no number (NaN)."


def is_one(opening: Opening) -> bool:
    names = opening.paths or set(opening.records[0] if opening.records else ())
    return bool(
        names & _METRICS and names.intersection(_INPUT) and names.intersection((*_OUTPUT, *_CONTEXT, *_EXPECTED))
    )


def read(source: Source) -> Iterator[Parsed]:
    """Yield a row per sample. Raises `Invalid` where the file stops being JSON."""
    is_json = source.utf8().read(1024).lstrip()[:1] in {b"[", b"{"}
    for parsed in records(source) if is_json else csv.read(source):
        yield found_row(parsed.line, _item(parsed)) if isinstance(parsed, ParsedRow) else parsed


def _item(row: ParsedRow) -> NewItem:
    sample = row.values
    asked = _listed(_first(sample, _INPUT))
    turns = [{**as_dict(turn), "role": as_dict(turn).get("type")} for turn in asked] if isinstance(asked, list) else []
    context = _listed(_first(sample, _CONTEXT))
    scores = Scores()
    for name, value in sample.items():
        if name not in _PARTS and (as_number(value) is not None or _is_missing(name, value)):
            scores.say(name, value, reason=_NO_NUMBER if as_number(value) is None else None)
    return NewItem(
        input=last_asked(turns) if turns else as_text(asked) or "",
        output=as_text(_first(sample, _OUTPUT)) or _last_answer(turns),
        expected=as_text(_first(sample, _EXPECTED)) or None,
        context=(context if isinstance(context, list) else [context]) if context else None,
        metadata={name: value for name, value in sample.items() if name not in scores and _is_about(name)},
        trace=turns or None,
        given_scores=scores or None,
        raw=row.raw,
    )


def _first(sample: dict[str, Any], names: tuple[str, ...]) -> JsonValue:
    return next((sample[name] for name in names if sample.get(name) not in (None, "")), None)


def _is_about(name: str) -> bool:
    return name in _OTHERS or name not in _PARTS


def _is_missing(name: str, value: JsonValue) -> bool:
    """A metric without a value; of a column that no metric of Ragas' is called by, that cannot be told."""
    return name in _METRICS and value in (None, "", "nan", "NaN")


def _listed(value: JsonValue) -> JsonValue:
    """The list that a cell of a table spells as Python does; anything else as it is."""
    if not isinstance(value, str) or not value.startswith("["):
        return value
    try:
        read_back = ast.literal_eval(value)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return value
    is_texts = isinstance(read_back, list) and all(isinstance(text, str) for text in read_back)
    return read_back if is_texts else value


def _last_answer(turns: list[dict[str, Any]]) -> str | None:
    answers = [as_text(turn.get("content")) for turn in turns if turn.get("role") == "ai"]
    return answers[-1] if answers else None


def is_annotated(opening: Opening) -> bool:
    ends = (".item.metric_input", ".item.metric_output")
    return all(any(path.endswith(end) for path in opening.paths) for end in ends)


def read_annotated(source: Source) -> Iterator[Parsed]:
    """Yield a row per annotated verdict, metric after metric."""
    for metric in names_at_top(source):
        for parsed in records_at(source, f"{metric}.item"):
            yield found_row(parsed.line, _annotated(parsed, metric)) if isinstance(parsed, ParsedRow) else parsed


def _annotated(row: ParsedRow, metric: str) -> NewItem:
    given = as_dict(row.values.get("metric_input"))
    prompts = [as_dict(prompt) for prompt in as_dict(row.values.get("prompts")).values()]
    said = as_dict(prompts[-1].get("prompt_output")) if prompts else {}
    edited = as_dict(prompts[-1].get("edited_output")) if prompts else {}
    scores = Scores()
    scores.say(metric, row.values.get("metric_output"), reason=said.get("reason"))
    is_accepted = row.values.get("is_accepted")
    human: dict[str, JsonValue] = {"metric": metric, "label": "accepted" if is_accepted else "rejected"}
    if edited.get("verdict") is not None:
        human |= {"score": as_number(edited["verdict"]), "reason": edited.get("reason")}
    return NewItem(
        input=as_text(_first(given, _INPUT)) or "",
        output=as_text(_first(given, _OUTPUT)),
        expected=as_text(_first(given, _EXPECTED)),
        context=as_list(_first(given, _CONTEXT)) or None,
        metadata={"annotated_metric": metric},
        given_scores=scores or None,
        human=human if isinstance(is_accepted, bool) else None,
        raw=row.raw,
    )


FORMAT = ToolFormat(
    label="Ragas results",
    is_one=is_one,
    read=read,
    notes=("The judge's model, its calls and reasons, which Ragas does not write into its results.",),
)
ANNOTATED = ToolFormat(
    label="Ragas annotations",
    is_one=is_annotated,
    read=read_annotated,
    notes=("The judge's prompts and which of several prompts was edited, beyond the record kept beside each item.",),
)
