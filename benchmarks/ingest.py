"""Loads 100,000 rows of JSON Lines into a dataset and prints rows a second, the share of the budget and peak memory.

Run from the repository with `DATABASE_URL` set to a scratch database: `python -m benchmarks.ingest [--rows 1000000]`.
What it makes is deleted at the end.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import django
import orjson

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")
django.setup()

from django.core.files import File  # models can be imported only after the set-up
from django.db import connection

from benchmarks.teams import remove_team
from evalhub.accounts.models import Project, Team, User
from evalhub.accounts.services import create_team
from runs.choices import ImportState
from runs.importers.mapping import Mapping
from runs.ingest.loading import load_import
from runs.models import DatasetImport, DatasetVersion, Item
from runs.services.datasets import ImportChoices, confirm_import, receive_upload

BUDGET = 10_000
_WORDS = ("the", "model", "answered", "with", "a", "short", "note", "about", "billing", "refunds", "orders", "accounts")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    rows = options.parse_args().rows
    user = User.objects.create_user(f"bench-{time.time_ns()}@example.org", name="Benchmark")
    team = create_team(name="Benchmark", owner=user)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "rows.jsonl")
            with path.open("wb") as opened:
                opened.writelines(_lines(rows))
            _measure(path, team.projects.get(), user)
    finally:
        _delete(team, user)


def _lines(rows: int) -> Iterator[bytes]:
    """Rows of some 700 bytes: key, input, output, expected, metadata of few and of many values, a given score."""
    chosen = random.Random(1)  # made-up text, no secret
    for number in range(rows):
        row = {
            "id": f"item-{number}",
            "input": f"{number} " + " ".join(chosen.choices(_WORDS, k=30)),
            "output": " ".join(chosen.choices(_WORDS, k=40)),
            "expected": " ".join(chosen.choices(_WORDS, k=12)),
            "metadata": {"topic": chosen.choice(_WORDS), "customer": number, "turns": number % 7},
            "judge": {"tone": {"score": number % 5, "model": "judge-1"}},
        }
        yield orjson.dumps(row) + b"\n"


def _measure(path: Path, project: Project, user: User) -> None:
    size = path.stat().st_size
    started = time.perf_counter()
    with path.open("rb") as opened:
        received = receive_upload(project=project, upload=File(opened, name=path.name), by=user)
    choices = ImportChoices(mapping=Mapping.from_json(received.mapping), dataset_name="Benchmark")
    confirm_import(dataset_import=received, choices=choices, by=user, in_background=False)
    received_after = time.perf_counter() - started
    before, cpu = _memory(), time.process_time()
    load_import(received.pk)
    cpu = time.process_time() - cpu
    seconds = time.perf_counter() - started - received_after
    received.refresh_from_db()
    if received.state != ImportState.FINISHED:
        raise SystemExit(received.error)
    rate = received.rows_accepted / seconds
    print(f"{received.rows_accepted:,} rows of {size / received.rows_accepted:.0f} bytes")
    print(f"received and recognised in {received_after:.2f} s, loaded in {seconds:.2f} s")
    print(f"{rate:,.0f} rows/s, {rate / BUDGET:.2f} of the budget of {BUDGET:,}")
    print(f"{cpu / received.rows_accepted * 1e6:.0f} µs of this process's CPU a row")
    print(f"peak memory {_memory():.0f} MB, of it {_memory() - before:.0f} MB by loading")


def _memory() -> float:
    """The most memory the process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _delete(team: Team, user: User) -> None:
    versions = DatasetVersion.objects.filter(dataset__project__team=team)
    with connection.cursor() as cursor:
        for version_id in versions.values_list("id", flat=True):
            cursor.execute(f'DELETE FROM "{Item._meta.db_table}" WHERE version_id = %s', [version_id])  # noqa: S608, SLF001
    DatasetImport.objects.filter(project__team=team).delete()
    versions.delete()
    remove_team(team, user)


if __name__ == "__main__":
    main()
