"""Reads 100,000 items of a dataset version out over REST, as each kind of file and in pages, and prints items a second.

Run from the repository with `DATABASE_URL` set to a scratch database: `python -m benchmarks.rest_reading`. Calls are
made in this process, so no network is measured. What it makes is deleted at the end.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Iterator
from typing import cast

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")
os.environ.setdefault("EVALHUB_API_REQUESTS_PER_MINUTE", "0")
os.environ.setdefault("ALLOWED_HOSTS", "testserver")
django.setup()

from django.db import connection  # models can be imported only after the set-up
from django.http import StreamingHttpResponse
from rest_framework.test import APIClient

from benchmarks.teams import remove_team
from evalhub.accounts.models import Team, User
from evalhub.accounts.services import create_team, issue_api_key
from runs.importers.mapping import NewItem
from runs.models import DatasetVersion
from runs.services.datasets import create_dataset, store_version

_ANSWER = "The model answered with a short note about billing, refunds and orders of this account. " * 6


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    rows = options.parse_args().rows
    user = User.objects.create_user(f"bench-{time.time_ns()}@example.org", name="Benchmark")
    team = create_team(name="Benchmark", owner=user)
    try:
        dataset = create_dataset(project=team.projects.get(), name="Benchmark", by=user)
        store_version(dataset=dataset, rows=_items(rows), by=user)
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {issue_api_key(team=team, user=user, name='bench').secret}")
        _measure(client, f"/api/v1/datasets/{dataset.uuid}/versions/1/", rows)
    finally:
        _delete(team, user)


def _items(rows: int) -> Iterator[NewItem]:
    for number in range(rows):
        yield NewItem(
            key=f"item-{number}",
            input=f"Question {number}?",
            output=_ANSWER,
            expected="A short note.",
            metadata={"language": "en", "number": number},
        )


def _measure(client: APIClient, version: str, rows: int) -> None:
    for file_format in ("ndjson", "csv", "parquet"):
        start = time.perf_counter()
        answer = cast(StreamingHttpResponse, client.get(f"{version}export/?format={file_format}"))
        size = len(answer.getvalue())
        _print(file_format, rows, time.perf_counter() - start, f"{size / 1e6:.0f} MB")
    start, pages, address = time.perf_counter(), 0, f"{version}items/?size=1000"
    while address:
        address = client.get(address).json()["next"]
        pages += 1
    _print("pages", rows, time.perf_counter() - start, f"{pages} pages")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _print(what: str, rows: int, seconds: float, note: str) -> None:
    print(f"{what:8} {rows / seconds:10,.0f} items/s  {seconds:6.1f} s  {note}")


def _delete(team: Team, user: User) -> None:
    versions = DatasetVersion.objects.filter(dataset__project__team=team)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM runs_item WHERE version_id = ANY(%s)", [list(versions.values_list("pk", flat=True))]
        )
    remove_team(team, user)


if __name__ == "__main__":
    main()
