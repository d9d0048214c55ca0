"""What the client asks to have evaluated, read from its bodies and checked. No database here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from evalhub.core.errors import Invalid
from evalhub.facades.valiqor.body import read_mapping, read_text
from evalhub.facades.valiqor.rows import check_storable, item_of_row, items_of_rows
from evalhub.facades.valiqor.traces import row_of_trace
from runs.importers.mapping import NewItem
from runs.services.run_words import LONGEST_NAME

JsonValue = Any

LONGEST_PROJECT_NAME = 200
_LONGEST_KEY = 1_000


class Source(StrEnum):
    """What was sent, in the client's words."""

    DATASET = "dataset"
    TRACE = "trace"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRequest:
    """A request of the client. `lent_key` is for this run's judges alone."""

    source: Source
    project_name: str
    items: list[NewItem]
    metrics: tuple[str, ...]
    run_name: str
    metadata: Mapping[str, JsonValue]
    lent_key: str = field(default="", repr=False)


def read_evaluation(body: dict[str, JsonValue], source: Source) -> EvaluationRequest:
    """The request in the body. Raises `Invalid` at the first part that cannot be used."""
    project_name = read_text(body, "project_name", longest=LONGEST_PROJECT_NAME)
    if not project_name:
        raise Invalid("project_name_missing", "`project_name` is missing.", field="project_name")
    return EvaluationRequest(
        source=source,
        project_name=project_name,
        metrics=_metrics(body.get("metrics")),
        run_name=read_text(body, "run_name", longest=LONGEST_NAME),
        metadata=read_mapping(body, "metadata"),
        lent_key=read_text(body, "openai_api_key", longest=_LONGEST_KEY),
        items=items_of_rows(body.get("dataset")) if source == Source.DATASET else [_item_of_trace(body.get("trace"))],
    )


def _metrics(metrics: JsonValue) -> tuple[str, ...]:
    """The keys, each once."""
    if not isinstance(metrics, list) or not metrics or not all(isinstance(key, str) and key for key in metrics):
        raise Invalid("metrics_invalid", "`metrics` must be a list of at least one metric key.", field="metrics")
    return tuple(dict.fromkeys(metrics))


def _item_of_trace(trace: JsonValue) -> NewItem:
    if not isinstance(trace, dict) or not trace:
        raise Invalid("trace_invalid", "`trace` must be an object that is not empty.", field="trace")
    check_storable(trace, "`trace`")
    return item_of_row(row_of_trace(trace), name="The row of the trace", trace=trace)
