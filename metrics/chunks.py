"""Which passages of the context stand in an output, and how much of each: by what the data says, else by wording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from metrics.heuristics.words import words
from metrics.scoring import JsonValue

# Fewer words in the same order are shared by chance.
RUN_LENGTH = 3
_LONG_WORD = 4
_TEXT_NAMES = ("text", "content", "page_content", "passage")
# The metrics that say of each passage whether it was used.
CHUNK_METRICS = frozenset({"chunk_attribution", "chunk_use"})
_USED_NAMES = ("used", "is_used", "cited", "chunk_used")
_PERCENT_NAMES = ("usage_pct", "chunk_usage_pct")


@dataclass(frozen=True, slots=True)
class ChunkUse:
    """One passage: whether the output uses it, and what percent of its words stand there."""

    is_used: bool
    percent: float
    word_count: int


def chunk_uses(context: Sequence[JsonValue], *, output: str, question: str) -> list[ChunkUse]:
    """The use of every passage, in their order.

    A passage that says itself whether and how far it was used is believed. Of any other one those words count that
    stand in the output too, in runs of three or more, and numbers; what only repeats the question does not.
    """
    evidence = _Evidence(words(output), set(words(question)))
    return [_use(passage, evidence) for passage in context]


@dataclass(frozen=True, slots=True)
class ToldUse:
    """What a passage says of its own use; None where it does not say."""

    is_used: bool | None = None
    percent: float | None = None


def told_use(passage: JsonValue) -> ToldUse:
    told = passage if isinstance(passage, Mapping) else {}
    percent = next((float(told[name]) for name in _PERCENT_NAMES if _is_percent(told.get(name))), None)
    used = next((told[name] for name in _USED_NAMES if isinstance(told.get(name), bool)), None)
    return ToldUse(used, percent)


def passage_text(passage: JsonValue) -> str:
    """What a passage says: itself, or the text of an object with text and source."""
    if not isinstance(passage, Mapping):
        return passage if isinstance(passage, str) else ""
    text = next((passage[name] for name in _TEXT_NAMES if isinstance(passage.get(name), str)), "")
    return str(text)


class _Evidence:
    """What of an output may come from a passage."""

    def __init__(self, said: Sequence[str], asked: set[str]) -> None:
        self.length = min(RUN_LENGTH, len(said))
        own = set(said) - asked
        # An answer that only picks from the question is told by the words that it picks.
        self.telling = {word for word in own if _is_telling(word)} or own or set(filter(_is_telling, said))
        self.numbers = {word for word in self.telling if len(word) > 1 and word.isdigit()}
        self.runs = {run for run in _runs(said, self.length) if self.telling.intersection(run)}

    def places_in(self, passage: Sequence[str]) -> set[int]:
        """The places of the passage's words that stand in the output."""
        places = {place for place, word in enumerate(passage) if word in self.numbers}
        for start, run in enumerate(_runs(passage, self.length)):
            if run in self.runs:
                places.update(range(start, start + self.length))
        return places


def _use(passage: JsonValue, evidence: _Evidence) -> ChunkUse:
    said = words(passage_text(passage))
    percent = 100.0 * len(evidence.places_in(said)) / len(said) if said else 0.0
    told = told_use(passage)
    if told.percent is not None:
        percent = told.percent
    elif told.is_used is False:
        percent = 0.0
    return ChunkUse(percent > 0 if told.is_used is None else told.is_used, percent, len(said))


def _runs(said: Sequence[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(said[start : start + length]) for start in range(len(said) - length + 1) if length)


def _is_telling(word: str) -> bool:
    """Whether a word says something by itself: long ones, numbers, and characters of scripts without spaces."""
    return len(word) >= _LONG_WORD or word.isdigit() or not word.isascii()


def _is_percent(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 100
