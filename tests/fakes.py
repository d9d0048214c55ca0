"""Stand-ins for the world outside, where a test needs one without a network."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from evalhub.connections.chat import ChatReply, ChatRequest, ReplyMode


class FakeChat:
    """An endpoint that gives the replies in their order and remembers what it was asked."""

    def __init__(self, replies: Iterable[str], *, model: str = "judge-1-2026") -> None:
        self.asked: list[ChatRequest] = []
        self._replies = list(replies)
        self._model = model

    async def __call__(self, request: ChatRequest) -> ChatReply:
        self.asked.append(request)
        return ChatReply(
            text=self._replies[len(self.asked) - 1],
            model=self._model,
            input_tokens=900,
            output_tokens=60,
            cost=Decimal("0.0004"),
            milliseconds=310,
            mode=ReplyMode.SCHEMA,
            sent={"model": request.model, "messages": list(request.messages)},
        )
