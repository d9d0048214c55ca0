"""Heuristics over answers that others published, against the verdicts that came with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from metrics.heuristics.numeric_closeness import NumericCloseness
from metrics.heuristics.tool_call_match import ToolCallMatch
from metrics.scoring import Scorer, ScoringInput

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
GSM8K = sorted(DATA.glob("gsm8k/*.jsonl"))
BFCL = sorted(DATA.glob("bfcl/*.jsonl"))

pytestmark = pytest.mark.skipif(not (GSM8K and BFCL), reason=f"no data beside the repository: {DATA} lacks gsm8k, bfcl")


def scored(path: Path, scorer: Scorer) -> Iterator[tuple[dict[str, Any], float | None]]:
    """The rows of the file, each with the value that the scorer gives it."""
    with path.open() as lines:
        for row in map(json.loads, lines):
            item = ScoringInput(
                input=row["input"], output=row["output"], expected=row["expected"], metadata=row["metadata"]
            )
            yield row, scorer.score(item).value


@pytest.mark.parametrize("path", GSM8K, ids=lambda path: path.stem)
def test_right_sums_are_right_whatever_stands_around_the_number(path: Path) -> None:
    values = [
        (row["metadata"]["final_answer"] == row["expected"], value) for row, value in scored(path, NumericCloseness())
    ]
    assert all(value is not None for _, value in values)
    # Some add a sentence with other numbers after their answer; a person would have to read those.
    missed = sum(is_right and value == 0 for is_right, value in values)
    assert missed <= 0.02 * len(values)
    found_besides = sum(not is_right and value == 1 for is_right, value in values)
    assert found_besides >= 5


def test_a_sum_in_another_dress_is_the_same_number_for_both() -> None:
    for path in GSM8K:
        for row, value in scored(path, NumericCloseness()):
            answer = row["metadata"]["final_answer"]
            if value == 1 and answer is not None and answer.replace(",", "").lstrip("$").replace(".", "").isdecimal():
                assert float(answer.replace(",", "").lstrip("$")) == float(row["expected"].replace(",", ""))


# Here the leaderboard asks a whole number in a list of floats for its decimal point; JSON knows no such difference.
TYPES_OF_PYTHON = {f"bfcl-simple_python_{number}" for number in (13, 82, 87, 103)}


@pytest.mark.parametrize("path", BFCL, ids=lambda path: path.stem)
def test_calls_are_judged_as_the_leaderboard_judges_them(path: Path) -> None:
    rows = list(scored(path, ToolCallMatch(loose_text=True)))
    assert all(value is not None for _, value in rows)
    verdicts = {
        row["id"]: (row["judge"]["ast_check"]["score"] == 1, value == 1)
        for row, value in rows
        if "ast_check" in row.get("judge", {})
    }
    differing = {item for item, (theirs, ours) in verdicts.items() if theirs != ours}
    assert differing <= TYPES_OF_PYTHON
    assert 0 < sum(value == 1 for _, value in rows) < len(rows)
