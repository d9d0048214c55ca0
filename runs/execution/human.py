"""What people said in the data: read from an item's `human` into values of human metrics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection

from evalhub.accounts.models import Team
from metrics.models import Metric
from metrics.scoring import JsonValue
from metrics.services import human_metric
from runs.models import DatasetVersion

# The metric of a plain label or score; named scales are metrics of their own name.
VERDICT = "verdict"
PREFERRED = "preferred"
_ABOUT_THE_VERDICT = frozenset({"label", "score", "annotators", "spans", "note", PREFERRED})
_SPAN_PARTS = ("start", "end", "label", "note")
LONGEST_SOURCE = LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one person, or all of them together (`annotator` empty), said under the name `source`."""

    source: str
    value: float | None = None
    label: str = ""
    note: str = ""
    annotator: str = ""
    spans: list[dict[str, Any]] = field(default_factory=list)


def opinions(human: JsonValue) -> list[Opinion]:
    """Every opinion that an item's `human` holds; what says nothing that can be kept as a value or word is left out.

    Known are a bare value; `label`, `score`, `spans` and `annotators`; `preferred`; and named scales.
    """
    if not isinstance(human, Mapping):
        return _kept([_opinion(VERDICT, human)])
    found = []
    if "label" in human or "score" in human:
        found.append(_verdict(human))
    if human.get(PREFERRED) is not None:
        found.append(_opinion(PREFERRED, human[PREFERRED]))
    found.extend(_annotators(human, found[0] if found else None))
    found.extend(
        _opinion(name[:LONGEST_SOURCE], said) for name, said in human.items() if name not in _ABOUT_THE_VERDICT
    )
    return _kept(found)


def _kept(found: list[Opinion]) -> list[Opinion]:
    """Without the empty ones, and one per name and person."""
    by_key = {(one.source, one.annotator): one for one in found if one.value is not None or one.label}
    return list(by_key.values())


def _verdict(human: Mapping[str, Any]) -> Opinion:
    said = _opinion(VERDICT, human.get("score"))
    label = human.get("label")
    spans = human.get("spans")
    return Opinion(
        source=VERDICT,
        value=said.value,
        label=str(label)[:LONGEST_LABEL] if label is not None else said.label,
        note=str(human.get("note") or ""),
        spans=list(_spans(spans)) if isinstance(spans, list) else [],
    )


def _spans(spans: list[Any]) -> Iterator[dict[str, Any]]:
    for span in spans:
        if isinstance(span, Mapping) and isinstance(span.get("start"), int) and isinstance(span.get("end"), int):
            yield {part: span.get(part) if span.get(part) is not None else "" for part in _SPAN_PARTS}


def _annotators(human: Mapping[str, Any], together: Opinion | None) -> Iterator[Opinion]:
    """Each annotator's own word; one who used the common label means its value."""
    said = human.get("annotators")
    if not isinstance(said, list):
        return
    source = together.source if together else VERDICT
    for number, word in enumerate(said, start=1):
        own = _opinion(source, word)
        value = own.value
        if value is None and together is not None and own.label == together.label:
            value = together.value
        yield Opinion(source=source, value=value, label=own.label, annotator=f"annotator {number}")


def _opinion(source: str, said: JsonValue) -> Opinion:
    if isinstance(said, (bool, int, float)):
        return Opinion(source=source, value=float(said))
    return Opinion(source=source, label=said[:LONGEST_LABEL] if isinstance(said, str) else "")


def metric_ids_of(version: DatasetVersion, *, team: Team) -> Mapping[str, int]:
    """The human metrics of a version by source, made where they are missing, with the range that the data needs."""
    return _metric_ids(version, team) if version.with_human else {}


@lru_cache(maxsize=64)
def _metric_ids(version: DatasetVersion, team: Team) -> Mapping[str, int]:
    """A version is frozen, so each process looks through it once, not for every batch."""
    ends: dict[str, tuple[float, float] | None] = {}
    for human in _different_words(version.pk):
        for opinion in opinions(human):
            known = ends.setdefault(opinion.source, None)
            if opinion.value is not None:
                low, high = known or (opinion.value, opinion.value)
                ends[opinion.source] = (min(low, opinion.value), max(high, opinion.value))
    return {source: _metric(source, team, found).pk for source, found in ends.items()}


def _metric(source: str, team: Team, found: tuple[float, float] | None) -> Metric:
    low, high = found or (None, None)
    return human_metric(team=team, source=source, minimum=low, maximum=high)


def _different_words(version_id: int) -> list[Any]:
    """What people said, each saying once, without the places in the text that they marked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT CASE WHEN jsonb_typeof(human) = 'object' THEN human - 'spans' ELSE human END"
            " FROM runs_item WHERE version_id = %s AND human IS NOT NULL",
            [version_id],
        )
        return [orjson.loads(row[0]) for row in cursor.fetchall()]
