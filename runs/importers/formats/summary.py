"""What is told of another tool's file before it is loaded: whose it is, how much is in it, and what stays behind."""

from __future__ import annotations

from dataclasses import dataclass

from runs.importers.formats.table import TOOLS
from runs.importers.preview import Preview

_NAMED_METRICS = 12


@dataclass(frozen=True, slots=True)
class ToolSummary:
    """A recognised file in words. `counts` is of the beginning where the file is long."""

    label: str
    counts: str
    metrics: str
    left: list[str]

    def __str__(self) -> str:
        return f"{self.label}, {self.counts}"


def tool_summary(file_format: str, seen: Preview) -> ToolSummary | None:
    """What was found in the beginning of a file; None for a file of no tool."""
    tool = TOOLS.get(file_format)
    if tool is None:
        return None
    names = list(seen.metrics)
    rows = f"{_counted(seen.rows, 'row')}{'' if seen.is_whole else ' at the beginning'}"
    shown = ", ".join(names[:_NAMED_METRICS]) + _more(len(names) - _NAMED_METRICS)
    found = [f"{what} ({count:,} rows)" if count > 1 else what for what, count in seen.left.most_common()]
    return ToolSummary(tool.label, f"{rows}, {_counted(len(names), 'metric')}", shown, [*found, *tool.notes])


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""
