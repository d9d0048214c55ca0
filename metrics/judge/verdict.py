"""What a judge may answer: a number on a scale, yes or no, or one of some labels; in words, as a schema, as a value."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from metrics.scoring import JsonValue

Kind = Literal["number", "boolean", "category"]

_TOLERANCE = 1e-9
_YES, _NO = {"true", "yes", "pass", "passed"}, {"false", "no", "fail", "failed"}
_NUMBER = r"[-+]?(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
_WRITTEN = re.compile(
    rf"(?P<value>{_NUMBER})(?:\s*(?:/|out of)\s*(?P<of>{_NUMBER})|\s*(?P<percent>%|percent\b))?", re.IGNORECASE
)
_SHOWN = 60


class OffScale(ValueError):
    """An answer that cannot be taken as a verdict; the message says what it was."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer on the judge's own scale; `label` is the word of a category."""

    value: float
    label: str | None = None


@dataclass(frozen=True, slots=True)
class VerdictScale:
    """What may be answered. An end is None where numbers have none; labels stand in their order, the lowest first."""

    kind: Kind = "number"
    minimum: float | None = 0.0
    maximum: float | None = 1.0
    labels: tuple[str, ...] = ()

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """The values between which verdicts lie."""
        if self.kind == "number":
            return self.minimum, self.maximum
        return 0.0, 1.0 if self.kind == "boolean" else float(len(self.labels) - 1)

    @property
    def schema(self) -> Mapping[str, JsonValue]:
        """The reply's JSON schema: the explanation comes first, so that the score follows from it.

        Numbers carry no bounds: several endpoints refuse a schema that has them.
        """
        score: dict[str, JsonValue] = {
            "type": {"number": "number", "boolean": "boolean", "category": "string"}[self.kind]
        }
        if self.kind == "category":
            score["enum"] = list(self.labels)
        return {
            "type": "object",
            "properties": {
                "explanation": {
                    "type": "string",
                    "description": "What in the material decides, weighed by the rubric.",
                },
                "score": score | {"description": f"The verdict: {self.in_words}."},
            },
            "required": ["explanation", "score"],
            "additionalProperties": False,
        }

    @property
    def in_words(self) -> str:
        """What the score has to be, for a prompt."""
        if self.kind == "boolean":
            return "true or false"
        if self.kind == "category":
            return "one of " + ", ".join(f'"{label}"' for label in self.labels)
        if self.minimum is None or self.maximum is None:
            return "a number"
        return f"a number from {self.minimum:g} to {self.maximum:g}"

    def read(self, answer: JsonValue) -> Verdict:
        """The verdict that an answer is, as a JSON value or as it was written. Raises `OffScale`."""
        if self.kind == "category":
            return self._label(answer)
        if self.kind == "boolean":
            return _yes_or_no(answer)
        value = self._number(answer)
        if value is None or not math.isfinite(value):
            raise OffScale(f"{_shown(answer)} is not {self.in_words}")
        if not self._holds(value):
            raise OffScale(f"{_shown(answer)} is off the scale; the score has to be {self.in_words}")
        return Verdict(value)

    def _label(self, answer: JsonValue) -> Verdict:
        written = answer.strip(" \t\n\"'.*`“”").casefold() if isinstance(answer, str) else None
        for place, label in enumerate(self.labels):
            if written == label.strip().casefold():
                return Verdict(float(place), label)
        raise OffScale(f"{_shown(answer)} is not {self.in_words}")

    def _number(self, answer: JsonValue) -> float | None:
        if isinstance(answer, bool):
            return None
        if isinstance(answer, int | float):
            return _as_float(answer)
        found = _WRITTEN.fullmatch(answer.strip()) if isinstance(answer, str) else None
        return self._as_written(found) if found else None

    def _as_written(self, found: re.Match[str]) -> float | None:
        """The number that was written; a share or a percentage only where the scale leaves one way to take it."""
        value = _as_float(found["value"].replace(",", "."))
        if found["of"]:
            return self._share(value, _as_float(found["of"].replace(",", ".")))
        if found["percent"]:
            return self._share(value, 100.0)
        return value

    def _share(self, value: float, of: float) -> float | None:
        if of == self.maximum:
            return value
        return value / of if (self.minimum, self.maximum) == (0.0, 1.0) and of > 0 else None

    def _holds(self, value: float) -> bool:
        low = self.minimum is None or value >= self.minimum - _TOLERANCE
        return low and (self.maximum is None or value <= self.maximum + _TOLERANCE)


def _yes_or_no(answer: JsonValue) -> Verdict:
    word = str(answer).strip(" \t\n\"'.*`").casefold() if isinstance(answer, bool | str) else ""
    if word in _YES | _NO:
        return Verdict(float(word in _YES))
    if isinstance(answer, int | float) and answer in {0, 1}:
        return Verdict(float(answer))
    raise OffScale(f"{_shown(answer)} is neither true nor false")


def _as_float(number: str | float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _shown(answer: JsonValue) -> str:
    text = answer if isinstance(answer, str) else repr(answer)
    return f"“{text[:_SHOWN]}…”" if len(text) > _SHOWN else f"“{text}”"
