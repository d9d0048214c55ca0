"""Sends 100,000 scored items over REST and reads them back: `python -m benchmarks.bulk_rest [--items 1000000]`.

Works in the database of DATABASE_URL and over the broker of CELERY_BROKER_URL, with a web server and a worker of its
own, and deletes what it made. Prints sizes, rates, peak memory and the share of the budget.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Self

QUEUE = f"benchmark-{os.getpid()}"
os.environ["EVALHUB_QUEUE"] = QUEUE
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")

import django  # the queue is read with the settings

django.setup()

import orjson
import psutil
from django.core.management import call_command

from benchmarks.teams import remove_team
from evalhub.accounts.models import ApiKey, Project, User, hash_api_key
from evalhub.accounts.services import create_team
from runs.execution import deletion
from runs.models import Item, Run
from runs.services.runs import delete_run

BUDGET = 10_000
METRICS = ("tact", "truth", "brevity", "relevance")
WORDS = ("refund", "order", "delivery", "account", "password", "invoice", "address", "please", "thanks", "tomorrow")
REPOSITORY = Path(__file__).resolve().parent.parent
NDJSON = "application/x-ndjson"
PIECE = 1 << 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    count = parser.parse_args().items
    call_command("migrate", verbosity=0)
    person, project, secret = make_people()
    port = free_port()
    server, worker = start_server(port), start_worker()
    try:
        caller = Caller(port, secret)
        wait_for_server(port)
        run, rate = send(caller, project, count, server, worker)
        read(caller, run, server)
    finally:
        for process in (server, worker):
            process.terminate()
            process.wait()
    clean_up(run, person)
    print(f"\nbudget {BUDGET:,} items/s, taken in {rate:,.0f} items/s: {rate / BUDGET:.2f} of the budget")
    return 0 if rate >= BUDGET else 1


class Caller:
    """A program with a key, and one connection for each call."""

    def __init__(self, port: int, secret: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {secret}"}

    def open(
        self, method: str, path: str, headers: dict[str, str] | None = None, body: IO[bytes] | None = None
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=600)
        connection.request(method, path, body=body, headers=self._headers | (headers or {}))
        response = connection.getresponse()
        if response.status >= 400:
            raise SystemExit(f"{path} answered {response.status}: {response.read()[:500]!r}")
        return response


class Peak:
    """The most memory that a process and its children held while this was watching."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._root = psutil.Process(process.pid)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.before = self.most = self._size()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            self.most = max(self.most, self._size())

    def _size(self) -> float:
        tree = [self._root, *self._root.children(recursive=True)]
        return float(sum(process.memory_info().rss for process in tree)) / 2**20

    def __str__(self) -> str:
        return f"server {self.most:,.0f} MB at most, {self.before:,.0f} MB before"


def make_people() -> tuple[User, Project, str]:
    mark = uuid.uuid4().hex[:8]
    person = User.objects.create_user(f"benchmark-{mark}@example.org", name="Benchmark")
    team = create_team(name=f"Benchmark {mark}", owner=person)
    secret = f"vq_{uuid.uuid4().hex}"
    ApiKey.objects.create(team=team, user=person, name="benchmark", key_hash=hash_api_key(secret))
    return person, Project.objects.create(team=team, key="benchmark", name="Benchmark"), secret


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_server(port: int) -> subprocess.Popen[bytes]:
    command = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--no-ws", "--workers", "1"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--blocking-threads", "4", "--log-level", "warning"]
    return subprocess.Popen([*command, "evalhub.wsgi:application"], cwd=REPOSITORY)


def start_worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "celery", "-A", "evalhub", "worker", "--loglevel=WARNING", "--concurrency=2"]
    command += [f"--hostname={QUEUE}@local", "--without-mingle", "--without-gossip"]
    worker = subprocess.Popen(command, cwd=REPOSITORY)
    while len(psutil.Process(worker.pid).children()) < 2:
        time.sleep(0.05)
    return worker


def wait_for_server(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the web server did not start")


def lines(count: int) -> Iterator[bytes]:
    """Items of some 700 bytes, with a score and a reason from each of four metrics."""
    chance = random.Random(1)  # the same texts every time
    for number in range(count):
        scores = {key: {"score": chance.random(), "reason": "Because it is so."} for key in METRICS}
        row = {
            "key": f"q{number}",
            "input": f"Question {number}: what about it?",
            "output": " ".join(chance.choices(WORDS, k=25)),
            "expected": " ".join(chance.choices(WORDS, k=25)),
            "metadata": {"topic": WORDS[number % len(WORDS)]},
            "scores": scores,
        }
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def send(
    caller: Caller, project: Project, count: int, server: subprocess.Popen[bytes], worker: subprocess.Popen[bytes]
) -> tuple[Run, float]:
    """Send the items, and wait until their run is finished; the run, and the rate at which they were taken in."""
    with tempfile.TemporaryFile() as body:
        body.writelines(lines(count))
        size = body.tell()
        body.seek(0)
        print(f"{count:,} items with {len(METRICS)} scores each, {size / 2**20:,.0f} MB of NDJSON")
        path = f"/api/v1/projects/{project.uuid}/runs/bulk/?dataset=Benchmark&answered_by=bot"
        began = time.perf_counter()
        with Peak(server) as peak:
            answer = caller.open("POST", path, {"Content-Type": NDJSON, "Content-Length": str(size)}, body)
            told = orjson.loads(answer.read())
        taken = time.perf_counter() - began
    print(f"taken in            {taken:8.1f} s  {count / taken:10,.0f} items/s; {peak}")
    with Peak(worker) as peak:
        finished = orjson.loads(caller.open("GET", f"/api/v1/runs/{told['id']}/?wait=240").read())
    whole = time.perf_counter() - began
    print(f"until finished      {whole:8.1f} s  {count / whole:10,.0f} items/s; worker {peak.most:,.0f} MB at most")
    scores = sum(metric["scored"] for metric in finished["metrics"])
    if (finished["state"], scores) != ("finished", count * len(METRICS)):
        raise SystemExit(f"the run is {finished['state']} with {scores:,} scores")
    return Run.objects.get(uuid=told["id"]), count / taken


def read(caller: Caller, run: Run, server: subprocess.Popen[bytes]) -> None:
    items = f"/api/v1/runs/{run.uuid}/items"
    ways: dict[str, Callable[[], http.client.HTTPResponse]] = {
        "NDJSON": lambda: caller.open("GET", f"{items}/", {"Accept": NDJSON}),
        "NDJSON, gzip": lambda: caller.open("GET", f"{items}/", {"Accept": NDJSON, "Accept-Encoding": "gzip"}),
        "CSV": lambda: caller.open("GET", f"{items}.csv"),
        "Parquet": lambda: caller.open("GET", f"{items}.parquet"),
    }
    for name, way in ways.items():
        began, size = time.perf_counter(), 0
        with Peak(server) as peak:
            response = way()
            while piece := response.read(PIECE):
                size += len(piece)
        seconds = time.perf_counter() - began
        rate = run.item_count / seconds
        print(f"read as {name:<12}{seconds:8.1f} s  {rate:10,.0f} items/s, {size / 2**20:,.0f} MB; {peak}")


def clean_up(run: Run, person: User) -> None:
    version, team = run.dataset_version, run.project.team
    delete_run(run, by=person)
    deletion.delete_run_rows(run.pk)
    Item.objects.filter(version=version).delete()
    version.delete()
    remove_team(team, person)


if __name__ == "__main__":
    sys.exit(main())
