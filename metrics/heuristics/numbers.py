"""Finding the numbers that are written in a text: signs, thousands, decimals, exponents, currencies, percentages."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

# An hour of talk; in texts that are nothing but short numbers, so much takes a second or two.
MOST_CHARACTERS = 1_000_000
# GSM8K's mark before the final answer.
_FINAL_ANSWER = "####"
_NUMBER = re.compile(
    r"""
    (?<![A-Za-z_0-9])                            # not inside a word such as GPT4
    (?P<sign>(?:(?<![\w.)\]%])[-+\u2212]\ ?)?)    # a hyphen after a number or a word joins, it does not negate
    (?P<currency>[$€£¥]?\ ?)
    (?P<digits>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)? | \d+(?:\.\d+)? | \.\d+)
    (?P<exponent>(?:[eE][-+]?\d{1,3}(?!\d))?)
    (?P<percent>(?:\ ?[%\uff05])?)
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written, and what it is worth; of a percentage the number before the sign."""

    text: str
    value: float
    is_percentage: bool = False

    @property
    def readings(self) -> tuple[float, ...]:
        """What it may stand for: 45 % is 0.45, and 45 where a percentage was asked for."""
        return (self.value, self.value / 100) if self.is_percentage else (self.value,)


def last_number(text: str) -> Number | None:
    """The last number in the text, or the first one after a last "####"; None where there is none.

    Of a text that is longer than a million characters, its end is looked at.
    """
    text = text[-MOST_CHARACTERS:]
    _, mark, answer = text.rpartition(_FINAL_ANSWER)
    marked = next(_numbers(answer), None) if mark else None
    if marked:
        return marked
    lines = (deque(_numbers(line), maxlen=1) for line in reversed(text.splitlines()))
    return next((found[0] for found in lines if found), None)


def _numbers(text: str) -> Iterator[Number]:
    return filter(None, map(_number, _NUMBER.finditer(text)))


def _number(found: re.Match[str]) -> Number | None:
    value = float(found["digits"].replace(",", "") + found["exponent"])
    if not math.isfinite(value):
        return None
    sign = -1 if found["sign"].strip() in {"-", "\u2212"} else 1
    return Number(found[0].strip(), sign * value, is_percentage=bool(found["percent"]))
