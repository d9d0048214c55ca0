"""JSON paths (RFC 9535) that people write to say where an answer stands in a reply."""

from __future__ import annotations

from typing import Any

from jsonpath import JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError

JsonValue = Any


class PathInvalid(ValueError):
    """What was written is no JSON path. The message is for whoever wrote it."""


class _Environment(JSONPathEnvironment):
    """The standard's paths without its two functions on regular expressions, which could run for ever."""

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        del self.function_extensions["match"]
        del self.function_extensions["search"]


_ENVIRONMENT = _Environment(strict=True)


def compile_path(path: str) -> JSONPath:
    """The path ready for use; `answer.text` is taken for `$.answer.text`. Raises `PathInvalid`."""
    written = path.strip()
    whole = written if written.startswith("$") else f"${written}" if written.startswith("[") else f"$.{written}"
    try:
        compiled = _ENVIRONMENT.compile(whole)
    except JSONPathError as error:
        raise PathInvalid(
            f'"{path}" is no JSON path: {error.args[0]}. Write it as $.answer or $.choices[0].text.'
        ) from error
    if not isinstance(compiled, JSONPath):
        raise PathInvalid(f'"{path}" joins several JSON paths; write one.')
    return compiled


def all_at(path: JSONPath | None, body: JsonValue) -> list[JsonValue]:
    """Everything that the path finds; nothing where there is no path, or where the body is too deep to search."""
    if path is None:
        return []
    try:
        return path.findall(body)
    except JSONPathError:
        return []


def first_at(path: JSONPath | None, body: JsonValue) -> JsonValue:
    """The first that the path finds; None for nothing."""
    return next(iter(all_at(path, body)), None)
