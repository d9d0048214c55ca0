"""Whether a target's settings could work, told at the field in question, before anything is saved or asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from evalhub.connections.models import Connection
from evalhub.core.errors import Invalid
from metrics.placeholders import PlaceholderUnknown
from runs.choices import TargetKind
from runs.models import Target
from runs.targets.chat_model import RESERVED_PARAMETERS
from runs.targets.http_endpoint import PATH_NAMES
from runs.targets.http_request import RequestInvalid, check_headers, check_key_header, check_method, parse_path
from runs.targets.json_path import PathInvalid, compile_path
from runs.targets.template import parse_body, parse_text

LONGEST_TEXT = 100_000


def check_settings(target: Target) -> None:
    """Raise `Invalid` for settings of the target's kind that could not work."""
    if target.kind == TargetKind.RECORDED:
        return
    _check_connection(target.connection, target)
    if target.kind == TargetKind.CHAT_MODEL:
        _check_chat_model(target)
    else:
        _check_request(target.request)


def _check_connection(connection: Connection | None, target: Target) -> None:
    if connection is None:
        raise Invalid("connection_missing", "Choose the connection to ask through.", field="connection")
    if connection.team_id != target.project.team_id:
        raise Invalid(
            "connection_of_other_team",
            "The connection belongs to another team; choose one of this.",
            field="connection",
        )
    if connection.archived_at is not None:
        raise Invalid(
            "connection_archived", f'Connection "{connection}" is archived; choose another one.', field="connection"
        )


def _check_chat_model(target: Target) -> None:
    if not target.model and not (target.connection and target.connection.default_model):
        raise Invalid(
            "model_missing", f'Name the model: connection "{target.connection}" has no default one.', field="model"
        )
    for name in ("system_message", "template"):
        text: str = getattr(target, name)
        if len(text) > LONGEST_TEXT:
            raise Invalid("text_too_long", f"This can have {LONGEST_TEXT:,} characters.", field=name)
        _checked(parse_text, text, field=name)
    parameters = _object(target.parameters, field="parameters")
    reserved = sorted(RESERVED_PARAMETERS & parameters.keys())
    if reserved:
        raise Invalid(
            "parameter_reserved",
            f'"{reserved[0]}" cannot be set here: EvalHub fills it in, and reads one whole reply.',
            field="parameters",
        )
    _checked(parse_body, dict(parameters), field="parameters")


def _check_request(request: Mapping[str, Any]) -> None:
    _checked(check_method, request.get("method") or "POST", field="method")
    _checked(parse_path, request.get("path") or "", field="path")
    _checked(check_headers, _object(request.get("headers") or {}, field="headers"), field="headers")
    _checked(check_key_header, request.get("key_header") or "", field="key_header")
    _checked(parse_body, request.get("body"), field="body")
    paths = _object(request.get("paths") or {}, field="answer_path")
    for name in PATH_NAMES:
        if paths.get(name):
            _checked(compile_path, paths[name], field=f"{name}_path")


def _object(value: Any, *, field: str) -> Mapping[str, Any]:  # noqa: ANN401  # whatever JSON someone sent
    if not isinstance(value, Mapping):
        raise Invalid("object_expected", 'Write a JSON object, such as {"temperature": 0}.', field=field)
    return value


def _checked(check: Callable[[Any], object], value: Any, *, field: str) -> None:  # noqa: ANN401  # each its own
    """Say what a check of the pure parts finds wrong at the field."""
    try:
        check(value)
    except (PlaceholderUnknown, PathInvalid, RequestInvalid) as error:
        raise Invalid("target_setting_invalid", str(error), field=field) from error
