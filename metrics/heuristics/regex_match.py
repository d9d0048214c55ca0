"""Regex match: a pattern, the metric's or the item's, is found anywhere in the output, by RE2, in linear time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import re2

from metrics.heuristics.dialect import is_literal, to_re2
from metrics.heuristics.expected import expected_missing, expected_texts
from metrics.heuristics.quoting import cut, place, quoted, quoted_list
from metrics.parameters import Kind, Parameter, ParameterError
from metrics.scoring import ScoreResult, ScoringInput

MOST_PATTERN_CHARACTERS = 10_000
PARAMETERS = (
    Parameter(
        "pattern",
        Kind.TEXT,
        "The regular expression (RE2) to find in every output; without it, each item's expected holds its own.",
        is_fixed=True,
        stands_for="expected",
        longest=MOST_PATTERN_CHARACTERS,
    ),
)
# Instructions of the compiled pattern × characters of the output: at worst some five seconds, usually milliseconds.
MOST_STEPS = 1_000_000_000
_MEMORY_BYTES = 8 * 1024 * 1024

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = _MEMORY_BYTES


class _BadPatternError(Exception):
    """RE2 does not take the pattern; says why."""


class _TooLongError(Exception):
    """The pattern could take too long on this output."""


@dataclass(frozen=True, slots=True)
class RegexMatch:
    """1 if the pattern is found anywhere in the output, else 0.

    Without a pattern of its own it takes those in `expected`; of a list any will do. Raises `ParameterError`.
    """

    pattern: str | None = None

    def __post_init__(self) -> None:
        if self.pattern is None:
            return
        try:
            find(self.pattern, "")
        except _BadPatternError as error:
            raise ParameterError(
                f'The parameter "pattern" cannot be used: {error}. RE2 has no backreferences and no lookarounds.'
            ) from error

    def score(self, item: ScoringInput) -> ScoreResult:
        patterns = expected_texts(item.expected) if self.pattern is None else [self.pattern]
        if not patterns:
            return expected_missing()
        trouble: ScoreResult | None = None
        for pattern in patterns:
            try:
                span = find(pattern, item.output)
            except _BadPatternError as error:
                trouble = trouble or _bad_pattern(pattern, str(error))
            except _TooLongError:
                trouble = trouble or _too_long(pattern, item.output)
            else:
                if span:
                    return ScoreResult.scored(1.0, _found(pattern, span, item.output))
        return trouble or ScoreResult.scored(0.0, _not_found(patterns, item.output))


def find(pattern: str, text: str) -> tuple[int, int] | None:
    """Where the pattern is first found, as Python's `re.search` would (see `dialect` for what differs)."""
    if is_literal(pattern):
        start = text.find(pattern)
        return (start, start + len(pattern)) if start >= 0 else None
    if len(pattern) > MOST_PATTERN_CHARACTERS:
        raise _BadPatternError(f"it has more than {MOST_PATTERN_CHARACTERS:,} characters")
    compiled = _compiled(to_re2(pattern, text))
    if compiled.programsize * len(text) > MOST_STEPS:
        raise _TooLongError
    found = compiled.search(text)
    return found.span() if found else None


@lru_cache(maxsize=16)
def _compiled(pattern: str) -> re2._Regexp:
    # RE2's own cache would hold 128 patterns of up to 8 MiB each in every worker; this one holds 16.
    re2.purge()
    try:
        return re2.compile(pattern, _OPTIONS)
    except re2.error as error:
        raise _BadPatternError(_reason(error)) from error


def _reason(error: Exception) -> str:
    message = error.args[0] if error.args else ""
    # RE2 quotes the rest of the pattern, however long.
    return cut(message.decode(errors="replace") if isinstance(message, bytes) else str(message))


def _found(pattern: str, span: tuple[int, int], output: str) -> str:
    start, end = span
    what = quoted(output[start:end])
    return f"Searched for the pattern {quoted(pattern)} and found {what} at {place(output, start)} of the output."


def _not_found(patterns: list[str], output: str) -> str:
    which = f"the pattern {quoted(patterns[0])}" if len(patterns) == 1 else f"the patterns {quoted_list(patterns)}"
    return f"Searched for {which} and found no match in the output, {quoted(output)}."


def _bad_pattern(pattern: str, reason: str) -> ScoreResult:
    return ScoreResult.errored(
        "bad_pattern",
        f"The expected pattern {quoted(pattern)} cannot be used: {reason}. Patterns are searched by RE2, "
        "which has no backreferences and no lookaheads or lookbehinds.",
    )


def _too_long(pattern: str, output: str) -> ScoreResult:
    return ScoreResult.unscored(
        "too_long",
        f"The output has {len(output):,} characters, too many to search for the pattern {quoted(pattern)} in time.",
    )
