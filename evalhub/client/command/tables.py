"""Rows with names, as a table on the terminal, JSON, CSV or Markdown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence

from rich.table import Table

from evalhub.client.command.session import Session

FORMATS = ("table", "json", "csv", "markdown")
MISSING = "–"

Cell = str | float | int | bool | None
Rows = Sequence[Mapping[str, Cell]]


def show(session: Session, rows: Rows, *, file_format: str, title: str = "") -> None:
    """Print the rows, which all have the same names."""
    if file_format == "table":
        session.out.print(_table(rows, title))
    else:
        session.answer(_WRITERS[file_format](rows))


def number(value: float | None, *, signed: bool = False) -> str:
    """A number as people read it; a missing one is a dash and never 0."""
    if value is None:
        return MISSING
    return f"{value:+.3f}" if signed else f"{value:.3f}".rstrip("0").rstrip(".")


def as_markdown(rows: Rows) -> str:
    """The rows as a Markdown table."""
    if not rows:
        return ""
    lines = [list(rows[0]), ["---"] * len(rows[0]), *([_text(cell) for cell in row.values()] for row in rows)]
    return "\n".join(f"| {' | '.join(_escaped(cell) for cell in line)} |" for line in lines)


def _table(rows: Rows, title: str) -> Table:
    table = Table(title=title or None, title_justify="left")
    for name, cell in (rows[0] if rows else {}).items():
        table.add_column(name, justify="right" if isinstance(cell, float | int) else "left")
    for row in rows:
        # Square brackets in a name are no markup.
        table.add_row(*(_text(cell).replace("[", r"\[") for cell in row.values()))
    return table


def _as_csv(rows: Rows) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(rows[0] if rows else [])
    writer.writerows(row.values() for row in rows)
    return file.getvalue().rstrip("\n")


def _as_json(rows: Rows) -> str:
    return json.dumps(list(rows), indent=2, ensure_ascii=False)


def _text(cell: Cell) -> str:
    if cell is None:
        return MISSING
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return number(cell) if isinstance(cell, float) else str(cell)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


_WRITERS: Mapping[str, Callable[[Rows], str]] = {"json": _as_json, "csv": _as_csv, "markdown": as_markdown}
