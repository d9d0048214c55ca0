"""Reads the logs of OpenAI Evals (`oaieval`): one item per sample, out of the events about it.

Documented at https://github.com/openai/evals/blob/main/docs/run-evals.md; the events are those of `evals/record.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runs.importers.formats.found import Scores, ToolFormat, as_dict, as_list, as_text, found_row, last_asked
from runs.importers.formats.grouping import Group, grouped
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import raw_of, records
from runs.importers.guesses import as_number
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow, Rejection
from runs.importers.source import Source

_REPORT = "The final report: {}. It is measured again over the items."
_ASKED_MORE = "Calls after the first of a sample, such as those of a model that grades."


def is_one(opening: Opening) -> bool:
    return opening.has("spec.eval_name", "spec.run_id") or opening.has("run_id", "event_id", "sample_id", "type")


def read(source: Source) -> Iterator[Parsed]:
    """Yield a row per sample, once all events are read."""
    log = _Log()
    for group in grouped(log.events(source), lambda event: str(event["sample_id"])):
        if isinstance(group, Rejection):
            yield group
        else:
            yield _row(group, log)
            log.report = ""


class _Log:
    """What the log says of the run as a whole, noted while its events pass."""

    def __init__(self) -> None:
        self.spec: dict[str, Any] = {}
        self.report = ""

    def events(self, source: Source) -> Iterator[Parsed]:
        """The events about samples."""
        for parsed in records(source):
            if not isinstance(parsed, ParsedRow) or parsed.values.get("sample_id"):
                yield parsed
            elif "spec" in parsed.values:
                self.spec = as_dict(parsed.values["spec"])
            elif "final_report" in parsed.values:
                told = as_dict(parsed.values["final_report"])
                numbers = (f"{name} {value:g}" for name, value in told.items() if isinstance(value, int | float))
                self.report = ", ".join(numbers)


def _row(group: Group, log: _Log) -> Parsed:
    calls = _of_kind(group, "sampling")
    first = calls[0] if calls else {}
    asked, said = first.get("prompt"), first.get("sampled")
    match = (_of_kind(group, "match") or [{}])[-1]
    error = next((event.get("message") or event.get("error") for event in _of_kind(group, "error")), None)
    answer = said[0] if isinstance(said, list) and said else said
    answer = match.get("sampled") if answer is None else answer
    messages = [as_dict(message) for message in asked] if isinstance(asked, list) else []
    item = NewItem(
        key=group.name,
        input=last_asked(messages) if messages else as_text(asked) or _raw_input(group),
        output=as_text(answer),
        expected=match.get("expected"),
        metadata={
            "model": next(iter(as_list(log.spec.get("completion_fns"))), None) or log.spec.get("model_name"),
            "eval": log.spec.get("eval_name"),
            "split": log.spec.get("split"),
            "options": match.get("options"),
            "error": error,
        },
        trace=messages if len(messages) > 1 else None,
        given_scores=_scores(group) or None,
        raw=raw_of(group.records),
    )
    left = [_ASKED_MORE] * (len(calls) > 1) + [_REPORT.format(log.report)] * bool(log.report)
    return found_row(group.line, item, left=left)


def _of_kind(group: Group, kind: str) -> list[dict[str, Any]]:
    return [as_dict(event.get("data")) for event in group.records if event.get("type") == kind]


def _raw_input(group: Group) -> str:
    """The sample itself, where no call about it was logged."""
    samples = [event.get("data") for event in group.records if event.get("type") == "raw_sample"]
    sample = as_dict(samples[0]) if samples else {}
    asked = sample.get("input", sample)
    return last_asked(asked) if isinstance(asked, list) else as_text(asked) or ""


def _scores(group: Group) -> Scores:
    scores = Scores()
    for match in _of_kind(group, "match"):
        scores.say("match", match.get("correct"), reason=_picked(match))
    for measured in _of_kind(group, "metrics"):
        for name, value in measured.items():
            if as_number(value) is not None:
                scores.say(name, value)
    return scores


def _picked(match: dict[str, JsonValue]) -> str:
    picked = match.get("picked")
    said = "None of the options was picked" if picked is None else f"Picked was {as_text(picked)}"
    return f"{said}; expected {as_text(match.get('expected'))}."


FORMAT = ToolFormat(
    label="OpenAI Evals log",
    is_one=is_one,
    read=read,
    notes=(
        "The settings and seed of the run, and its final report.",
        "Events of other kinds (function calls, conditions, embeddings), beyond the record kept beside each item.",
    ),
)
