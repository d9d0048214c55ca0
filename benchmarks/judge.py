"""How near a run comes to the bare calls it makes: an endpoint of fixed latency, a bare loop of the client, a run.

    python -m benchmarks.judge [--items 1000 10000] [--ceilings 10 50 200 0] [--processes 2] [--latency 0.3]

A ceiling of 0 lets the client find one. Needs the database and broker of the environment; a worker is started here.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Any

os.environ["EVALHUB_ALLOWED_ENDPOINT_HOSTS"] = "127.0.0.1"

# Sets Django up, with a queue of its own for the worker.
from benchmarks.scoring import ResourceUse, clean_up, make_version, start_worker  # isort: skip

from django.core.management import call_command

from evalhub.accounts.models import User
from evalhub.connections.chat import ChatRequest
from evalhub.connections.client import open_client
from evalhub.connections.endpoint import Endpoint as ModelEndpoint
from evalhub.connections.endpoint import endpoint_of
from evalhub.connections.models import Connection
from runs.choices import CachePolicy
from runs.models import DatasetVersion, JudgeCall, Run, Target
from runs.services.runs import MetricChoice, RunRequest, create_run
from tests.stub_endpoint import MODEL, Behaviour, StubEndpoint

JUDGE = "coherence"
BUDGETS = {50: 0.93, 200: 0.75}
BUDGET_CPU_MS = 1.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds on the clock and of the processor."""

    seconds: float
    cpu: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, nargs="+", default=[1_000])
    parser.add_argument("--ceilings", type=int, nargs="+", default=[10, 50, 200, 0])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--latency", type=float, default=0.3)
    options = parser.parse_args()

    with Endpoint(options.latency) as base_url:
        call_command("migrate", verbosity=0)
        worker = start_worker(options.processes)
        try:
            within = [
                measure(count, ceiling, base_url=base_url, latency=options.latency, worker_pid=worker.pid)
                for count in options.items
                for ceiling in options.ceilings
            ]
        finally:
            worker.terminate()
            worker.wait()
    return 0 if all(within) else 1


class Endpoint:
    """The stub in a process of its own, so that its processor time is not the client's."""

    def __init__(self, latency: float) -> None:
        self._over = multiprocessing.Event()
        self._ports: multiprocessing.Queue[int] = multiprocessing.Queue()
        self._process = multiprocessing.Process(target=_serve, args=(latency, self._ports, self._over), daemon=True)

    def __enter__(self) -> str:
        self._process.start()
        return f"http://127.0.0.1:{self._ports.get(timeout=20)}/v1"

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._process.join(10)


def _serve(latency: float, ports: multiprocessing.Queue[int], over: Event) -> None:
    with StubEndpoint(Behaviour(latency=latency)) as stub:
        stub.requests, stub.headers = _Forgetful(), _Forgetful()
        ports.put(stub.port)
        over.wait()


class _Forgetful(list[Any]):
    """Keeps nothing: the stub's memory is not what is measured."""

    def append(self, _item: object) -> None:
        pass


def measure(count: int, ceiling: int, *, base_url: str, latency: float, worker_pid: int) -> bool:
    person, version, target = make_version(count)
    connection = Connection.objects.create(
        team=version.dataset.project.team,
        name="stub",
        base_url=base_url,
        default_model=MODEL,
        max_concurrency=ceiling or None,
        is_default=True,
    )
    _judge(person, version, target, count=20)  # nobody's first call
    use = ResourceUse()
    watcher = threading.Thread(target=use.watch, args=(worker_pid,), daemon=True)
    watcher.start()
    began = time.perf_counter()
    run = _judge(person, version, target, count=count)
    seconds = time.perf_counter() - began
    use.stop()
    watcher.join()
    bare = _bare_loop(connection, run)
    within = report(run, ceiling, latency=latency, bare=bare, taken=Measured(seconds, use.cpu_seconds))
    print(f"    memory of the worker {use.together / 2**20:.0f} MB, {use.at_start / 2**20:.0f} MB when it began")
    Run.objects.filter(dataset_version=version).exclude(pk=run.pk).delete()
    clean_up(run, person, version)
    return within


def _judge(person: User, version: DatasetVersion, target: Target, *, count: int) -> Run:
    request = RunRequest(
        project=version.dataset.project,
        version=version,
        target=target,
        metrics=[MetricChoice(key=JUDGE)],
        num_samples=count,
        cache_policy=CachePolicy.NO_CACHE,
    )
    run = create_run(request, by=person)
    while not run.is_over:
        time.sleep(0.02)
        run.refresh_from_db()
    return run


def _bare_loop(connection: Connection, run: Run) -> Measured:
    """The run's own requests over the same client, all at once, and nothing else."""
    bodies = list(JudgeCall.objects.filter(run=run).values_list("request", flat=True))
    requests = [_request(body) for body in bodies]
    began, used = time.perf_counter(), time.process_time()
    asyncio.run(_ask_all(endpoint_of(connection), requests))
    return Measured(time.perf_counter() - began, time.process_time() - used)


def _request(body: dict[str, Any]) -> ChatRequest:
    schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
    return ChatRequest(model=body["model"], messages=body["messages"], schema=schema)


async def _ask_all(endpoint: ModelEndpoint, requests: Sequence[ChatRequest]) -> None:
    async with open_client(endpoint) as client:
        await client.chat(requests[0])
        await asyncio.gather(*(client.chat(request) for request in requests[1:]))


def report(run: Run, ceiling: int, *, latency: float, bare: Measured, taken: Measured) -> bool:
    count = run.item_count
    own_cpu = (taken.cpu - bare.cpu) * 1000 / count
    print(f"{count:,} items, ceiling {ceiling or 'automatic'}: state {run.state}, {run.scored_count:,} scored")
    print(
        f"    run        {taken.seconds:7.2f} s  {count / taken.seconds:6.0f}/s  {taken.cpu * 1000 / count:5.2f} ms CPU"
    )
    print(f"    bare loop  {bare.seconds:7.2f} s  {count / bare.seconds:6.0f}/s  {bare.cpu * 1000 / count:5.2f} ms CPU")
    print(
        f"    run against bare loop {bare.seconds / taken.seconds:.2f}, CPU beyond it {own_cpu:.2f} ms an item", end=""
    )
    share = count * latency / ceiling / taken.seconds if ceiling else None
    print(f", share of ceiling/latency {share:.2f}" if share else "")
    return run.scored_count == count and (share is None or share >= BUDGETS.get(ceiling, 0))


if __name__ == "__main__":
    sys.exit(main())
