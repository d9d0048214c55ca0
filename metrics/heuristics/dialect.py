"""Python's regular expressions in the spelling of RE2, which runs every pattern in linear time.

RE2's `\\w`, `\\d` and `\\s` know ASCII alone, and its Unicode classes make patterns a hundred times longer. So each is
written out as its ASCII part and those other characters of the text at hand that Python counts in: short and exact.

What still differs, because RE2 has no word for it:
- backreferences, lookarounds, atomic groups, possessive quantifiers, comments and verbose mode are refused;
- `\\b` and `\\B` take letters beyond ASCII, such as "é", for non-letters;
- `$` before a final line break matches, as in Python, but takes that line break into the match.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_SPECIAL = frozenset(r"\.^$*+?{}[]|()")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_TOKEN = re.compile(
    r"""
    (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])     # [...] as a whole: other rules hold inside
    | \\(?P<escape>u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)
    | (?P<end>\$)
    | (?P<open>\{,)(?=\d+\})                # {,n}
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Class:
    """A class of characters: its part of ASCII, the rest of ASCII, and how Python tells the others."""

    ascii: str
    other_ascii: str
    holds: Callable[[str], bool]


_CLASSES = {
    "d": _Class("0-9", r"\x00-/:-\x7f", str.isdecimal),
    "s": _Class(r"\t-\r\x1c-\x20", r"\x00-\x08\x0e-\x1b\x21-\x7f", str.isspace),
    "w": _Class("0-9A-Za-z_", r"\x00-/:-@\x5b-\x5e\x60\x7b-\x7f", str.isalnum),
}


def is_literal(pattern: str) -> bool:
    """Whether the pattern has no special characters at all, so that it is found as a plain text is."""
    return not any(character in _SPECIAL for character in pattern)


def to_re2(pattern: str, text: str) -> str:
    """The pattern for RE2, good for searching this text."""
    beyond_ascii = "" if text.isascii() else "".join(sorted(c for c in set(text) if not c.isascii()))
    return _TOKEN.sub(lambda token: _translated(token, beyond_ascii), pattern)


def _translated(token: re.Match[str], beyond_ascii: str) -> str:
    if token["set"]:
        return _ESCAPE.sub(lambda escape: _members(escape[1], beyond_ascii), token["set"])
    if token["end"]:
        return r"(?:$|\n\z)"
    if token["open"]:
        return "{0,"
    escape = token["escape"]
    if escape.lower() in _CLASSES:
        return f"[{_members(escape, beyond_ascii)}]"
    return r"\z" if escape == "Z" else _character(escape)


def _members(escape: str, beyond_ascii: str) -> str:
    """What an escape stands for inside square brackets."""
    known = _CLASSES.get(escape.lower())
    if known is None:
        return _character(escape)
    if escape.islower():
        return known.ascii + "".join(c for c in beyond_ascii if known.holds(c))
    return known.other_ascii + "".join(c for c in beyond_ascii if not known.holds(c))


def _character(escape: str) -> str:
    return rf"\x{{{escape[1:]}}}" if len(escape) > 1 else f"\\{escape}"
