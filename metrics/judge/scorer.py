"""A judge: asks a model for its verdict on an item, and once more where the reply cannot be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from evalhub.connections.chat import Chat, ChatReply, ChatRequest
from metrics.judge.prompt import Message, Missing, reminder
from metrics.judge.recipe import Recipe
from metrics.judge.reply import ReadReply, Unreadable, read_reply
from metrics.scoring import JsonValue, ScoreResult, ScoringInput

VERDICT_UNREADABLE = "verdict_unreadable"

# Models that think before they answer refuse every temperature but their own.
_WITHOUT_TEMPERATURE = re.compile(r"(?:^|/)(?:o\d|gpt-5)(?![a-z])", re.IGNORECASE)
# What a reply may hold as an escape, and what neither a request nor the database takes.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LONGEST_REPEATED = 4_000
_LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class ModelJudge:
    """A recipe with the model that follows it. A parameter that is None is not sent."""

    recipe: Recipe
    model: str
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)

    async def judge(self, item: ScoringInput, chat: Chat) -> ScoreResult:
        """The model's verdict on the item. Lets `CallFailed` through."""
        messages = self.recipe.messages(item)
        if isinstance(messages, Missing):
            return ScoreResult.unscored(messages.reason, messages.explanation)
        request = self._request(messages)
        first = await chat(request)
        read = read_reply(first.text, self.recipe.scale)
        if isinstance(read, ReadReply):
            return self._scored(read, [first])
        second = await chat(replace(request, messages=[*messages, *self._again(first, read)]))
        read = read_reply(second.text, self.recipe.scale)
        if isinstance(read, ReadReply):
            return self._scored(read, [first, second])
        return _unreadable(read, [first, second])

    def _request(self, messages: Sequence[Message]) -> ChatRequest:
        usual: dict[str, JsonValue] = {} if _WITHOUT_TEMPERATURE.search(self.model) else {"temperature": 0}
        parameters = {name: value for name, value in {**usual, **self.parameters}.items() if value is not None}
        return ChatRequest(model=self.model, messages=messages, parameters=parameters, schema=self.recipe.scale.schema)

    def _again(self, reply: ChatReply, read: Unreadable) -> Sequence[Message]:
        # Some endpoints refuse a turn without text.
        said = _storable(reply.text).strip()[:_LONGEST_REPEATED] or "(no text)"
        return [
            {"role": "assistant", "content": said},
            {"role": "user", "content": _storable(reminder(read.why, self.recipe.scale))},
        ]

    def _scored(self, read: ReadReply, calls: Sequence[ChatReply]) -> ScoreResult:
        return ScoreResult.scored(
            self.recipe.value_of(read.verdict),
            _storable(read.explanation),
            label=read.verdict.label,
            judge_model=_storable(calls[-1].model) or self.model,
            calls=calls,
        )


def _unreadable(read: Unreadable, calls: Sequence[ChatReply]) -> ScoreResult:
    said = calls[-1].text.strip()
    shown = f" It ends: “{'…' if len(said) > _LONGEST_SHOWN else ''}{said[-_LONGEST_SHOWN:]}”" if said else ""
    explanation = f"The judge was asked twice; its last reply cannot be read: {read.why}.{shown}"
    return ScoreResult.unscored(VERDICT_UNREADABLE, _storable(explanation), calls=calls)


def _storable(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text)
