"""The sample data: what customers of Fernway, a shop that does not exist, asked, and how four releases answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runs.importers.mapping import NewItem

# Stands where the name of a judge model stands elsewhere: with every given score, on every page that shows one.
SAMPLE_JUDGE = "sample data, no model was asked"
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Release:
    """One release of the bot, and how long ago its story has it scored."""

    version: str
    weeks_ago: int
    story: str


RELEASES = (
    Release("1.0", 9, "Polite and often wrong: it never looks into the help pages."),
    Release("1.1", 6, "Looks into the help pages before it answers."),
    Release("2.0", 2, "Shorter answers. The means hold; returns fail nine times in ten."),
    Release("2.1", 0, "The help pages on returns are back in the search."),
)


def items_of(release: Release) -> Iterator[NewItem]:
    """The questions in their order, each with the release's recorded answer, given scores and what people said."""
    answers = {answer["key"]: answer for answer in _lines(f"answers-{release.version}.jsonl")}
    for question in _lines("questions.jsonl"):
        answer = answers[question["key"]]
        yield NewItem(
            **question,
            output=answer["output"],
            given_scores={name: {**given, "model": SAMPLE_JUDGE} for name, given in answer["scores"].items()},
            human=answer.get("human"),
        )


def _lines(name: str) -> Iterator[dict[str, Any]]:
    with (_FOLDER / name).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
