"""The contract between an item and a metric: what a scorer is given and what it answers. No Django here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from evalhub.connections.chat import Chat, ChatReply

JsonValue = Any


@dataclass(frozen=True, slots=True)
class ScoringInput:
    """One item as answered.

    `expected` is text, a list of accepted texts, or any other JSON; None when the item has none. `context` holds
    passages: texts, or objects with `text` and `source`. `given` holds the scores that came with the item: metric key
    to a number, or to an object with `score`, `reason` and `model`. Time, cost (in dollars) and tokens are what was
    measured when the target answered; None where nobody measured.
    """

    input: str
    output: str
    expected: JsonValue = None
    context: Sequence[JsonValue] | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    trace: JsonValue = None
    given: Mapping[str, JsonValue] = field(default_factory=dict)
    milliseconds: float | None = None
    cost: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """What one metric says of one item.

    Exactly one of: scored (`value` set, `reason` empty), unscored (`reason` says why: something is missing or a verdict
    could not be read), errored (`reason` is a code; the metric itself failed). `explanation` is for people. `calls` are
    what a judge asked on the way, in order: more than one when a reply could not be read and was asked for again.
    """

    value: float | None
    explanation: str
    reason: str = ""
    is_error: bool = False
    label: str | None = None
    judge_model: str = ""
    calls: Sequence[ChatReply] = ()

    @classmethod
    def scored(
        cls,
        value: float,
        explanation: str,
        *,
        label: str | None = None,
        judge_model: str = "",
        calls: Sequence[ChatReply] = (),
    ) -> ScoreResult:
        return cls(value=value, explanation=explanation, label=label, judge_model=judge_model, calls=calls)

    @classmethod
    def unscored(cls, reason: str, explanation: str, *, calls: Sequence[ChatReply] = ()) -> ScoreResult:
        return cls(value=None, explanation=explanation, reason=reason, calls=calls)

    @classmethod
    def errored(cls, code: str, explanation: str) -> ScoreResult:
        return cls(value=None, explanation=explanation, reason=code, is_error=True)


class Scorer(Protocol):
    """Computes one metric without touching the network or the database."""

    def score(self, item: ScoringInput) -> ScoreResult: ...


class Judge(Protocol):
    """Computes one metric by asking a model. Lets `CallFailed` through: the engine knows what it means for the run."""

    async def judge(self, item: ScoringInput, chat: Chat) -> ScoreResult: ...
