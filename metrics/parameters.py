"""What a heuristic may be told in a definition or a run: names, kinds, and the check of what was given. No Django."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum

from metrics.scoring import JsonValue

LONGEST_TEXT = 200
LARGEST = 1e300


class ParameterError(ValueError):
    """A parameter cannot be used; the sentence says which and why, for people."""


class Kind(Enum):
    """What a parameter's value is."""

    NUMBER = "a number of 0 or more"
    FLAG = "true or false"
    CHOICE = "one of the choices"
    TEXT = "a text"
    OBJECT = "a JSON object"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a heuristic may be told. A fixed one is part of the metric's meaning: no run can change it.

    `stands_for` is the part of an item that need not be there where the parameter is given.
    """

    name: str
    kind: Kind
    description: str
    choices: tuple[str, ...] = ()
    is_fixed: bool = False
    stands_for: str = ""
    longest: int = LONGEST_TEXT

    def check(self, value: JsonValue) -> None:
        """Raises `ParameterError` for a value of another kind."""
        if self.kind == Kind.CHOICE:
            fits, wanted = value in self.choices, f"one of {', '.join(self.choices)}"
        else:
            fits, wanted = _FITS[self.kind](value), self.kind.value
            if fits and isinstance(value, str) and len(value) > self.longest:
                fits, wanted = False, f"a text of at most {self.longest:,} characters"
        if not fits:
            raise ParameterError(f'The parameter "{self.name}" must be {wanted}, not {_shown(value)}.')


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < LARGEST


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_flag(value: JsonValue) -> bool:
    return isinstance(value, bool)


def _is_object(value: JsonValue) -> bool:
    return isinstance(value, Mapping)


_FITS: dict[Kind, Callable[[JsonValue], bool]] = {
    Kind.NUMBER: _is_number,
    Kind.FLAG: _is_flag,
    Kind.TEXT: _is_text,
    Kind.OBJECT: _is_object,
}


def checked(
    known: Sequence[Parameter], *, defined: Mapping[str, JsonValue], overrides: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """The parameters in force: those of the definition, changed by those of the run. Raises `ParameterError`."""
    by_name = {parameter.name: parameter for parameter in known}
    for name, value in (*defined.items(), *overrides.items()):
        if name not in by_name:
            raise ParameterError(_unknown(name, by_name))
        by_name[name].check(value)
    for name in overrides:
        if by_name[name].is_fixed and overrides[name] != defined.get(name):
            raise ParameterError(
                f'The parameter "{name}" belongs to what the metric means and cannot be changed for one project or '
                "run; make a metric of your own with it."
            )
    return {**defined, **overrides}


def _unknown(name: str, known: Mapping[str, Parameter]) -> str:
    if not known:
        return f'There is no parameter "{name}": this metric takes none.'
    close = get_close_matches(name, known, n=1)
    hint = f'; did you mean "{close[0]}"?' if close else "."
    return f'There is no parameter "{name}" among {", ".join(known)}{hint}'


def _shown(value: JsonValue) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:60] + "…"
