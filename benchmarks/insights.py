"""Times the insights of a run of 100,000 items × 4 metrics × 10 metadata keys: `python -m benchmarks.insights`.

Prints seconds and memory of the worker, and what the grouping program takes; the rows are taken away again.
"""

from __future__ import annotations

import os
import resource
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")
django.setup()

# Django has to be set up before models are imported.
from django.db import connection, transaction

from benchmarks.big_runs import make_run
from evalhub.accounts.models import Project, User
from evalhub.accounts.services import create_team
from runs.insights.computing import compute_insights
from runs.insights.wanted import want_insights
from runs.models import DatasetVersion, FailureGroup, Insight, InsightReport, Run

ITEMS, KEYS, VALUES = 100_000, 10, 12
BUDGET_SECONDS = 10


def main() -> None:
    with transaction.atomic():
        run = _load()
        want_insights([run.pk])
        before = _megabytes(resource.RUSAGE_SELF)
        began = time.perf_counter()
        if not compute_insights(run.pk):
            raise SystemExit("nothing was computed")
        seconds = time.perf_counter() - began
        report = InsightReport.objects.get(pk=run.pk)
        print(f"{seconds:.1f} s of {BUDGET_SECONDS} s for {ITEMS:,} items × 4 metrics × {KEYS} metadata keys")
        print(f"worker: {_megabytes(resource.RUSAGE_SELF):.0f} MB at its highest, {before:.0f} MB before")
        print(f"grouping program: {_megabytes(resource.RUSAGE_CHILDREN):.0f} MB, given back")
        groups = FailureGroup.objects.filter(run=run).count()
        print(
            f"{Insight.objects.filter(run=run).count()} insights, {groups} groups of {report.grouped:,} failing items"
        )
        transaction.set_rollback(True)


def _load() -> Run:
    """Values of metadata by the item's number, so that no slice is weak but by chance."""
    user = User.objects.create_user("benchmark@example.org", name="Benchmark")
    project = Project.objects.create(team=create_team(name="Benchmark", owner=user), key="big", name="Big")
    run = make_run(project, ITEMS)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE runs_item SET metadata = (
                SELECT jsonb_object_agg('key ' || key, (hashint4(ordinal * %(keys)s + key) & 65535) %% %(values)s)
                FROM generate_series(0, %(keys)s - 1) AS key
            ) WHERE version_id = %(version)s
            """,
            {"keys": KEYS, "values": VALUES, "version": run.dataset_version_id},
        )
    values = [[str(value), ITEMS // VALUES] for value in range(VALUES)]
    keys = {f"key {key}": {"items": ITEMS, "values": values, "has_more": False} for key in range(KEYS)}
    DatasetVersion.objects.filter(pk=run.dataset_version_id).update(metadata_keys=keys)
    return run


def _megabytes(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


if __name__ == "__main__":
    main()
