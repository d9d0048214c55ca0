"""A target that is a chat model behind a connection: an item becomes messages, the reply becomes an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalhub.connections.chat import ChatReply, ChatRequest
from metrics.placeholders import Template, ValueMissing, fill_json
from runs.targets.answer import Answer, Client, Question
from runs.targets.template import VALUE_MISSING, messages_of, parse_body, parse_text, values_of

JsonValue = Any
Message = Mapping[str, JsonValue]

# The engine reads one whole reply; these would change what comes back.
RESERVED_PARAMETERS = frozenset({"messages", "model", "n", "stream", "stream_options"})


@dataclass(frozen=True, slots=True)
class ChatModel:
    """Asks a chat model. `system` and `template` are taken apart; `parameters` are as `parse_body` gives them."""

    model: str
    system: Template | None
    template: Template
    parameters: JsonValue

    @classmethod
    def of(cls, settings: Mapping[str, JsonValue]) -> ChatModel:
        """From a target's settings. Raises `PlaceholderUnknown`."""
        system = settings.get("system_message") or ""
        return cls(
            model=settings["model"],
            system=parse_text(system) if system.strip() else None,
            template=parse_text(settings.get("template") or ""),
            parameters=parse_body(settings.get("parameters") or {}),
        )

    async def answer(self, question: Question, *, client: Client | None, repeat: int) -> Answer:
        if client is None:
            raise ValueError("a chat model is asked through the client of its connection")
        try:
            request = self.request(question, repeat=repeat)
        except ValueMissing as missing:
            return Answer.failed(VALUE_MISSING, str(missing))
        return _answer_of(await client.chat(request), request)

    def request(self, question: Question, *, repeat: int) -> ChatRequest:
        """What is asked. Raises `ValueMissing`."""
        values = values_of(question)
        messages = self._chat(question, values)
        if self.system is not None:
            # What is evaluated is the target with its system message, so it takes the place of the item's own.
            own = {"role": "system", "content": self.system.fill(values)}
            messages = [own, *(message for message in messages if message["role"] not in {"system", "developer"})]
        parameters = fill_json(self.parameters, values)
        return ChatRequest(model=self.model, messages=messages, parameters=parameters, repeat=repeat)

    def _chat(self, question: Question, values: Mapping[str, JsonValue]) -> Sequence[Message]:
        """The item's messages where its input is a chat that the template leaves as it is, else one of the user's."""
        chat = messages_of(question.input) if self.template.sole_name == "input" else None
        return chat or [{"role": "user", "content": self.template.fill(values)}]


def _answer_of(reply: ChatReply, request: ChatRequest) -> Answer:
    trace = None
    if reply.tool_calls:
        said = {"role": "assistant", "content": reply.text, "tool_calls": list(reply.tool_calls)}
        trace = {"messages": [*request.messages, said]}
    return Answer(
        output=reply.text,
        trace=trace,
        input_tokens=reply.input_tokens,
        output_tokens=reply.output_tokens,
        milliseconds=reply.milliseconds,
        cost=reply.cost,
        is_cached=reply.is_cached,
        calls=({"request": dict(reply.sent), "model": reply.model, "reply": reply.text},),
    )
