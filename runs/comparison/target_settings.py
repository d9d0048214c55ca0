"""In which settings the compared targets differ: the parameters one by one, long texts only by their length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from runs.figures import MISSING
from runs.models import Run

# What identifies a target or repeats its other settings, rather than shaping its answers.
_NO_SETTINGS = frozenset({"name", "version", "uuid", "version_hash", "connection_id"})
_LONGEST_SHOWN = 60
_MOST_SHOWN = 12


def differing_settings(runs: Sequence[Run]) -> tuple[str, ...]:
    """For each run the settings that are not the same in all; empty where there are none."""
    read = [dict(_flat(run.target_snapshot)) for run in runs]
    names = sorted({name for settings in read for name in settings})
    differing = [name for name in names if len({settings.get(name, "") for settings in read}) > 1]
    if not differing:
        return ()
    left = len(differing) - _MOST_SHOWN
    more = f"; and {left} more" if left > 0 else ""
    return tuple(
        "; ".join(f"{name}: {_shown(settings.get(name, ''))}" for name in differing[:_MOST_SHOWN]) + more
        for settings in read
    )


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each setting under its whole name: `parameters.temperature`."""
    for name, value in settings.items():
        if not prefix and name in _NO_SETTINGS:
            continue
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{name}.")
        elif value not in (None, "", {}, []):
            yield f"{prefix}{name}", value if isinstance(value, str) else orjson.dumps(value).decode()


def _shown(text: str) -> str:
    """A report may leave the house, and a system message is no business of its readers."""
    if not text:
        return MISSING
    return text if len(text) <= _LONGEST_SHOWN and "\n" not in text else f"a text of {len(text):,} characters"
