"""Reads the table of MLflow's classic evaluation (`eval_results_table.json`): one item per row.

Documented at https://mlflow.org/docs/latest/ml/evaluation/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from runs.importers.formats.chats import asked_in
from runs.importers.formats.found import Scores, ToolFormat, as_list, as_text, found_row
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import lists_at, value_at
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow, reject
from runs.importers.source import Source

_SCORE = re.compile(r"(.+?)(?:/v\d+)?/score")
_INPUT = ("inputs", "input", "question", "prompt", "query")
_OUTPUT = ("outputs", "output", "prediction", "predictions", "response")
_EXPECTED = ("targets", "target", "ground_truth", "expected", "label")


def is_one(opening: Opening) -> bool:
    return opening.has("columns", "data") and any(_SCORE.fullmatch(column) for column in opening.columns)


def read(source: Source) -> Iterator[Parsed]:
    """Yield a row per row of the table. Raises `Invalid` where the file stops being JSON."""
    columns = [str(column) for column in as_list(value_at(source, "columns"))]
    for parsed in lists_at(source, "data.item"):
        if not isinstance(parsed, ParsedRow):
            yield parsed
            continue
        values = as_list(parsed.values["cells"])
        if len(values) != len(columns):
            reason = f"The row has {len(values)} values for {len(columns)} columns."
            yield reject(parsed.line, reason, parsed.raw)
        else:
            yield found_row(parsed.line, _item(dict(zip(columns, values, strict=True)), parsed.raw))


def _item(cells: dict[str, Any], raw: str) -> NewItem:
    scores, taken = Scores(), set()
    for column, value in cells.items():
        if named := _SCORE.fullmatch(column):
            reason = column.removesuffix("score") + "justification"
            scores.say(named.group(1), value, reason=cells.get(reason))
            taken |= {column, reason}
    parts = {name: _first(cells, names) for name, names in (("input", _INPUT), ("output", _OUTPUT))}
    parts["expected"] = _first(cells, _EXPECTED)
    return NewItem(
        input=asked_in(cells.get(parts["input"])),
        output=as_text(cells.get(parts["output"])),
        expected=cells.get(parts["expected"]),
        metadata={name: value for name, value in cells.items() if name not in taken and name not in parts.values()},
        given_scores=scores or None,
        raw=raw,
    )


def _first(cells: dict[str, JsonValue], names: tuple[str, ...]) -> str:
    return next((name for name in names if name in cells), "")


FORMAT = ToolFormat(
    label="MLflow evaluation table",
    is_one=is_one,
    read=read,
    notes=(
        "The metrics over all rows, and the model, which stand in the run itself.",
        "Which of the other columns are measurements: lengths, readability and the like stay metadata.",
    ),
)
