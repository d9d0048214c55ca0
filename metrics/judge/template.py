"""Prompt templates of judges: text with `{{part}}` for parts of the item; nothing in them computes or reaches out."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from metrics.judge.material import METADATA, is_part, parts

# `{{ context? }}`: the part may be missing, and the prompt then says so.
_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LONGEST_QUOTE = 40


class TemplateInvalid(ValueError):
    """A template that cannot be filled; the message says where and what to write instead."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A place for a part of the item. What is optional is said to be missing where it is."""

    part: str
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A template as read: texts and placeholders in their order."""

    segments: tuple[str | Placeholder, ...]

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        return tuple(segment for segment in self.segments if isinstance(segment, Placeholder))

    @property
    def required(self) -> frozenset[str]:
        """The parts without which the template is not filled."""
        return frozenset(one.part for one in self.placeholders if not one.is_optional)


def parse_template(text: str) -> Template:
    """Read a template. Raises `TemplateInvalid` for what is no placeholder, and for one that shows nothing to judge."""
    segments: list[str | Placeholder] = []
    position = 0
    for found in _PLACEHOLDER.finditer(text):
        segments += [_plain(text, position, found.start()), _placeholder(text, found)]
        position = found.end()
    segments.append(_plain(text, position, len(text)))
    template = Template(tuple(segment for segment in segments if segment != ""))
    if not template.placeholders:
        raise TemplateInvalid("The prompt shows the judge nothing of the item; write {{output}} where the answer goes.")
    return template


def _plain(text: str, start: int, end: int) -> str:
    opened = text.find("{{", start, end)
    if opened >= 0:
        rest = text[opened : opened + _LONGEST_QUOTE].split("\n", maxsplit=1)[0]
        raise TemplateInvalid(f'Line {_line(text, opened)}: "{rest}" is not closed; end the placeholder with "}}}}".')
    return text[start:end]


def _placeholder(text: str, found: re.Match[str]) -> Placeholder:
    written = found[1].strip()
    part, is_optional = written.removesuffix("?").rstrip(), written.endswith("?")
    if not is_part(part):
        raise TemplateInvalid(f"Line {_line(text, found.start())}: {_unknown(part)}")
    return Placeholder(part=part, is_optional=is_optional)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _unknown(part: str) -> str:
    if not part:
        return f'"{{{{}}}}" names nothing; there are {_choices()}.'
    close = difflib.get_close_matches(part.lower(), [*parts(), "metadata"], n=1)
    if close == ["metadata"] or part.startswith(METADATA):
        return f'"{{{{{part}}}}}" names no key of the metadata; write {{{{metadata.key}}}} with the key that you mean.'
    shown = part[:_LONGEST_QUOTE]
    hint = f"did you mean {{{{{close[0]}}}}}?" if close else f"there are {_choices()}."
    return f'the placeholder "{{{{{shown}}}}}" is unknown; {hint}'


def _choices() -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in parts()) + " and {{metadata.key}}"
