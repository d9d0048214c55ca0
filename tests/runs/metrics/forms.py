"""What browsers send for a metric's form."""

from __future__ import annotations

from typing import Any


def rows_of(prefix: str, rows: list[dict[str, Any]], *, stored: int = 0) -> dict[str, Any]:
    """The rows of a form, of which the first ones were there before."""
    sent: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": stored}
    for number, row in enumerate(rows):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return sent


def judge_fields(*, examples: list[dict[str, Any]] | None = None, stored: int = 0, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "judge",
        "name": "Politeness",
        "description": "Whether it is polite.",
        "category": "quality",
        "prompt": "Is this polite?\n{{output}}",
        "value_type": "number",
        "range_min": "0",
        "range_max": "1",
        "direction": "higher",
        "parameters": "",
        **rows_of("example", examples or [], stored=stored),
        **changes,
    }


def tryout_fields(**changes: Any) -> dict[str, Any]:
    return {f"try-{name}": value for name, value in {"source": "run", "pick": "random", "count": "2"}.items()} | changes
