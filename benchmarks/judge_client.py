"""Calls a second and CPU a call of the client of model endpoints, against a bare loop of openai's own client.

    python -m benchmarks.judge_client [--calls 1000] [--latency 0.3] [--ceilings 10 50 200 automatic]

The endpoint is a stub on loopback in a process of its own. Ideal is ceiling over latency.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection as Pipe
from typing import Any

import django
import openai

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")
django.setup()

from evalhub.connections.chat import ChatRequest
from evalhub.connections.client import open_client
from evalhub.connections.endpoint import Endpoint
from evalhub.connections.hosts import AllowedHosts
from evalhub.connections.models import AUTOMATIC_CEILING
from tests.stub_endpoint import MODEL, Behaviour, StubEndpoint

_SCHEMA = {
    "type": "object",
    "properties": {"explanation": {"type": "string"}, "score": {"type": "number"}},
    "required": ["explanation", "score"],
    "additionalProperties": False,
}
_MESSAGES: list[Any] = [
    {"role": "system", "content": "Judge the answer. " * 40},
    {"role": "user", "content": "An answer. " * 60},
]
_FORMAT: Any = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": _SCHEMA}}

_QUESTION: Any = {"model": MODEL, "messages": _MESSAGES, "response_format": _FORMAT}


@dataclass(frozen=True)
class Measure:
    """One way of making all the calls."""

    seconds: float
    cpu_seconds: float


def main() -> None:
    options = _options()
    with StubProcess(options.latency) as base_url:
        print(f"{options.calls} calls of {options.latency * 1000:.0f} ms")
        print("   ceiling    bare/s    ours/s  ours/bare  of ideal  bare ms  ours ms   (ms: CPU a call)")
        for word in options.ceilings:
            ceiling = AUTOMATIC_CEILING if word == "automatic" else int(word)
            bare = _measured(partial(_bare_loop, base_url, options.calls, ceiling))
            ours = _measured(partial(_our_client, base_url, options.calls, ceiling))
            _print_row(word, options, bare, ours, ideal=ceiling / options.latency)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=0.3)
    parser.add_argument("--ceilings", nargs="+", default=["10", "50", "200", "automatic"])
    return parser.parse_args()


class StubProcess:
    """A stub endpoint in a process of its own, so that its work does not count as ours."""

    def __init__(self, latency: float) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_serve, args=(theirs, latency), daemon=True)

    def __enter__(self) -> str:
        self._process.start()
        base_url: str = self._ours.recv()
        return base_url

    def __exit__(self, *error: object) -> None:
        self._ours.send("stop")
        self._process.join(10)


def _serve(pipe: Pipe, latency: float) -> None:
    with StubEndpoint(Behaviour(latency=latency)) as stub:
        pipe.send(stub.base_url)
        pipe.recv()


def _measured(work: Callable[[], Awaitable[None]]) -> Measure:
    async def run() -> Measure:
        started, cpu = time.perf_counter(), time.process_time()
        await work()
        return Measure(time.perf_counter() - started, time.process_time() - cpu)

    return asyncio.run(run())


async def _bare_loop(base_url: str, calls: int, ceiling: int) -> None:
    http = openai.DefaultAioHttpClient(trust_env=False)
    turns = asyncio.Semaphore(ceiling)
    async with openai.AsyncOpenAI(api_key="key", base_url=base_url, http_client=http, max_retries=0) as client:

        async def one() -> None:
            async with turns:
                await client.chat.completions.with_raw_response.create(**_QUESTION)

        await asyncio.gather(*(one() for _ in range(calls)))


async def _our_client(base_url: str, calls: int, ceiling: int) -> None:
    endpoint = Endpoint(
        id=ceiling,
        name="Stub",
        base_url=base_url,
        api_key="key",
        allowed_hosts=AllowedHosts(("127.0.0.1",)),
        max_concurrency=ceiling,
    )
    request = ChatRequest(model=MODEL, messages=_MESSAGES, schema=_SCHEMA)
    async with open_client(endpoint) as client:
        await asyncio.gather(*(client.chat(request) for _ in range(calls)))


def _print_row(word: str, options: argparse.Namespace, bare: Measure, ours: Measure, *, ideal: float) -> None:
    bare_rate, our_rate = options.calls / bare.seconds, options.calls / ours.seconds
    print(
        f"{word:>10}{bare_rate:>10.0f}{our_rate:>10.0f}{our_rate / bare_rate:>11.2f}{our_rate / ideal:>10.0%}"
        f"{1000 * bare.cpu_seconds / options.calls:>9.2f}{1000 * ours.cpu_seconds / options.calls:>9.2f}"
    )


if __name__ == "__main__":
    main()
