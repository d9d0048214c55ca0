"""How fast a run of four heuristics is scored and stored: `python -m benchmarks.scoring [--items 1000000]`.

Works in the database of DATABASE_URL and over the broker of CELERY_BROKER_URL, with a worker of its own on a queue of
its own, and deletes what it made.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

QUEUE = f"benchmark-{os.getpid()}"
os.environ["EVALHUB_QUEUE"] = QUEUE
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")

import django  # the queue is read with the settings

django.setup()

import psutil
from django.core.management import call_command
from django.db import connection

from benchmarks.teams import remove_team
from evalhub.accounts.models import Project, User
from evalhub.accounts.services import create_team
from evalhub.core.ids import hash64
from runs.bulk import copy_rows
from runs.columns import cache, read_columns
from runs.execution import deletion
from runs.models import Dataset, DatasetVersion, Item, Run, Target
from runs.services.runs import MetricChoice, RunRequest, create_run, delete_run

HEURISTICS = ("contains", "equals", "regex_match", "levenshtein")
BUDGET_ITEMS, BUDGET_SECONDS = 100_000, 20.0
WORDS = ("refund", "order", "delivery", "account", "password", "invoice", "address", "please", "thanks", "tomorrow")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=BUDGET_ITEMS)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="leave the run in the database")
    options = parser.parse_args()

    call_command("migrate", verbosity=0)
    person, version, target = make_version(options.items)
    memory = ResourceUse()
    worker = start_worker(options.processes)
    try:
        run, seconds = measure_run(person, version, target, memory, worker.pid)
    finally:
        worker.terminate()
        worker.wait()
    report(run, seconds, memory)
    report_columns(run)
    if not options.keep:
        clean_up(run, person, version)
    budget = BUDGET_SECONDS * options.items / BUDGET_ITEMS
    print(f"\nbudget {budget:.1f} s, taken {seconds:.1f} s: {seconds / budget:.2f} of the budget")
    return 0 if seconds <= budget else 1


def make_version(count: int) -> tuple[User, DatasetVersion, Target]:
    mark = uuid.uuid4().hex[:8]
    person = User.objects.create_user(f"benchmark-{mark}@example.org", name="Benchmark")
    team = create_team(name=f"Benchmark {mark}", owner=person)
    project = Project.objects.create(team=team, key="benchmark", name="Benchmark")
    dataset = Dataset.objects.create(project=project, key="benchmark", name="Benchmark")
    counts = {"item_count": count, "with_output": count, "with_expected": count}
    version = DatasetVersion.objects.create(dataset=dataset, number=1, content_hash=mark, question_hash=mark, **counts)
    began = time.perf_counter()
    fields = ("project_id", "version", "ordinal", "key", "pair_key", "input", "output", "expected", "metadata", "raw")
    copy_rows(Item, fields, make_items(project.pk, version.pk, count))
    seconds = time.perf_counter() - began
    print(f"items copied in     {seconds:8.1f} s  {count / seconds:10,.0f} items/s")
    return person, version, Target.objects.create(project=project, name="recorded")


def make_items(project_id: int, version_id: int, count: int) -> Iterator[tuple[Any, ...]]:
    """Questions with answers of some 200 characters, a third of them as expected."""
    chance = random.Random(1)  # the same texts every time
    for ordinal in range(count):
        expected = " ".join(chance.choices(WORDS, k=25))
        output = expected if ordinal % 3 == 0 else " ".join(chance.choices(WORDS, k=25))
        key = f"q{ordinal}"
        metadata = {"topic": WORDS[ordinal % len(WORDS)]}
        yield (
            *(project_id, version_id, ordinal, key, hash64("key", key)),
            *(f"Question {ordinal}: what about it?", output, expected, metadata, ""),
        )


def start_worker(processes: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "celery", "-A", "evalhub", "worker", "--loglevel=WARNING"]
    command += [f"--concurrency={processes}", f"--hostname={QUEUE}@local", "--without-mingle", "--without-gossip"]
    worker = subprocess.Popen(command, cwd=Path(__file__).resolve().parent.parent)
    while len(psutil.Process(worker.pid).children()) < processes:
        time.sleep(0.05)
    return worker


class ResourceUse:
    """Processor time of the worker's processes, and the most memory they held, together and each for itself."""

    def __init__(self) -> None:
        self.together = self.largest = self.at_start = 0
        self.cpu_seconds = 0.0
        self._stop = threading.Event()

    def watch(self, pid: int) -> None:
        tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        began = _cpu_seconds(tree)
        while not self._stop.wait(0.1):
            self.cpu_seconds = _cpu_seconds(tree) - began
            sizes = [process.memory_info().rss for process in tree]
            self.at_start = self.at_start or sum(sizes)
            self.together, self.largest = max(self.together, sum(sizes)), max(self.largest, *sizes)

    def stop(self) -> None:
        self._stop.set()


def _cpu_seconds(processes: list[psutil.Process]) -> float:
    used = [process.cpu_times() for process in processes]
    return float(sum(times.user + times.system for times in used))


def measure_run(
    person: User, version: DatasetVersion, target: Target, memory: ResourceUse, worker_pid: int
) -> tuple[Run, float]:
    watcher = threading.Thread(target=memory.watch, args=(worker_pid,), daemon=True)
    watcher.start()
    request = RunRequest(
        project=version.dataset.project,
        version=version,
        target=target,
        metrics=[MetricChoice(key=key) for key in HEURISTICS],
    )
    began = time.perf_counter()
    run = create_run(request, by=person)
    while not run.is_over:
        time.sleep(0.05)
        run.refresh_from_db()
    seconds = time.perf_counter() - began
    memory.stop()
    watcher.join()
    return run, seconds


def report(run: Run, seconds: float, memory: ResourceUse) -> None:
    scores = sum(metric.n_scored for metric in run.run_metrics.all())
    print(f"scored and stored   {seconds:8.1f} s  {run.item_count / seconds:10,.0f} items/s", end="")
    print(f"  {scores / seconds:,.0f} scores/s  state {run.state}")
    print(
        f"worker memory       {memory.together / 2**20:8.0f} MB together, largest {memory.largest / 2**20:.0f} MB,",
        end="",
    )
    print(f" {memory.at_start / 2**20:.0f} MB when it began")
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"worker processors   {memory.cpu_seconds:8.1f} s used; load of the machine now {load}")
    with connection.cursor() as cursor:
        for table in ("runs_item", "runs_runitem", "runs_score", "runs_runcolumn"):
            cursor.execute("SELECT pg_table_size(%s), pg_indexes_size(%s)", [table, table])
            rows, indexes = cursor.fetchone()
            print(f"{table:<20}{rows / 2**20:8.0f} MB rows, {indexes / 2**20:.0f} MB indexes (whole table)")


def report_columns(run: Run) -> None:
    """What a page pays for the numbers of such a run."""
    metric_id = run.run_metrics.get(key="levenshtein").pk
    cache.clear()
    columns = read_columns(run)
    timings: dict[str, Callable[[], object]] = {
        "load one column": partial(columns.values, metric_id),
        "load the overall": lambda: columns.overall,
        "sort by it, first": partial(columns.order, "overall", descending=True),
        "sort by it, again": partial(columns.order, "overall", descending=True),
        "filter a range": ((columns.values(metric_id) >= 0.2) & (columns.values(metric_id) < 0.4)).nonzero,
    }
    for what, read in timings.items():
        began = time.perf_counter()
        read()
        print(f"{what:<20}{(time.perf_counter() - began) * 1000:8.1f} ms")


def clean_up(run: Run, person: User, version: DatasetVersion) -> None:
    began = time.perf_counter()
    delete_run(run, by=person)
    deletion.delete_run_rows(run.pk)
    print(f"run deleted         {time.perf_counter() - began:8.1f} s")
    Item.objects.filter(version=version).delete()
    remove_team(version.dataset.project.team, person)


if __name__ == "__main__":
    sys.exit(main())
