"""Exports and deletes a project of 100,000 items with 4 scores each: `python -m benchmarks.project_data [--items N]`.

Works in the database of DATABASE_URL. Each step runs in a process of its own, as in a worker's, while somebody reads
and writes beside it in another project. Prints time, memory, the size of the file, the largest transaction, and how
long those beside it waited. What it makes is deleted, which is one of the steps.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self
from unittest import mock

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")

import django  # models can be imported only after the set-up

django.setup()

import numpy as np
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from benchmarks.big_runs import MEASURES, make_run
from benchmarks.teams import remove_team
from evalhub.accounts.models import Project, Team, User
from evalhub.accounts.services import create_team
from runs.choices import ExportFormat
from runs.execution.project_deletion import delete_project_rows
from runs.exporters.project_archive import write_archive
from runs.models import Run, RunItem, Score

_PAUSE = 0.01
_ALONE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What one step took in its process; a transaction is (rows written, seconds)."""

    seconds: float
    memory_before: float
    memory_peak: float
    transactions: list[tuple[int, float]]
    file_size: int = 0


class Neighbour:
    """Somebody who works in another project meanwhile, and notes how long each time took."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._stop = threading.Event()
        self.times: list[float] = []
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stop.wait(_PAUSE):
            began = time.perf_counter()
            Run.objects.filter(pk=self._run.pk).update(description=str(began))
            items = list(RunItem.objects.filter(run=self._run, ordinal__lt=15))
            scores = list(Score.objects.filter(run=self._run, run_item__in=items))
            scores[0].explanation = str(began)
            scores[0].save(update_fields=["explanation"])
            self.times.append(time.perf_counter() - began)
        connection.close()

    def told(self) -> str:
        times = np.array(self.times) * 1000
        return f"{np.percentile(times, 95):.1f} ms (95 of 100), {times.max():.0f} ms at most"


class Transactions:
    """Counts the rows that each transaction of this process writes."""

    def __init__(self) -> None:
        self.done: list[tuple[int, float]] = []
        self._rows, self._began = 0, 0.0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count what is written within."""
        commits = mock.patch.object(connection, "commit", partial(self._commit, connection.commit))
        with connection.execute_wrapper(self), commits:
            yield

    def __call__(self, execute: Callable[..., object], sql: str, *rest: Any) -> object:  # as Django calls it
        if not self._began:
            self._began = time.perf_counter()
        result = execute(sql, *rest)
        if sql.lstrip()[:6].upper() in {"DELETE", "UPDATE", "INSERT"}:
            self._rows += max(0, rest[-1]["cursor"].rowcount)
        if not connection.in_atomic_block:
            self._end()
        return result

    def _commit(self, commit: Callable[[], None]) -> None:
        commit()
        self._end()

    def _end(self) -> None:
        self.done.append((self._rows, time.perf_counter() - self._began if self._began else 0.0))
        self._rows, self._began = 0, 0.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, default=100_000)
    count = options.parse_args().items
    call_command("migrate", verbosity=0)
    person = User.objects.create_user(f"bench-{time.time_ns()}@example.org", name="Benchmark")
    team = create_team(name="Benchmark", owner=person)
    measured, beside = (Project.objects.create(team=team, name=name, key=name) for name in ("measured", "beside"))
    try:
        began = time.perf_counter()
        make_run(measured, count)
        neighbour = make_run(beside, 1_000)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE runs_item, runs_runitem, runs_score")  # as autovacuum does within a minute
        print(f"{count:,} items with {len(MEASURES)} scores each, written in {time.perf_counter() - began:.1f} s")
        with Neighbour(neighbour) as alone:
            time.sleep(_ALONE_SECONDS)  # nothing else happens while the neighbour is timed
        print(f"beside nothing: {alone.told()}")
        for file_format in ExportFormat:
            _report(f"export, items as {file_format.label}", partial(_export, measured.pk, file_format), neighbour)
    finally:
        _mark(measured)
        _report("deletion", partial(_delete, measured.pk), neighbour)
        _clean_up(team, beside, person)


def _export(project_id: int, file_format: ExportFormat) -> int:
    with tempfile.TemporaryFile() as file:
        write_archive(Project.objects.get(pk=project_id), file, report=lambda _: None, file_format=file_format)
        return file.tell()


def _delete(project_id: int) -> int:
    if not delete_project_rows(project_id):
        raise SystemExit("somebody else deletes it")
    return 0


def _report(name: str, step: Callable[[], int], run: Run) -> None:
    """Run the step in a process of its own and print what it took."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_in_child, args=(step, there))
    with Neighbour(run) as neighbour:
        process.start()
        measured: Measured = here.recv()
        process.join()
    print(f"\n{name}: {measured.seconds:.1f} s")
    grown = measured.memory_peak - measured.memory_before
    print(f"  memory {measured.memory_peak:.0f} MB at most, {grown:.0f} MB more than the idle process")
    if measured.file_size:
        print(f"  file {measured.file_size / 1e6:.1f} MB")
    written = [one for one in measured.transactions if one[0]]
    if written:
        print(f"  {len(written)} transactions that write, at most {max(written)[0]:,} rows in one", end="")
        print(f", {max(seconds for _, seconds in written):.2f} s the longest")
    print(f"  beside it: {neighbour.told()}")


def _in_child(step: Callable[[], int], answer: Connection) -> None:
    before, transactions = _peak_memory(), Transactions()
    began = time.perf_counter()
    with transactions.counted():
        size = step()
    answer.send(Measured(time.perf_counter() - began, before, _peak_memory(), transactions.done, size))


def _peak_memory() -> float:
    """The most memory that this process has held, in MB; not that of the one which started it, as `getrusage` tells."""
    with Path("/proc/self/status").open() as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def _mark(project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(deleted_at=timezone.now())


def _clean_up(team: Team, beside: Project, person: User) -> None:
    _mark(beside)
    _delete(beside.pk)
    remove_team(team, person)


if __name__ == "__main__":
    main()
