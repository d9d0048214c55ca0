"""Templated values: `<< config.NAME >>` and the parameters that fill them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from evalhub.core.errors import Invalid

_PLACEHOLDER = re.compile(r"<<\s*config\.([A-Za-z0-9_\-]+)\s*>>")
_NUMBERS = {"float": int | float, "int": int}
_TYPES: dict[str, Any] = {**_NUMBERS, "boolean": bool, "list": list, "dict": dict}


def is_placeholder(value: object) -> bool:
    """Whether the value is one placeholder and nothing besides."""
    return isinstance(value, str) and _PLACEHOLDER.fullmatch(value.strip()) is not None


def fill(value: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401  # JSON holds anything
    """The value with its placeholders replaced, at any depth. Raises `Invalid` for a name that has no value.

    Text that is one placeholder and nothing besides becomes the value with its type; in longer text it becomes text.
    """
    if isinstance(value, dict):
        return {key: fill(held, values) for key, held in value.items()}
    if isinstance(value, list):
        return [fill(held, values) for held in value]
    if not isinstance(value, str):
        return value
    whole = _PLACEHOLDER.fullmatch(value.strip())
    if whole:
        return _value_of(whole.group(1), values)
    return _PLACEHOLDER.sub(lambda found: _as_text(_value_of(found.group(1), values)), value)


def _value_of(name: str, values: Mapping[str, Any]) -> Any:  # noqa: ANN401  # JSON holds anything
    if name not in values:
        known = f"it has {', '.join(values)}" if values else "it has none"
        raise Invalid("parameter_unknown", f'"<< config.{name} >>" names no parameter; {known}.', field="config")
    return values[name]


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def values_of(config_spec: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> dict[str, Any]:
    """A value for each parameter: the one given, else its default. Raises `Invalid` for what is missing or unfit.

    Values without a parameter are kept: a task's parameters may be declared where EvalHub does not see them.
    """
    values = dict(config)
    for parameter in config_spec:
        key = str(parameter.get("key", ""))
        value = values.get(key)
        if value is None:
            value = parameter.get("default_value")
        if value is None and not parameter.get("nullable"):
            raise Invalid(
                "parameter_missing", f'The parameter "{key}" has no value and no default; give it one.', field="config"
            )
        if value is not None:
            _check_value(key, value, parameter)
        values[key] = value
    return values


def _check_value(key: str, value: Any, parameter: Mapping[str, Any]) -> None:  # noqa: ANN401  # JSON holds anything
    kind = str(parameter.get("type", "string"))
    expected = _TYPES.get(kind, str)
    if kind == "categorical" and parameter.get("multiple"):
        expected = list
    is_fit = isinstance(value, expected) and (kind == "boolean" or not isinstance(value, bool))
    if not is_fit:
        raise Invalid("parameter_unfit", f'The parameter "{key}" is of type {kind}; {value!r} is not.', field="config")
    if kind in _NUMBERS:
        _check_range(key, value, parameter)
    if kind == "categorical":
        _check_allowed(key, value if isinstance(value, list) else [value], parameter)


def _check_range(key: str, value: float, parameter: Mapping[str, Any]) -> None:
    least, most = parameter.get("min"), parameter.get("max")
    if (least is not None and value < least) or (most is not None and value > most):
        least_shown, most_shown = ("–" if end is None else end for end in (least, most))
        raise Invalid(
            "parameter_out_of_range",
            f'The parameter "{key}" must be between {least_shown} and {most_shown}; it is {value}.',
            field="config",
        )


def _check_allowed(key: str, values: Sequence[Any], parameter: Mapping[str, Any]) -> None:
    allowed = list(parameter.get("allowed_values") or [])
    unknown = next((value for value in values if value not in allowed), None)
    if unknown is not None:
        raise Invalid(
            "parameter_not_allowed",
            f'"{unknown}" is no choice of the parameter "{key}"; there are {", ".join(map(str, allowed))}.',
            field="config",
        )
