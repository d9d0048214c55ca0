"""Python's regular expressions in the spelling of RE2, which runs every pattern in linear time.

What still differs after translation, because RE2 has no word for it:
- backreferences, lookarounds, atomic groups, possessive quantifiers, comments and verbose mode are refused;
- in outputs with characters beyond ASCII, `\\b` and `\\B` take letters such as "é" for non-letters, and so do `\\W` and
  `\\S` inside square brackets count them in (`[\\s\\S]` and `[\\w\\W]` still mean any character);
- `$` before a final line break matches, as in Python, but takes that line break into the match.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
    (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])     # [...] as a whole: other rules hold inside
    | \\(?P<escape>u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)
    | (?P<end>\$)
    | (?P<open>\{,)(?=\d+\})                # {,n}
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_SPECIAL = frozenset(r"\.^$*+?{}[]|()")
_SPACE = r"\t-\r\x1c-\x20"
_ASCII_SETS = {"s": _SPACE}
_UNICODE_SETS = {"w": r"\p{L}\p{N}_", "d": r"\p{Nd}", "s": _SPACE + r"\x{85}\p{Z}"}


def to_re2(pattern: str, *, is_ascii: bool) -> str:
    """The pattern for RE2; `is_ascii` when the text searched has ASCII characters alone, which keeps it small."""
    sets = _ASCII_SETS if is_ascii else _UNICODE_SETS
    return _TOKEN.sub(lambda token: _translated(token, sets), pattern)


def is_literal(pattern: str) -> bool:
    """Whether the pattern has no special characters at all, so that it is found as a plain text is."""
    return not any(character in _SPECIAL for character in pattern)


def _translated(token: re.Match[str], sets: dict[str, str]) -> str:
    if token["set"]:
        return _ESCAPE.sub(lambda escape: _in_set(escape[1], sets), token["set"])
    if token["end"]:
        return r"(?:$|\n\z)"
    if token["open"]:
        return "{0,"
    return _outside(token["escape"], sets)


def _in_set(escape: str, sets: dict[str, str]) -> str:
    return sets.get(escape) or _character(escape)


def _outside(escape: str, sets: dict[str, str]) -> str:
    if escape in sets:
        return f"[{sets[escape]}]"
    if escape.lower() in sets:
        return f"[^{sets[escape.lower()]}]"
    return r"\z" if escape == "Z" else _character(escape)


def _character(escape: str) -> str:
    return rf"\x{{{escape[1:]}}}" if len(escape) > 1 else f"\\{escape}"
