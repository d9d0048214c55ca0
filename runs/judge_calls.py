"""A judge's request and reply made ready to be read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from metrics.scoring import JsonValue
from runs.models import JudgeCall
from runs.rendering.body import Body, render_body
from runs.rendering.detect import RenderMode


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """One message of the request."""

    role: str
    body: Body


@dataclass(frozen=True, slots=True)
class ShownCall:
    """One call: the messages as a conversation, what else was sent as JSON, and the reply."""

    number: int
    messages: list[ShownMessage]
    settings: Body
    reply: Body


def rendered_call(call: JudgeCall) -> ShownCall:
    """The call with every text as it was sent: nothing in it is rendered as Markdown."""
    request = call.request if isinstance(call.request, Mapping) else {}
    settings = {name: value for name, value in request.items() if name != "messages"}
    return ShownCall(
        number=call.attempt + 1,
        messages=[_message(message) for message in request.get("messages", [])],
        settings=render_body(json.dumps(settings, ensure_ascii=False, indent=2), RenderMode.JSON),
        reply=render_body(call.reply, RenderMode.PLAIN),
    )


def _message(message: JsonValue) -> ShownMessage:
    content = message.get("content", "") if isinstance(message, Mapping) else message
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=2)
    role = str(message.get("role", "")) if isinstance(message, Mapping) else ""
    return ShownMessage(role, render_body(text, RenderMode.PLAIN))
