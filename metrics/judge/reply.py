"""From a judge's reply to its verdict: the last one that it gives in its own words, or none with the reason why."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from metrics.judge.verdict import OffScale, Verdict, VerdictScale
from metrics.scoring import JsonValue

NO_EXPLANATION = "The judge gave no explanation."

_SCORE_NAMES = ("score", "verdict", "rating", "label", "value")
_EXPLANATION_NAMES = ("explanation", "reasoning", "reason", "rationale", "analysis", "justification")
_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_OPEN_THOUGHTS = re.compile(r"<(?:think|thinking|reasoning)>", re.IGNORECASE)
_CODE_FENCE = re.compile(r"^\s*```[\w-]*\s*\n(?P<inside>.*?)(?P<end>\n\s*```\s*)?$", re.DOTALL)
_LONGEST_VERDICT_LINE = 40
_DECODER = json.JSONDecoder()
_MARKUP = r"[\s\"'*_`\[\(:=]*"
_ANSWER = r"(?=(?P<answer>[^\n]{0,200}))"
# "**Final score:** 0.8", "score (0-1) = 0.8", `"score": 0.8`
_STATED = re.compile(
    rf"\b(?:score|rating|verdict)\b[\"'*_`]*(?:[ \t]*\([^)\n]{{0,40}}\))?[\"'*_`]*[ \t]*[:=]{_MARKUP}{_ANSWER}",
    re.IGNORECASE,
)
# "評価:[[8]]": in whatever language, read where nothing is stated.
_BRACKETED = re.compile(rf"\[\[(?=\s*[-+.\d/%]{{1,20}}\s*\]\]){_ANSWER}")
# "I give it a score of 0.8": read where nothing is stated, for "a score of 1 would need …" is no verdict.
_MENTIONED = re.compile(rf"\b(?:score|rating|verdict)[ \t]+(?:is|of)[ \t*_`]+(?=[-+.\d]){_ANSWER}", re.IGNORECASE)
_NUMBER = r"[-+]?(?:\d+(?:[.,]\d+)?|\.\d+)"
_SPOKEN_NUMBER = re.compile(
    rf"(?P<number>{_NUMBER}(?:\s*(?:/|out of)\s*{_NUMBER}|\s*(?:%|percent\b))?)"
    r"(?![\w%/]|[.,]\d|\s*(?:-|–|—|to|or|and)\s*[-+.\d]|\s*(?:/|out of|%|percent))",
    re.IGNORECASE,
)
_SPOKEN_WORD = re.compile(r"[^\n,;.\"'*`})\]]+")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A reply without a verdict; `why` is a sentence's second half for people and for the judge: "it is cut off"."""

    why: str


@dataclass(frozen=True, slots=True)
class ReadReply:
    """A verdict with the judge's own reasons."""

    verdict: Verdict
    explanation: str


@dataclass(frozen=True, slots=True)
class _Object:
    """A JSON object and where it stands in a reply."""

    start: int
    end: int
    value: Mapping[str, JsonValue]


def read_reply(text: str, scale: VerdictScale) -> ReadReply | Unreadable:
    """The last verdict of the reply. One that is off the scale is no verdict, whatever was said before it."""
    said = _THOUGHTS.sub("", text).strip()
    if not said:
        return Unreadable("it is empty")
    if _OPEN_THOUGHTS.match(said):
        return Unreadable("it ends before the verdict")
    said = _without_code_fence(said)
    if _is_cut_off(said):
        return Unreadable("it is cut off")
    try:
        return _last_verdict(said, scale) or _bare_verdict(said, scale) or Unreadable("it holds no verdict")
    except OffScale as error:
        return Unreadable(f"its last verdict {error}")


def _without_code_fence(said: str) -> str:
    fence = _CODE_FENCE.match(said)
    return fence["inside"].strip() if fence else said


def _is_cut_off(said: str) -> bool:
    """Whether an object begins the reply and never ends: what stands inside may be a quotation, never the verdict."""
    if not said.startswith("{") or said.rstrip("` \n").endswith("}"):
        return False
    try:
        _DECODER.raw_decode(said)
    except (ValueError, RecursionError):
        return True
    return False


def _last_verdict(said: str, scale: VerdictScale) -> ReadReply | None:
    """The last object with a score, or the last score in words where that comes after it."""
    objects = _objects(said)
    stated = _spoken(_STATED, said, objects)
    for found in reversed(objects):
        holder = _holder(found.value)
        if holder is not None and not (stated and stated.start() > found.start):
            verdict = scale.read(_named(holder, _SCORE_NAMES))
            return ReadReply(verdict, _explanation(_named(holder, _EXPLANATION_NAMES)))
    spoken = stated or _spoken(_BRACKETED, said, objects) or _spoken(_MENTIONED, said, objects)
    if spoken is None:
        return None
    return ReadReply(scale.read(_answer(spoken["answer"], scale)), _explanation(_around(said, spoken)))


def _objects(said: str) -> list[_Object]:
    """Every JSON object that stands in the text, not those inside others."""
    found: list[_Object] = []
    position = said.find("{")
    while position >= 0:
        try:
            value, end = _DECODER.raw_decode(said, position)
        except (ValueError, RecursionError):
            end = position + 1
        else:
            found.append(_Object(position, end, value))
        position = said.find("{", end)
    return found


def _spoken(pattern: re.Pattern[str], said: str, objects: Sequence[_Object]) -> re.Match[str] | None:
    """The last score in words that is no part of an object."""
    matches = (
        found for found in pattern.finditer(said) if not any(one.start <= found.start() < one.end for one in objects)
    )
    return max(matches, key=lambda found: found.start(), default=None)


def _holder(found: Mapping[str, JsonValue]) -> Mapping[str, JsonValue] | None:
    """The object with the score: this one, or the only one inside it."""
    if _has_score(found):
        return found
    inside = [value for value in found.values() if isinstance(value, Mapping) and _has_score(value)]
    return inside[0] if len(inside) == 1 else None


def _has_score(found: Mapping[str, JsonValue]) -> bool:
    return any(key.casefold() in _SCORE_NAMES for key in found)


def _named(found: Mapping[str, JsonValue], names: Sequence[str]) -> JsonValue:
    by_name = {key.casefold(): value for key, value in found.items()}
    return next((by_name[name] for name in names if name in by_name), None)


def _explanation(said: JsonValue) -> str:
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False) if said else ""
    return text.strip() or NO_EXPLANATION


def _bare_verdict(said: str, scale: VerdictScale) -> ReadReply | None:
    """The verdict of a reply that is nothing else."""
    try:
        return ReadReply(scale.read(said.strip("*`[]\"' \n.")), NO_EXPLANATION)
    except OffScale:
        return None


def _answer(rest: str, scale: VerdictScale) -> str:
    if scale.kind == "number":
        found = _SPOKEN_NUMBER.match(rest)
        return found["number"] if found else rest.strip()
    if scale.kind == "category":
        named = [label for label in scale.labels if rest.casefold().startswith(label.casefold())]
        return max(named, key=len, default=rest.strip())
    word = _SPOKEN_WORD.match(rest)
    return word[0].strip() if word else rest.strip()


def _around(said: str, verdict: re.Match[str]) -> str:
    """The reply without the line of the verdict, where that says nothing more."""
    start = said.rfind("\n", 0, verdict.start()) + 1
    end = said.find("\n", verdict.end())
    end = len(said) if end < 0 else end
    if end - start > _LONGEST_VERDICT_LINE:
        return said
    return f"{said[:start].rstrip()}\n{said[end:].lstrip()}".strip()
