"""What a read may ask for: some fields alone (`?fields=a,b`), and nothing where nothing changed (`If-None-Match`)."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from evalhub.core.errors import Invalid

_FIELDS_PARAMETER = {
    "name": "fields",
    "in": "query",
    "schema": {"type": "string"},
    "description": "Names, with commas between them: the answer, or each of its `results`, holds these fields alone.",
}
_UNCHANGED = {"description": "Nothing has changed since the answer whose `ETag` was sent as `If-None-Match`."}


def narrowed(shown: Any, wish: str) -> Any:  # noqa: ANN401  # what a serializer made
    """What is shown, or each of the rows of a page, with the wished fields alone. Raises `Invalid` for others."""
    names = [name for name in wish.split(",") if name]
    if not names or not isinstance(shown, dict):
        return shown
    if "results" not in shown:
        _require_known(names, shown)
        return {name: shown[name] for name in names}
    rows = shown["results"]
    _require_known(names, rows)
    return shown | {"results": [{name: row[name] for name in names} for row in rows]}


def _require_known(names: list[str], shown: Any) -> None:  # noqa: ANN401  # as above
    known = _fields_of(shown)
    unknown = [name for name in names if name not in known]
    if unknown and known:
        raise Invalid(
            "field_unknown", f'There is no field "{unknown[0]}"; there are: {", ".join(known)}.', field="fields"
        )


def _fields_of(shown: Any) -> list[str]:  # noqa: ANN401  # as above
    """The names of the serializer that made it, which are there even when no row is; else those of the first row."""
    serializer = getattr(shown, "serializer", None)
    if isinstance(serializer, serializers.ListSerializer):
        serializer = serializer.child
    if isinstance(serializer, serializers.Serializer):
        return list(serializer.fields)
    if isinstance(shown, dict):
        return list(shown)
    return list(shown[0]) if shown else []


def describe_reading(
    result: dict[str, Any], generator: object, request: object, public: bool
) -> dict[str, Any]:  # the shape that drf-spectacular asks of its hooks
    """Say of every read in JSON that it can be narrowed and asked for again."""
    for operations in result["paths"].values():
        operation = operations.get("get", {})
        if "application/json" in operation.get("responses", {}).get("200", {}).get("content", {}):
            operation.setdefault("parameters", []).append(_FIELDS_PARAMETER)
            operation["responses"]["304"] = _UNCHANGED
    return result
