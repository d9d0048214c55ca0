"""What may stand in the request to an HTTP endpoint: method, path and headers, checked when they are saved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from metrics.placeholders import Template, ValueMissing, as_text, parse, value_of
from runs.targets.template import KNOWN

JsonValue = Any

METHODS = ("POST", "PUT", "PATCH", "GET")
DEFAULT_KEY_HEADER = "Authorization"

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# Set by the client that sends, or ways to carry a secret: a target's settings are shown to everyone in its team.
_CLIENTS_OWN = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "content-type", "accept-encoding"}
)
_SECRET = re.compile(
    r"(^|[-_])(authorization|cookie|token|secret|password|api[-_]?key|(access|subscription|auth)[-_]key)$",
    re.IGNORECASE,
)


class RequestInvalid(ValueError):
    """A part of the request that cannot be sent. The message is for whoever wrote it."""


def check_method(method: str) -> str:
    if method not in METHODS:
        raise RequestInvalid(f'Method "{method}" is not one of {", ".join(METHODS)}.')
    return method


def parse_path(path: str) -> Template:
    """The path below the connection's address. Raises `RequestInvalid` and `PlaceholderUnknown`."""
    if path and not path.startswith("/"):
        raise RequestInvalid(f'Path "{path}" must begin with a slash: it stands below the address of the connection.')
    if path.startswith("//") or "\\" in path or _has_dots(path) or not path.isprintable():
        raise RequestInvalid(f'Path "{path}" leads away from the address of the connection; write it as /answer.')
    return parse(path, known=KNOWN)


def fill_path(template: Template, values: Mapping[str, JsonValue]) -> str:
    """The path with its values, each quoted so that it adds no step, no parameter and leads nowhere else.

    Raises `ValueMissing`, and `RequestInvalid` where values make a step upwards.
    """
    path = template.fill({name: _quoted(name, values) for name in template.names})
    if _has_dots(path):
        raise RequestInvalid(f'The item\'s values make the path "{path}", which leads upwards; it was not sent.')
    return path


def _quoted(name: str, values: Mapping[str, JsonValue]) -> str:
    value = value_of(name, values)
    if value is None:
        raise ValueMissing(name)
    return quote(as_text(value), safe="")


def _has_dots(path: str) -> bool:
    """Whether a step is `.` or `..`, also in the writing that clients take for it."""
    steps = path.partition("?")[0].lower().replace("%2e", ".").split("/")
    return any(step in {".", ".."} for step in steps)


def check_headers(headers: Mapping[str, JsonValue]) -> dict[str, str]:
    """Headers that every request carries. Raises `RequestInvalid`, also for names under which keys are sent."""
    for name, value in headers.items():
        _check_header_name(name)
        if _SECRET.search(name):
            raise RequestInvalid(
                f'Header "{name}" looks like a key, and settings are no place for one: the whole team reads them. '
                "Keep the key in the connection, and name its header below."
            )
        if not isinstance(value, str) or not value.isprintable() or not value.isascii():
            raise RequestInvalid(f'The value of header "{name}" must be one line of plain characters.')
    return dict(headers)


def check_key_header(name: str) -> str:
    """The header that carries the connection's key. Raises `RequestInvalid`."""
    _check_header_name(name or DEFAULT_KEY_HEADER)
    return name or DEFAULT_KEY_HEADER


def _check_header_name(name: str) -> None:
    if not _HEADER_NAME.fullmatch(name):
        raise RequestInvalid(f'"{name}" is no name of a header; write it as X-Environment.')
    if name.lower() in _CLIENTS_OWN:
        raise RequestInvalid(f'Header "{name}" is set by the server itself; leave it out.')
