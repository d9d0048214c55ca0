"""Endpoints and questions for tests of the client."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from evalhub.connections.chat import ChatReply, ChatRequest
from evalhub.connections.client import ModelClient, open_client
from evalhub.connections.endpoint import Endpoint
from evalhub.connections.hosts import AllowedHosts
from evalhub.connections.retries import RetryPolicy
from evalhub.core.loops import run_apart
from tests.stub_endpoint import MODEL, StubEndpoint

API_KEY = "sk-very-secret-1234567890"
QUICK = RetryPolicy(first_wait=0.01, longest_wait=0.2)
SCHEMA = {
    "type": "object",
    "properties": {"explanation": {"type": "string"}, "score": {"type": "number"}},
    "required": ["explanation", "score"],
    "additionalProperties": False,
}


def make_endpoint(stub: StubEndpoint, **fields: Any) -> Endpoint:
    """An endpoint at the stub; nothing is known of it, since its port is new."""
    fields = {"id": 1, "name": "Stub", "api_key": API_KEY, "max_concurrency": 20, **fields}
    return Endpoint(base_url=stub.base_url, allowed_hosts=AllowedHosts(("127.0.0.1",)), **fields)


def make_request(text: str = "How is it?", **fields: Any) -> ChatRequest:
    return ChatRequest(model=fields.pop("model", MODEL), messages=[{"role": "user", "content": text}], **fields)


def ask(endpoint: Endpoint, *requests: ChatRequest, policy: RetryPolicy = QUICK) -> list[ChatReply]:
    """All the requests at once; the first failure is raised."""
    return [reply for reply in _outcomes(endpoint, requests, policy) if _raised(reply)]


def outcomes(endpoint: Endpoint, *requests: ChatRequest, policy: RetryPolicy = QUICK) -> list[Any]:
    """All the requests at once, each with its reply or its failure."""
    return _outcomes(endpoint, requests, policy)


def _outcomes(endpoint: Endpoint, requests: Sequence[ChatRequest], policy: RetryPolicy) -> list[Any]:
    async def run() -> list[Any]:
        async with open_client(endpoint, policy=policy) as client:
            return await ask_all(client, requests)

    return run_apart(run())


async def ask_all(client: ModelClient, requests: Sequence[ChatRequest]) -> list[Any]:
    return await asyncio.gather(*(client.chat(request) for request in requests), return_exceptions=True)


def _raised(outcome: object) -> bool:
    if isinstance(outcome, BaseException):
        raise outcome
    return True
