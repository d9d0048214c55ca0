"""What the editor of a metric shows beside its form: placeholders with what they hold, and a try made readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from metrics.judge.material import METADATA, parts, texts_of
from metrics.models import MetricRevision
from metrics.scoring import ScoreResult, ScoringInput
from runs.figures import value_of
from runs.metric_items import MetricItem
from runs.models import RunMetric
from runs.services.metric_tryout import TriedItem, Tryout

_EXCERPT = 160
_MOST_KEYS = 20
PLACEHOLDERS = {
    "input": "what was asked",
    "output": "what was answered",
    "expected": "the expected answer",
    "context": "the passages, each in a fence of its own",
    "conversation": "what was said before the answer",
    "tool_calls": "the tools that were called, with their results",
    "tools": "the tools on offer",
}


@dataclass(frozen=True, slots=True)
class ShownPlaceholder:
    """A placeholder with what it stands for, and what it holds for the item at hand (empty without one)."""

    name: str
    about: str
    holds: str = ""


@dataclass(frozen=True, slots=True)
class ShownScore:
    """A result as people read it. `status` is scored, unscored or errored."""

    value: str
    status: str
    explanation: str
    model: str
    replies: Sequence[str]
    tokens: int
    cost: Decimal | None
    milliseconds: int


@dataclass(frozen=True, slots=True)
class ShownTry:
    """One item of a try, the last revision beside the draft."""

    item: MetricItem
    tried: TriedItem
    after: ShownScore | None
    before: ShownScore | None


def placeholders_for(item: MetricItem | None) -> list[ShownPlaceholder]:
    """Every placeholder, with what it holds for the item."""
    names = {name: PLACEHOLDERS[name] for name in parts()}
    keys = list(item.question.metadata)[:_MOST_KEYS] if item else []
    names |= {f"{METADATA}{key}": "of the metadata" for key in keys} or {f"{METADATA}key": "a key of the metadata"}
    return [ShownPlaceholder(name, about, _held(name, item.question) if item else "") for name, about in names.items()]


def _held(name: str, question: ScoringInput) -> str:
    texts = texts_of(name, question)
    if not texts:
        return "–"
    text = " ".join(one.text for one in texts)
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"


def shown_tries(tryout: Tryout) -> list[ShownTry]:
    """The items of a try with readable scores."""
    return [
        ShownTry(
            item=tried.item,
            tried=tried,
            after=_shown(tried.after, tryout.revision),
            before=_shown(tried.before, tryout.previous) if tryout.previous else None,
        )
        for tried in tryout.items
    ]


def _shown(result: ScoreResult | None, revision: MetricRevision) -> ShownScore | None:
    if result is None:
        return None
    costs = [call.cost for call in result.calls]
    return ShownScore(
        value=result.label or value_of(measured_as(revision), result.value),
        status="scored" if result.value is not None else "errored" if result.is_error else "unscored",
        explanation=result.explanation,
        model=result.judge_model,
        replies=[call.text for call in result.calls],
        tokens=sum((call.input_tokens or 0) + (call.output_tokens or 0) for call in result.calls),
        cost=None if None in costs else sum((cost for cost in costs if cost), Decimal(0)),
        milliseconds=sum(call.milliseconds for call in result.calls),
    )


def measured_as(revision: MetricRevision) -> RunMetric:
    """The revision as a run would have it, not stored: for showing values in its unit."""
    names = ("direction", "value_type", "unit", "labels", "allowed")
    return RunMetric(
        **{name: getattr(revision, name) for name in names},
        range_min=revision.scale.minimum,
        range_max=revision.scale.maximum,
    )
