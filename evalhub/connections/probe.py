"""What of a connection works: one small question in each mode of reply, and what its answer tells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import orjson

from evalhub.connections.chat import CallFailed, CallFault, ChatRequest, ReplyMode
from evalhub.connections.client import ModelClient, open_client
from evalhub.connections.endpoint import Endpoint
from evalhub.connections.retries import RetryPolicy
from evalhub.core.loops import run_apart

_SECONDS = 20.0
_ONCE = RetryPolicy(tries=1, tries_after_rate_limit=1, tries_after_timeout=1)
_SCHEMA = {
    "type": "object",
    "properties": {"color": {"type": "string"}},
    "required": ["color"],
    "additionalProperties": False,
}
_QUESTION = "What color is a clear sky at noon? Answer as JSON with the one key “color”."


class Finding(StrEnum):
    """What a step of the test has shown."""

    WORKS = "works"
    FAILS = "fails"
    UNKNOWN = "not tried"


@dataclass(frozen=True, slots=True)
class ProbeStep:
    """One thing that was tried; `note` says what happened."""

    label: str
    finding: Finding
    note: str = ""
    milliseconds: int | None = None


_STEPS = ("Reachable", "API key", "Model", "Plain text", "JSON mode", "JSON schema")
_SAYS_LITTLE = frozenset({CallFault.RATE_LIMITED, CallFault.SERVER_ERROR, CallFault.BROKEN_REPLY})
# How far a call came that failed so: the steps before it work. Any other failure is one of the reply itself.
_FAILED_AT = {
    CallFault.HOST_NOT_ALLOWED: 0,
    CallFault.UNREACHABLE: 0,
    CallFault.TIMED_OUT: 0,
    CallFault.REFUSED_KEY: 1,
    CallFault.UNKNOWN_MODEL: 2,
}


def probe(endpoint: Endpoint) -> list[ProbeStep]:
    """Ask the endpoint in each mode, once; never raises for what the endpoint does."""
    return run_apart(_probe(replace(endpoint, timeout_seconds=min(_SECONDS, endpoint.timeout_seconds))))


async def _probe(endpoint: Endpoint) -> list[ProbeStep]:
    try:
        async with open_client(endpoint, policy=_ONCE) as client:
            if not endpoint.default_model:
                return await _probe_without_model(client)
            _text, milliseconds = await _ask(client, ReplyMode.PLAIN)
            known = _up_to("Plain text", milliseconds)
            return [*known, await _structured(client, ReplyMode.JSON), await _structured(client, ReplyMode.SCHEMA)]
    except CallFailed as failure:
        return _failed(failure)


async def _probe_without_model(client: ModelClient) -> list[ProbeStep]:
    reply = await client.send(method="GET", path="models", body=None)
    note = "Enter a default model to test the rest."
    return [*_up_to("API key", reply.milliseconds), *(ProbeStep(label, Finding.UNKNOWN, note) for label in _STEPS[2:])]


async def _ask(client: ModelClient, mode: ReplyMode) -> tuple[str, int]:
    messages = [{"role": "user", "content": _QUESTION}]
    schema = None if mode is ReplyMode.PLAIN else _SCHEMA
    reply = await client.chat(ChatRequest(client.endpoint.default_model, messages, schema=schema), only=mode)
    return reply.text, reply.milliseconds


async def _structured(client: ModelClient, mode: ReplyMode) -> ProbeStep:
    label = "JSON mode" if mode is ReplyMode.JSON else "JSON schema"
    try:
        text, milliseconds = await _ask(client, mode)
    except CallFailed as failure:
        return ProbeStep(label, Finding.FAILS, failure.message)
    if _follows_schema(text):
        return ProbeStep(label, Finding.WORKS, milliseconds=milliseconds)
    return ProbeStep(label, Finding.FAILS, "The endpoint took the request and answered otherwise.", milliseconds)


def _follows_schema(text: str) -> bool:
    try:
        answer = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return isinstance(answer, dict) and set(answer) == {"color"} and isinstance(answer["color"], str)


def _up_to(last: str, milliseconds: int) -> list[ProbeStep]:
    """Every step to the last works; what the call took stands beside it."""
    steps = _STEPS[: _STEPS.index(last) + 1]
    return [ProbeStep(label, Finding.WORKS, milliseconds=milliseconds if label == last else None) for label in steps]


def _failed(failure: CallFailed) -> list[ProbeStep]:
    place = _FAILED_AT.get(failure.fault, _STEPS.index("Plain text"))
    certain = 1 if failure.fault in _SAYS_LITTLE else place
    return [
        *(ProbeStep(label, Finding.WORKS) for label in _STEPS[:certain]),
        *(ProbeStep(label, Finding.UNKNOWN) for label in _STEPS[certain:place]),
        ProbeStep(_STEPS[place], Finding.FAILS, failure.message),
        *(ProbeStep(label, Finding.UNKNOWN) for label in _STEPS[place + 1 :]),
    ]
