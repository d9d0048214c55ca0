"""Texts with `{{ placeholders }}` that people write: which there are, and filling them in. Names only, never code.

A placeholder names a value and, by dots, a part of it: `{{ metadata.language }}`, `{{ input.messages.0 }}`. Filling is
one pass: what is filled in is never read again, so a model's text cannot name values of its own. `\\{{` stands for the
two braces themselves.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

JsonValue = Any

_PLACEHOLDER = re.compile(r"(?P<escape>\\)?\{\{(?P<name>[^{}]*)\}\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[^.\s][^.]*)*")


class PlaceholderUnknown(ValueError):
    """A template names something that will never be there. The message is for whoever writes the template."""


class ValueMissing(LookupError):
    """One item lacks what its template asks for. `name` is the placeholder; the message is a sentence for people."""

    def __init__(self, name: str) -> None:
        super().__init__(f'The item has no "{name}", which the template asks for.')
        self.name = name


@dataclass(frozen=True, slots=True)
class JsonText:
    """A text that holds JSON: in texts it stands as it was written, its parts can be named and keep their types."""

    text: str
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Template:
    """A text taken apart: `parts` are literal texts and, at every odd place, names of placeholders."""

    parts: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The placeholders in the order of their first use."""
        return tuple(dict.fromkeys(self.parts[1::2]))

    @property
    def sole_name(self) -> str | None:
        """The placeholder, where the text is one and nothing else."""
        return self.parts[1] if len(self.parts) == 3 and not self.parts[0] and not self.parts[2] else None

    def fill(self, values: Mapping[str, JsonValue]) -> str:
        """The text with its values. Raises `ValueMissing` for one that is absent or null."""
        return "".join(_required_text(part, values) if place % 2 else part for place, part in enumerate(self.parts))


def parse(text: str, *, known: Collection[str], without_parts: Collection[str] = ()) -> Template:
    """Take a text apart. Raises `PlaceholderUnknown` for a name whose first word is not in `known`.

    Of the values in `without_parts` no part can be named: they are plain texts.
    """
    parts: list[str] = [""]
    end = 0
    for match in _PLACEHOLDER.finditer(text):
        parts[-1] += text[end : match.start()]
        end = match.end()
        if match["escape"]:
            parts[-1] += match[0][1:]
        else:
            parts += [_known_name(match["name"].strip(), known, without_parts), ""]
    parts[-1] += text[end:]
    return Template(tuple(parts))


def _known_name(name: str, known: Collection[str], without_parts: Collection[str]) -> str:
    root, dot, _ = name.partition(".")
    if _NAME.fullmatch(name) and root in known and not (dot and root in without_parts):
        return name
    choices = ", ".join(f"{{{{ {each} }}}}" for each in known)
    if dot and root in without_parts:
        raise PlaceholderUnknown(f"{{{{ {name} }}}} asks for a part of {{{{ {root} }}}}, which is a plain text.")
    near = difflib.get_close_matches(root.lower(), list(known), n=1)
    hint = f"did you mean {{{{ {near[0]}{name[len(root) :]} }}}}?" if near else f"there are {choices}."
    raise PlaceholderUnknown(f"Placeholder {{{{ {name} }}}} is unknown; {hint}")


def parse_json(body: JsonValue, *, known: Collection[str]) -> JsonValue:
    """The JSON body with a `Template` in place of every text, keys included. Raises `PlaceholderUnknown`."""
    if isinstance(body, str):
        return parse(body, known=known)
    if isinstance(body, Mapping):
        return {parse(key, known=known): parse_json(part, known=known) for key, part in body.items()}
    if isinstance(body, list):
        return [parse_json(part, known=known) for part in body]
    return body


def fill_json(body: JsonValue, values: Mapping[str, JsonValue]) -> JsonValue:
    """The body that `parse_json` took apart, with its values. Raises `ValueMissing`.

    A text that is one placeholder and nothing else becomes the value itself, with its type.
    """
    if isinstance(body, Template):
        return value_of(body.sole_name, values) if body.sole_name else body.fill(values)
    if isinstance(body, Mapping):
        return {key.fill(values): fill_json(part, values) for key, part in body.items()}
    if isinstance(body, list):
        return [fill_json(part, values) for part in body]
    return body


def value_of(name: str, values: Mapping[str, JsonValue]) -> JsonValue:
    """The value that a placeholder names, with its type. Raises `ValueMissing`."""
    value: JsonValue = values
    rest = name
    while rest:
        value, rest = _step_into(value, rest, name)
    return value.value if isinstance(value, JsonText) else value


def _step_into(value: JsonValue, rest: str, name: str) -> tuple[JsonValue, str]:
    """The part and what is left of the name. A key may itself hold dots: all that is left is tried as a key first."""
    head, _, tail = rest.partition(".")
    if isinstance(value, JsonText):
        value = value.value
    if isinstance(value, Mapping):
        if rest in value:
            return value[rest], ""
        if head in value:
            return value[head], tail
    elif isinstance(value, list) and head.isdecimal() and int(head) < len(value):
        return value[int(head)], tail
    raise ValueMissing(name)


def _required_text(name: str, values: Mapping[str, JsonValue]) -> str:
    whole = values.get(name)
    if isinstance(whole, JsonText):
        return whole.text
    value = value_of(name, values)
    if value is None:
        raise ValueMissing(name)
    return as_text(value)


def as_text(value: JsonValue) -> str:
    """A value as it stands in a text: texts as they are, lists of texts as paragraphs, anything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence) and value and all(isinstance(part, str) for part in value):
        return "\n\n".join(value)
    return json.dumps(value, ensure_ascii=False)
