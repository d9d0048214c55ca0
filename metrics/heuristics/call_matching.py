"""Comparing tool calls with the calls that were expected: names, arguments, and which belongs to which."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.heuristics.expected import compact_json
from metrics.heuristics.quoting import cut
from metrics.scoring import JsonValue
from metrics.tool_calls import read_calls

_MARKS = re.compile(r"[\s,./\-_*^'\"]")


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """A call that should be made. Each argument has the values that are accepted; an empty text among them: optional.

    Without `has_choices` the arguments are one value each, and all of them are required.
    """

    name: str
    arguments: Mapping[str, JsonValue]
    has_choices: bool = False

    def accepted(self, argument: str) -> list[JsonValue]:
        value = self.arguments[argument]
        return value if self.has_choices and isinstance(value, list) else [value]

    def is_optional(self, argument: str) -> bool:
        return self.has_choices and "" in self.accepted(argument)


def expected_calls(expected: JsonValue) -> list[ExpectedCall] | None:
    """The calls in an item's expected; None where it holds none.

    Known are the notations of calls made, and `{name: {argument: [accepted values]}}`.
    """
    if isinstance(expected, str):
        try:
            expected = json.loads(expected)
        except ValueError:
            return None
    entries = [expected] if isinstance(expected, Mapping) else expected
    if not isinstance(entries, list):
        return None
    calls = [_expected_call(entry) for entry in entries]
    return None if None in calls else [call for call in calls if call]


def _expected_call(entry: JsonValue) -> ExpectedCall | None:
    calls = read_calls(entry)
    if not calls or not isinstance(calls[0].arguments, Mapping):
        return None
    arguments = calls[0].arguments
    has_choices = calls[0].name in entry and all(isinstance(value, list) for value in arguments.values())
    return ExpectedCall(calls[0].name, arguments, has_choices)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How values are compared: texts letter by letter, or loosely, without case, spaces and punctuation."""

    loose_text: bool = False

    def faults(self, name: str, arguments: Mapping[str, JsonValue], wanted: ExpectedCall) -> list[str]:
        """What is wrong with a call, in words; nothing when it is the wanted one."""
        if not same_name(name, wanted.name):
            return [f"{wanted.name} was not called"]
        missing = [
            f"{argument} is missing"
            for argument in wanted.arguments
            if argument not in arguments and not wanted.is_optional(argument)
        ]
        extra = [f"{argument} was not expected" for argument in arguments if argument not in wanted.arguments]
        wrong = [
            f"{argument} is {_shown(value)}, expected was {_shown_choices(wanted.accepted(argument))}"
            for argument, value in arguments.items()
            if argument in wanted.arguments and not self._is_accepted(value, wanted, argument)
        ]
        return [*missing, *extra, *wrong]

    def _is_accepted(self, value: JsonValue, wanted: ExpectedCall, argument: str) -> bool:
        return any(self.same(value, choice, wanted.has_choices) for choice in wanted.accepted(argument))

    def same(self, value: JsonValue, choice: JsonValue, has_choices: bool = False) -> bool:
        """Equal as JSON: 1 is 1.0, but true is not 1. In an accepted object, each key has its own accepted values."""
        if isinstance(value, bool) or isinstance(choice, bool):
            return value is choice
        if isinstance(value, str) and isinstance(choice, str) and self.loose_text:
            return _MARKS.sub("", value).lower() == _MARKS.sub("", choice).lower()
        if isinstance(value, Mapping) and isinstance(choice, Mapping):
            return not self.faults("", value, ExpectedCall("", choice, has_choices))
        if isinstance(value, list) and isinstance(choice, list):
            return len(value) == len(choice) and all(
                self.same(one, other, has_choices) for one, other in zip(value, choice, strict=True)
            )
        return bool(value == choice)


def same_name(one: str, other: str) -> bool:
    """Endpoints that call tools natively allow no dots in names, so an underscore stands for one."""
    return one.replace(".", "_") == other.replace(".", "_")


def pairs_in_any_order(fits: Sequence[Sequence[bool]]) -> list[tuple[int, int]]:
    """As many (expected, made) pairs as can be had, each call in one at most."""
    # Kuhn's augmenting paths. SciPy has it too, but its sparse matrices would cost every web and worker process 5 MB.
    row_of: dict[int, int] = {}
    for row in range(len(fits)):
        _find_column(fits, row, row_of, tried=set())
    return sorted((row, column) for column, row in row_of.items())


def _find_column(fits: Sequence[Sequence[bool]], row: int, row_of: dict[int, int], *, tried: set[int]) -> bool:
    """Give the row a column, if need be by moving others to another one of theirs."""
    for column, is_fit in enumerate(fits[row]):
        if is_fit and column not in tried:
            tried.add(column)
            if column not in row_of or _find_column(fits, row_of[column], row_of, tried=tried):
                row_of[column] = row
                return True
    return False


def pairs_in_order(fits: Sequence[Sequence[bool]]) -> list[tuple[int, int]]:
    """As many (expected, made) pairs as can be had without crossing: the longest common subsequence."""
    rows, columns = len(fits), len(fits[0]) if fits else 0
    longest = np.zeros((rows + 1, columns + 1), dtype=np.int32)
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            longest[row, column] = max(
                longest[row + 1, column], longest[row, column + 1], longest[row + 1, column + 1] + fits[row][column]
            )
    pairs, row, column = [], 0, 0
    while row < rows and column < columns:
        if fits[row][column] and longest[row, column] == longest[row + 1, column + 1] + 1:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif longest[row + 1, column] >= longest[row, column + 1]:
            row += 1
        else:
            column += 1
    return pairs


def _shown(value: JsonValue) -> str:
    return cut(compact_json(value))


def _shown_choices(choices: Sequence[JsonValue]) -> str:
    return cut(" or ".join(compact_json(choice) for choice in choices if choice != "") or "nothing")
