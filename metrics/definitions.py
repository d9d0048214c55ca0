"""What a metric revision says, as a plain value, and the hash by which the same definition is found again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from metrics.choices import Direction, ValueType
from metrics.scoring import JsonValue


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """All of a revision that shapes a value or its meaning. Ends are None where values have no end.

    A category has `labels`, and `allowed` are those of them that pass.
    """

    definition: Mapping[str, JsonValue] = field(default_factory=dict)
    direction: Direction = Direction.HIGHER
    value_type: ValueType = ValueType.NUMBER
    range_min: float | None = 0.0
    range_max: float | None = 1.0
    labels: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    unit: str = ""
    needs: tuple[str, ...] = ()

    @property
    def content_hash(self) -> str:
        """The same for the same content, whatever the order of keys and however a number is written."""
        content = asdict(self) | {"range_min": _as_float(self.range_min), "range_max": _as_float(self.range_max)}
        content["needs"] = sorted(self.needs)
        if not self.allowed:
            # So that what was defined before there were allowed labels is found again.
            del content["allowed"]
        text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def as_fields(self) -> dict[str, Any]:
        """The fields of a `MetricRevision`."""
        fields = asdict(self) | {"labels": list(self.labels), "allowed": list(self.allowed), "needs": list(self.needs)}
        return fields | {"definition_hash": self.content_hash}


def _as_float(end: float | None) -> float | None:
    return None if end is None else float(end)
