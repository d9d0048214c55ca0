"""Reading a request's JSON object and its parts, with a sentence for whatever cannot be used."""

from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from evalhub.core.errors import Invalid
from evalhub.facades.valiqor.errors import DatasetTooLarge
from evalhub.facades.valiqor.rows import check_storable

JsonValue = Any

_PIECE = 1024 * 1024
# So many times the limit is read and thrown away, so that the sender sees the answer and not a broken line.
_MOST_DRAINED = 8


def read_object(request: HttpRequest) -> dict[str, JsonValue]:
    """The body as a JSON object, whatever its content type says. Raises `Invalid` and `DatasetTooLarge`."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        content = request.body
    except RequestDataTooBig:
        _drain(request, most=limit * _MOST_DRAINED)
        raise DatasetTooLarge(size=int(request.headers["Content-Length"]), limit=limit) from None
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Invalid("body_not_json", f"The body cannot be read as JSON: {error}.") from None
    if not isinstance(body, dict):
        raise Invalid("body_not_object", "The body must be a JSON object.")
    return body


def _drain(request: HttpRequest, *, most: int) -> None:
    while most > 0 and (piece := request.read(_PIECE)):
        most -= len(piece)


def read_text(body: dict[str, JsonValue], name: str, *, longest: int) -> str:
    """A text without blanks at its ends, "" where there is none. Raises `Invalid` for anything else."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid("text_expected", f"`{name}` must be text.", field=name)
    value = value.strip()
    if len(value) > longest:
        raise Invalid("text_too_long", f"`{name}` can have {longest} characters.", field=name)
    if "\x00" in value:
        raise Invalid("text_with_nul", f"`{name}` holds a NUL character; leave it out.", field=name)
    return value


def read_mapping(body: dict[str, JsonValue], name: str) -> dict[str, JsonValue]:
    """An object, empty where there is none. Raises `Invalid` for anything else, and for what cannot be stored."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid("object_expected", f"`{name}` must be an object.", field=name)
    check_storable(value, f"`{name}`")
    return value
