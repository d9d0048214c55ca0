"""`docs/metrics.md` says what the catalogue says.

After a change of the catalogue, `EVALHUB_REWRITE_DOCS=1 pytest` on this file writes it again; read the difference.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from metrics.catalogue import BUILT_INS
from metrics.reference import metrics_document

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"


def test_the_table_of_metrics_is_in_step_with_the_catalogue() -> None:
    if os.environ.get("EVALHUB_REWRITE_DOCS"):
        DOCUMENT.write_text(metrics_document(), encoding="utf-8")
    assert DOCUMENT.read_text(encoding="utf-8") == metrics_document()


def test_every_metric_has_exactly_one_row() -> None:
    keys = re.findall(r"^\| `(\w+)`", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(keys) == sorted(built_in.key for built_in in BUILT_INS)


def test_a_row_says_direction_range_needs_and_kind() -> None:
    rows = DOCUMENT.read_text(encoding="utf-8").splitlines()
    assert (
        "| `tool_errors` | Tool Errors | Heuristic | helps: tool calls | 0 to 100 % | ↓ lower is better | Percentage |"
        in rows
    )
    recall = next(row for row in rows if row.startswith("| `context_recall`* | Context Recall | Judge |"))
    assert recall.endswith("| context; helps: expected | 0 to 1 | ↑ higher is better | Number |")
    tone = next(row for row in rows if row.startswith("| `tone`"))
    assert tone.endswith("| passes: neutral, joy, love, surprise | Category |")
