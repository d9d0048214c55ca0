"""Reads lm-evaluation-harness' logged samples (`--log_samples`): one item per document and filter.

Documented at https://github.com/EleutherAI/lm-evaluation-harness/blob/main/docs/interface.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from metrics.choices import Direction
from runs.importers.formats.found import (
    OtherFile,
    Scores,
    ToolFormat,
    as_list,
    as_text,
    chat_of,
    found_row,
    last_asked,
)
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import records
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow
from runs.importers.source import Source

_NO_FILTER = "none"
_OWN = frozenset(
    {"doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"}
    | {"doc_hash", "prompt_hash", "target_hash"}
)
_LOWER = frozenset({"perplexity", "word_perplexity", "byte_perplexity", "bits_per_byte", "ter", "brier_score"})
_SUMMED = "Values that only the whole task makes a score of, such as the counts behind a perplexity."


def is_one(opening: Opening) -> bool:
    return opening.has("doc_id", "doc", "arguments", "resps")


def read(source: Source) -> Iterator[Parsed]:
    """Yield a row per document and filter."""
    for parsed in records(source):
        yield _row(parsed) if isinstance(parsed, ParsedRow) else parsed


def _row(row: ParsedRow) -> Parsed:
    sample = row.values
    requests = _requests(sample.get("arguments"))
    prompt = as_text(requests[0][0]) if requests and requests[0] else as_text(sample.get("doc"))
    messages = chat_of(prompt)
    offered = _continuations(requests)
    likelihoods = _likelihoods(sample.get("filtered_resps")) if offered else []
    kind = str(sample.get("filter") or _NO_FILTER)
    scores, left = _scores(sample, kind)
    item = NewItem(
        key=f"doc {sample.get('doc_id')}" + (f" {kind}" if kind != _NO_FILTER else ""),
        input=last_asked(messages) or prompt or "",
        output=_likeliest(offered, likelihoods) if offered else _answer(sample),
        expected=_expected(sample.get("target"), offered),
        metadata={
            "doc": sample.get("doc"),
            "filter": kind,
            "choices": offered,
            "log_likelihoods": likelihoods,
            **{name: value for name, value in sample.items() if name not in _OWN and isinstance(value, str)},
        },
        trace=messages if len(messages) > 1 else None,
        given_scores=scores or None,
        raw=row.raw,
    )
    return found_row(row.line, item, left=left)


def _requests(arguments: JsonValue) -> list[list[JsonValue]]:
    """The arguments of each request: lists in older files, numbered names in newer ones."""
    if isinstance(arguments, dict):
        return [list(request.values()) for request in arguments.values() if isinstance(request, dict)]
    return [request for request in as_list(arguments) if isinstance(request, list)]


def _continuations(requests: list[list[JsonValue]]) -> list[str]:
    """The answers whose likelihood was asked for; none where the model wrote its own."""
    texts = [request[1] for request in requests if len(request) > 1 and isinstance(request[1], str)]
    return texts if len(texts) == len(requests) else []


def _likelihoods(replies: JsonValue) -> list[float]:
    pairs = [as_list(reply) for reply in as_list(replies)]
    return [float(pair[0]) for pair in pairs if pair and isinstance(pair[0], int | float)]


def _likeliest(offered: list[str], likelihoods: list[float]) -> str | None:
    """The continuation that the model finds likeliest, which is its answer."""
    if len(offered) < 2 or len(offered) != len(likelihoods):
        return None
    return offered[likelihoods.index(max(likelihoods))].strip()


def _answer(sample: dict[str, Any]) -> str | None:
    replies = as_list(sample.get("filtered_resps")) or as_list(sample.get("resps"))
    reply = replies[0] if replies else None
    return as_text(as_list(reply)[0] if isinstance(reply, list) and reply else reply)


def _expected(target: JsonValue, offered: list[str]) -> JsonValue:
    """The reference answer; of offered ones the target is often only the place."""
    place = int(target) if isinstance(target, str) and target.isascii() and target.isdigit() else target
    if len(offered) > 1 and isinstance(place, int) and 0 <= place < len(offered):
        return offered[place].strip()
    return target.strip() or None if isinstance(target, str) else target


def _scores(sample: dict[str, Any], kind: str) -> tuple[Scores, list[str]]:
    """The document's metrics. One that was measured behind a filter is named with it, as the tool's summary does."""
    scores, left = Scores(), []
    named = [str(name) for name in as_list(sample.get("metrics"))]
    for name in named or [name for name in sample if name not in _OWN]:
        value = sample.get(name)
        if isinstance(value, list | dict):
            left.append(_SUMMED)
        elif named or isinstance(value, int | float):
            metric = name if kind == _NO_FILTER else f"{name},{kind}"
            scores.say(metric, value, direction=Direction.LOWER if name in _LOWER else None)
    return scores, left


def _is_summary(opening: Opening) -> bool:
    return opening.has("results", "configs", "versions", "n-shot")


FORMAT = ToolFormat(
    label="lm-evaluation-harness samples",
    is_one=is_one,
    read=read,
    notes=(
        "The model, standard errors and settings, which stand only in the summary (results_….json).",
        "Replies before filtering, beyond the record kept beside each item.",
    ),
)
SUMMARY = OtherFile(
    label="lm-evaluation-harness' summary of a run",
    is_one=_is_summary,
    advice="Send the samples_….jsonl beside it; the harness writes them when it is run with --log_samples.",
)
