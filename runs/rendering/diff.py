"""What an output has and an expected answer has not, word by word, in bounded time."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from metrics.scoring import JsonValue
from runs.rendering.hostile import visible
from runs.rendering.json_view import NotJson, parse_json

# Cells of the comparison's table; the library works on 64 of them at a time and keeps a bit for each.
MAX_CELLS = 80_000_000
MAX_ANSWERS = 200
COMPARED_CHARS = 2_000

Kind = Literal["same", "removed", "added"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text: in both, only in the expected answer (removed), or only in the output (added)."""

    kind: Kind
    text: str


def word_diff(expected: str, output: str) -> list[Segment]:
    """Segments that read `expected` without the added ones and `output` without the removed ones.

    Compares words; lines when there are too many words; the whole when there are too many lines.
    """
    for split in (_words, _lines):
        before, after = split(expected), split(output)
        if len(before) * len(after) <= MAX_CELLS:
            return _segments(before, after)
    return [Segment("removed", visible(expected)), Segment("added", visible(output))]


def answer_to_compare(expected: JsonValue, output: str) -> tuple[str, str] | None:
    """The expected answer closest to the output, and the output, as texts that can be compared; None when they cannot.

    JSON is compared with JSON, both written in one way.
    """
    if isinstance(expected, str):
        return expected, output
    if isinstance(expected, list) and expected and all(isinstance(answer, str) for answer in expected):
        return _closest(expected[:MAX_ANSWERS], output), output
    if expected is None:
        return None
    try:
        return _written(expected), _written(parse_json(output))
    except (NotJson, RecursionError):
        return None


def _closest(answers: Sequence[str], output: str) -> str:
    shortened = [answer[:COMPARED_CHARS] for answer in answers]
    found = process.extractOne(output[:COMPARED_CHARS], shortened, scorer=fuzz.ratio)
    return answers[found[2]]


def _written(value: JsonValue) -> str:
    return json.dumps(_plain_numbers(value), indent=2, ensure_ascii=False, sort_keys=True)


def _plain_numbers(value: JsonValue) -> JsonValue:
    """Numbers and the texts of them alike: a tree parsed with exact numbers beside one that came from the database."""
    if isinstance(value, dict):
        return {name: _plain_numbers(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain_numbers(part) for part in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def _words(text: str) -> list[str]:
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _segments(before: list[str], after: list[str]) -> list[Segment]:
    """What was taken out stands before what was put in, however the steps between two equal stretches alternate."""
    segments: list[Segment] = []
    removed: list[str] = []
    added: list[str] = []
    for operation in Indel.opcodes(before, after):
        new = after[operation.dest_start : operation.dest_end]
        if operation.tag == "equal":
            segments += [*_changed(removed, added), Segment("same", visible("".join(new)))]
            removed, added = [], []
        else:
            removed += before[operation.src_start : operation.src_end]
            added += new
    return segments + _changed(removed, added)


def _changed(removed: list[str], added: list[str]) -> list[Segment]:
    pairs: list[tuple[Kind, list[str]]] = [("removed", removed), ("added", added)]
    return [Segment(kind, visible("".join(words))) for kind, words in pairs if words]
