"""What a value in a file may be, and the check of a document against it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from runs.recipes.document import Document, Path
from runs.recipes.placeholders import is_placeholder

_UNFILLED = re.compile(r"\(\([A-Za-z_]+\)\)")


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value; it is kept as it is."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text, of a pattern that `means` puts into words, or one of some choices."""

    longest: int = 100_000
    pattern: str = ""
    means: str = ""
    choices: tuple[str, ...] = ()
    may_be_empty: bool = True
    may_be_placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number of at least `least`."""

    least: int = 1
    may_be_placeholder: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A number."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list, each value of the same shape."""

    of: Shape


@dataclass(frozen=True, slots=True)
class Keys:
    """A mapping with known keys."""

    keys: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    # Keys of vendors' files that EvalHub knows and leaves aside; the reader says so.
    ignored: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class AnyKeys:
    """A mapping with whatever keys."""


Shape = Anything | Text | Whole | Number | Items | Keys | AnyKeys


def check(document: Document, value: Any, shape: Shape, path: Path = ()) -> None:  # noqa: ANN401  # YAML holds anything
    """Complain about everything in the value that is not of the shape. A null is as good as an absent key."""
    if isinstance(value, str) and (found := _UNFILLED.search(value)):
        document.complain(path, f"{found.group()} is still to be filled in.")
    if isinstance(shape, Keys):
        _check_keys(document, value, shape, path)
    elif isinstance(shape, Items):
        _check_items(document, value, shape, path)
    elif isinstance(shape, AnyKeys):
        if not isinstance(value, dict):
            document.complain(path, f"This must be a mapping of keys to values, not {_kind_of(value)}.")
    else:
        _check_single(document, value, shape, path)


def _check_keys(document: Document, value: Any, shape: Keys, path: Path) -> None:  # noqa: ANN401  # as above
    if not isinstance(value, dict):
        document.complain(path, f"This must be a mapping of keys to values, not {_kind_of(value)}.")
        return
    for key, held in value.items():
        if key in shape.keys:
            if held is not None:
                check(document, held, shape.keys[key], (*path, key))
        elif key not in shape.ignored:
            document.complain((*path, key), _unknown(key, [*shape.keys, *shape.ignored]))
    for key in shape.required:
        if value.get(key) is None:
            document.complain(path, f'The key "{key}" is missing.')


def _unknown(key: str, known: Sequence[str]) -> str:
    close = get_close_matches(key, known, n=1)
    return f'There is no key "{key}" here; ' + (
        f'did you mean "{close[0]}"?' if close else f"known: {', '.join(known)}."
    )


def _check_items(document: Document, value: Any, shape: Items, path: Path) -> None:  # noqa: ANN401  # as above
    if not isinstance(value, list):
        document.complain(path, f"This must be a list, not {_kind_of(value)}.")
        return
    for place, each in enumerate(value):
        check(document, each, shape.of, (*path, place))


def _check_single(document: Document, value: Any, shape: Shape, path: Path) -> None:  # noqa: ANN401  # as above
    if isinstance(shape, Text):
        _check_text(document, value, shape, path)
    elif isinstance(shape, Whole):
        is_filled_later = shape.may_be_placeholder and is_placeholder(value)
        is_whole = isinstance(value, int) and not isinstance(value, bool) and value >= shape.least
        if not (is_whole or is_filled_later):
            document.complain(path, f"This must be a whole number of at least {shape.least}, not {_shown(value)}.")
    elif isinstance(shape, Number) and (isinstance(value, bool) or not isinstance(value, int | float)):
        document.complain(path, f"This must be a number, not {_shown(value)}.")


def _check_text(document: Document, value: Any, shape: Text, path: Path) -> None:  # noqa: ANN401  # as above
    if not isinstance(value, str):
        document.complain(path, f"This must be text, not {_shown(value)}; put it in quotes if it is meant as text.")
    elif shape.may_be_placeholder and is_placeholder(value):
        return
    elif not value.strip() and not shape.may_be_empty:
        document.complain(path, "This must not be empty.")
    elif len(value) > shape.longest:
        document.complain(path, f"This may have {shape.longest:,} characters; it has {len(value):,}.")
    elif shape.choices and value not in shape.choices:
        close = get_close_matches(value, shape.choices, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else f"; there are {', '.join(shape.choices)}."
        document.complain(path, f'"{value}" is not known{hint}')
    elif shape.pattern and not re.fullmatch(shape.pattern, value):
        document.complain(path, f'"{value}" cannot be used here; {shape.means}.')


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else _kind_of(value) if isinstance(value, list | dict) else str(value)


def _kind_of(value: object) -> str:
    if value is None:
        return "nothing"
    names = {bool: "yes or no", int: "a number", float: "a number", str: "text", list: "a list", dict: "a mapping"}
    return names.get(type(value), "something else")
