"""Reading an output as JSON, strictly, with the place where it stops being JSON."""

from __future__ import annotations

import orjson

from metrics.heuristics.quoting import place, quoted
from metrics.scoring import JsonValue

_FENCE = "```"
# So much of the text before the fault is quoted along, to see where it is.
_LEAD = 20


class NotJsonError(ValueError):
    """The text is not JSON; the sentence says where and why, for people."""


def read_json(text: str, *, allow_fence: bool) -> JsonValue:
    """The value written in the text, by RFC 8259: no trailing commas, no comments, no NaN. Raises `NotJsonError`."""
    inside = unfenced(text)
    body = inside if allow_fence and inside is not None else text
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        hint = "" if body == inside else _hint(inside)
        raise NotJsonError(_fault(body, error) + hint) from None


def unfenced(text: str) -> str | None:
    """What stands between the lines of a Markdown code fence that holds the whole text; None where there is none."""
    stripped = text.strip()
    first_line, _, rest = stripped.partition("\n")
    if not first_line.startswith(_FENCE) or not rest.endswith(_FENCE):
        return None
    return rest.removesuffix(_FENCE)


def described(value: JsonValue) -> str:
    """The value in a few words: what it is and how much of it there is."""
    if isinstance(value, dict):
        return f"an object with {len(value):,} {'key' if len(value) == 1 else 'keys'}"
    if isinstance(value, list):
        return f"a list of {len(value):,} {'entry' if len(value) == 1 else 'entries'}"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"the number {value}"


def _fault(text: str, error: orjson.JSONDecodeError) -> str:
    if not text.strip():
        return "The output is empty, and nothing is not JSON."
    start = max(0, error.pos - _LEAD)
    return f"The output is not JSON from {place(text, error.pos)} on, {quoted(text, start)}: {error.msg}."


def _hint(inside: str | None) -> str:
    """That only a code fence is in the way, where it is so."""
    try:
        orjson.loads(inside or "")
    except orjson.JSONDecodeError:
        return ""
    return " What stands inside the code fence is JSON."
