"""Reads promptfoo's CSV tables, with marks in the cells or columns beside them: one item per answer in a row.

Documented at https://www.promptfoo.dev/docs/configuration/outputs/#csv-output.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import orjson

from runs.importers import csv
from runs.importers.formats.found import Scores, ToolFormat, chat_of, found_row, last_asked
from runs.importers.formats.opening import Opening
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow
from runs.importers.source import Source

_MARK = re.compile(r"\[(PASS|FAIL|ERROR)\](?: \((-?\d+(?:\.\d+)?)\))? ?")
_FAILURE = re.compile(r"(?s)(.*?)\n---\n(.*)")
_CALL_FAILED = re.compile(r"API (?:call|response|error)\b|Error: ")
_VARIABLE = re.compile(r"{{\s*([\w.]+)\s*}}")
_PROVIDER = re.compile(r"(?s)\[([^\]]+)\] ?(.*)")
_NUMBERED = re.compile(r" \(\d+\)$")
# Columns that stand beside the column of the answer they are about.
_DETAILS = frozenset({"Reasoning", "Status", "Score", "Named Scores", "Grader Reason", "Comment", "Latency (ms)"})


def is_one(opening: Opening) -> bool:
    header, *rows = opening.records or ((),)
    has_marks = any(_MARK.match(cell) for cells in rows for cell in cells)
    return has_marks or {"Status", "Named Scores", "Grader Reason"}.issubset(header)


@dataclass(slots=True)
class _Answer:
    """One answer of a row: its column's head, its cell, and the columns beside it."""

    head: str
    text: str
    beside: dict[str, str] = field(default_factory=dict)
    status: str = ""
    score: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        self.status = self.beside.get("Status", "")
        self.score = self.beside.get("Score", "")
        self.reason = self.beside.get("Grader Reason", "")
        if mark := _MARK.match(self.text):
            self.status, self.score = mark.group(1), mark.group(2) or self.score
            self.text = self.text[mark.end() :]
        if self.status != "PASS" and (parts := _FAILURE.fullmatch(self.text)):
            self.reason, self.text = parts.groups()

    @property
    def is_errored(self) -> bool:
        """Whether there was no answer; older tables mark that as failed and write the error twice."""
        return self.status == "ERROR" or (self.status == "FAIL" and bool(_CALL_FAILED.match(self.reason or self.text)))


def read(source: Source) -> Iterator[Parsed]:
    """Yield a row per answer. Raises `Invalid` for a header that cannot be read."""
    marked: set[str] = set()
    for number, parsed in enumerate(csv.read(source)):
        if not isinstance(parsed, ParsedRow):
            yield parsed
            continue
        marked.update(name for name, cell in parsed.values.items() if _MARK.match(cell))
        names, answers = _split(parsed.values, marked)
        for place, answer in enumerate(answers):
            if answer.text or answer.status:
                yield found_row(parsed.line, _item(f"test {number} prompt {place}", names, answer, parsed.raw))


def _split(cells: dict[str, str], marked: set[str]) -> tuple[dict[str, str], list[_Answer]]:
    """The variables of a row, and its answers."""
    heads = _heads(cells, marked)
    names: dict[str, str] = {}
    beside: dict[str, dict[str, str]] = {head: {} for head in heads}
    head = ""
    for column, cell in cells.items():
        head = column if column in beside else head
        if head and column != head and _is_detail(column):
            beside[head][_NUMBERED.sub("", column)] = cell
        elif column not in beside:
            names[column] = cell
    return names, [_Answer(head, cells[head], details) for head, details in beside.items()]


def _heads(cells: dict[str, str], marked: set[str]) -> list[str]:
    """The columns of answers: with marks in their cells, or with columns about them behind."""
    columns = list(cells)
    followed = {column for column, following in pairwise(columns) if _is_detail(following) and not _is_detail(column)}
    return [column for column in columns if column in (marked or followed)]


def _is_detail(column: str) -> bool:
    name = column if column in _DETAILS else _NUMBERED.sub("", column)
    return name in _DETAILS or name.startswith("Metric: ")


def _item(key: str, names: dict[str, str], answer: _Answer, raw: str) -> NewItem:
    template, provider, label = _prompt(answer.head)
    has_template = bool(_VARIABLE.search(template))
    asked = _VARIABLE.sub(lambda match: names.get(match.group(1), match.group()), template)
    about: dict[str, JsonValue] = {
        "model": provider,
        "prompt": label,
        "description": names.get("Description"),
        "comment": answer.beside.get("Comment"),
        "error": (answer.reason or answer.text) if answer.is_errored else None,
    }
    return NewItem(
        key=key,
        # A prompt with a name of its own does not say how the variables stand in it.
        input=(last_asked(chat_of(asked)) or asked)
        if has_template
        else "\n".join(cell for name, cell in names.items() if name != "Description"),
        output=None if answer.is_errored else answer.text,
        context=[names["context"]] if names.get("context") else None,
        metadata={**about, **{f"vars.{name}": cell for name, cell in names.items() if name != "Description"}},
        given_scores=None if answer.is_errored else _scores(answer) or None,
        raw=raw,
    )


def _prompt(head: str) -> tuple[str, str, str]:
    """Template, provider and label, out of a head that is plain text or, in older tables, an object."""
    head = _NUMBERED.sub("", head)
    try:
        spelled = orjson.loads(head) if head.startswith("{") else {}
    except orjson.JSONDecodeError:
        spelled = {}
    label = str(spelled.get("display") or head) if isinstance(spelled, dict) else head
    provider = ""
    if named := _PROVIDER.fullmatch(label):
        provider, label = named.groups()
    return str(spelled.get("raw") or label), provider, label


def _scores(answer: _Answer) -> Scores:
    scores = Scores()
    # Tables without scores say pass or fail alone.
    scores.say("promptfoo", answer.score or {"PASS": 1, "FAIL": 0}.get(answer.status), reason=answer.reason)
    try:
        named = orjson.loads(answer.beside.get("Named Scores") or "{}")
    except orjson.JSONDecodeError:
        named = {}
    for name, score in named.items():
        scores.say(name, score)
    return scores


FORMAT = ToolFormat(
    label="promptfoo table",
    is_one=is_one,
    read=read,
    notes=(
        "The result of each assertion, which only the JSON file of the same evaluation has.",
        "The text of prompts that have a name; the variables of the row stand as the input.",
        "Costs, tokens and reference answers, which are not in the table.",
    ),
)
