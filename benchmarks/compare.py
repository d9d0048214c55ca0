"""Times the comparison of 5 runs × 100,000 items: `python -m benchmarks.compare`. Its rows are taken away again.

Prints the median beside the budget, and their ratio: below 1 is within it.
"""

from __future__ import annotations

import os
import statistics
import time
import uuid
from collections.abc import Callable
from functools import partial

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")
django.setup()

# Django has to be set up before models are imported.
import numpy as np
from django.db import transaction
from django.test import Client

from benchmarks.big_runs import make_run
from evalhub.accounts.models import Project, User
from evalhub.accounts.services import create_team
from runs import columns, metadata_index
from runs.choices import ColumnName
from runs.comparison import compare
from runs.models import Run, RunColumn, RunMetric

RUNS, ITEMS, ROUNDS = 5, 100_000, 7
FIRST_MS, AFTER_MS = 500, 50


def main() -> None:
    with transaction.atomic():
        project, user, run_ids = _load()
        for title, key in (("summary", ""), ("summary, clustered by topic", "topic")):
            summary = partial(_summary, run_ids, key)
            _time(f"{title}, first", summary, budget=FIRST_MS, is_cold=True)
            _time(f"{title}, after", summary, budget=AFTER_MS)
        client = Client(HTTP_HOST="localhost")
        client.force_login(user)
        address = f"/projects/{project.pk}/compare/?runs={','.join(map(str, run_ids))}"
        _time("page, first", partial(_get, client, address), budget=FIRST_MS, is_cold=True)
        for query in ("", "&show=worse", "&show=worse&page=400", "&slice=topic"):
            _time(f"page{query}", partial(_get, client, address + query), budget=100)
        transaction.set_rollback(True)


def _load() -> tuple[Project, User, list[int]]:
    """One run with its items and scores, and four more that have columns alone: nothing else of them is read."""
    user = User.objects.create_user("benchmark@example.org", name="Benchmark")
    project = Project.objects.create(team=create_team(name="Benchmark", owner=user), key="big", name="Big")
    first = make_run(project, ITEMS)
    rng = np.random.default_rng(1)
    return project, user, [first.pk, *(_copy(first, rng, number).pk for number in range(1, RUNS))]


def _copy(first: Run, rng: np.random.Generator, number: int) -> Run:
    """The same questions in another order, so that they have to be matched, with scores a little off."""
    copy = Run.objects.get(pk=first.pk)
    copy.pk, copy.uuid, copy.name = None, uuid.uuid4(), f"Candidate {number}"
    copy.save()
    metric_ids: dict[int | None, int] = {}
    for metric in RunMetric.objects.filter(run=first):
        old, metric.pk, metric.run = metric.pk, None, copy
        metric.save()
        metric_ids[old] = metric.pk
    order = rng.permutation(ITEMS)
    for column in RunColumn.objects.filter(run=first):
        values = np.frombuffer(column.packed, dtype=columns.ELEMENT_TYPES[ColumnName(column.name)])[order]
        is_number = column.name in {ColumnName.VALUE, ColumnName.OVERALL} and set(np.unique(values[:100])) - {0.0, 1.0}
        if is_number:
            values = np.clip(values + rng.normal(0.002 * number, 0.1, ITEMS), 0, 5)
        column.pk, column.run, column.run_metric_id = None, copy, metric_ids.get(column.run_metric_id)
        column.packed = values.tobytes()
        column.save()
    return copy


def _summary(run_ids: list[int], cluster_key: str) -> None:
    found = Run.objects.with_names().with_metrics().in_bulk(run_ids)
    lines = compare.compare_runs([found[run_id] for run_id in run_ids], cluster_key=cluster_key).lines
    if len(lines) != (RUNS - 1) * 5:
        raise SystemExit(f"{len(lines)} lines")


def _get(client: Client, address: str) -> None:
    response = client.get(address)
    if response.status_code != 200:
        raise SystemExit(f"{address} answered {response.status_code}")


def _time(title: str, work: Callable[[], None], *, budget: int, is_cold: bool = False) -> None:
    taken = []
    if not is_cold:
        work()
    for _ in range(3 if is_cold else ROUNDS):
        if is_cold:
            columns.cache.clear()
            metadata_index.forget()
            compare.forget()
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    median = statistics.median(taken)
    print(f"{median:7.1f} ms of {budget} ms ({median / budget:.2f})  {title}")


if __name__ == "__main__":
    main()
