"""From a metric's frozen definition to the scorer that computes it: one explicit table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from evalhub.connections.chat import Chat, ChatRequest
from evalhub.core.errors import Invalid
from metrics.choices import MetricKind
from metrics.heuristics.contains import Contains
from metrics.heuristics.equals import Equals
from metrics.heuristics.levenshtein import Levenshtein
from metrics.heuristics.regex_match import RegexMatch
from metrics.imported import Imported
from metrics.models import MetricRevision
from metrics.scoring import Judge, Scorer, ScoreResult, ScoringInput

HEURISTICS: dict[str, Callable[[], Scorer]] = {
    "contains": Contains,
    "equals": Equals,
    "regex_match": RegexMatch,
    "levenshtein": Levenshtein,
}


def scorer_for(revision: MetricRevision) -> Scorer:
    """The scorer of the revision. Raises `Invalid` for a definition that cannot be computed here.

    Reads `revision.metric`; load it along (`select_related("metric")`) when there are many.
    """
    make = MAKERS.get(MetricKind(revision.metric.kind))
    if make is None:
        raise Invalid(
            "metric_not_runnable",
            f'The metric "{revision.metric.key}" is of the kind {revision.metric.get_kind_display().lower()}, which a '
            "run cannot compute; choose a text match or a score that came with the data.",
        )
    return make(revision)


def _heuristic(revision: MetricRevision) -> Scorer:
    name = revision.definition.get("scorer", "")
    if name not in HEURISTICS:
        raise Invalid(
            "scorer_unknown",
            f'The metric "{revision.metric.key}" names the scorer "{name}"; there are {", ".join(HEURISTICS)}.',
        )
    return HEURISTICS[name]()


def _imported(revision: MetricRevision) -> Scorer:
    source = revision.definition.get("source")
    if not source or not isinstance(source, str):
        raise Invalid(
            "source_missing",
            f'The imported metric "{revision.metric.key}" does not name the source of its values.',
        )
    return Imported(source=source, minimum=revision.range_min, maximum=revision.range_max)


MAKERS: dict[MetricKind, Callable[[MetricRevision], Scorer]] = {
    MetricKind.HEURISTIC: _heuristic,
    MetricKind.IMPORTED: _imported,
}


class _PlaceholderJudge:
    """Stands in until the judges are merged."""

    def __init__(self, model: str, parameters: Mapping[str, Any]) -> None:
        self._model, self._parameters = model, parameters

    async def judge(self, item: ScoringInput, chat: Chat) -> ScoreResult:
        text = f"Rate. {item.input} {item.output}"
        request = ChatRequest(
            model=self._model, messages=[{"role": "user", "content": text}], parameters=self._parameters
        )
        reply = await chat(request)
        try:
            value = float(json.loads(reply.text)["score"])
        except (ValueError, KeyError, TypeError):
            return ScoreResult.unscored("verdict_unreadable", reply.text)
        return ScoreResult.scored(value, "", judge_model=reply.model)


def judge_for(revision: MetricRevision, *, model: str, parameters: Mapping[str, Any]) -> Judge:
    return _PlaceholderJudge(model, parameters)
