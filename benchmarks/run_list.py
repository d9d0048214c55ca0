"""Times run list and trends of 10,000 runs × 10 metrics: `python -m benchmarks.run_list`. Its rows are taken away.

Prints, for each address, the median over several requests through the whole stack of middleware and templates.
"""

from __future__ import annotations

import os
import random
import statistics
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")
django.setup()

# Django has to be set up before models are imported.
from datetime import timedelta  # Django has to be set up before models are imported
from itertools import pairwise

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.accounts.services import create_team
from metrics.models import Metric, MetricRevision
from runs.models import Dataset, DatasetVersion, Run, RunMetric, RunVerdict, Target

RUNS, METRICS, ROUNDS = 10_000, 10, 9
QUERIES = (
    "",
    "?sort=-overall",
    "?sort=m.metric-3",
    "?sort=-m.metric-3&page=150",
    "?m.metric-2=0.8..0.9&sort=-m.metric-4",
    "?q=run+99",
    "?state=finished&sort=-duration&page=60",
    "?page=200",
)
TRENDS = (
    "",
    "?measure=m.metric-3",
    "?measure=m.metric-3&by=version",
    "?measure=pass_rate&target=bot",
    "?measure=m.metric-3&tag=nightly",
    "?measure=m.metric-3&page=10",
)


def main() -> None:
    with transaction.atomic():
        project, user = _load()
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE runs_run, runs_runmetric, runs_runverdict")
        client = Client(HTTP_HOST="localhost")
        client.force_login(user)
        for query in QUERIES:
            _time(client, f"/projects/{project.pk}/runs/{query}")
        for query in TRENDS:
            _time(client, f"/projects/{project.pk}/trends/{query}")
        _time(client, f"/projects/{project.pk}/")
        _time(client, "/")
        transaction.set_rollback(True)


def _load() -> tuple[Project, User]:
    user = User.objects.create_user("benchmark@example.org", name="Benchmark")
    project = Project.objects.create(team=create_team(name="Benchmark", owner=user), key="big", name="Big")
    dataset = Dataset.objects.create(project=project, key="questions", name="Questions")
    version = DatasetVersion.objects.create(
        dataset=dataset, number=1, content_hash="b", question_hash="b", item_count=100
    )
    target = Target.objects.create(project=project, name="bot")
    revisions = [_revision(number) for number in range(METRICS)]
    start, chance = timezone.now() - timedelta(minutes=RUNS), random.Random(7)
    runs = Run.objects.bulk_create(
        [
            Run(
                project=project,
                dataset=dataset,
                dataset_version=version,
                target=target,
                name=f"run {number}",
                state="finished",
                is_baseline=number == 5,
                overall=chance.random(),
                created_by=user,
                created_at=start + timedelta(minutes=number),
                started_at=start + timedelta(minutes=number),
                finished_at=start + timedelta(minutes=number, seconds=chance.randint(1, 300)),
                item_count=100,
                scored_count=100,
                overall_low=0.4,
                overall_high=0.6,
                failing_count=chance.randint(0, 40),
                tags=["nightly"] if number % 10 == 0 else [],
            )
            for number in range(RUNS)
        ],
        batch_size=2_000,
    )
    RunMetric.objects.bulk_create(
        (_run_metric(run, revision, chance) for run in runs for revision in revisions), batch_size=5_000
    )
    RunVerdict.objects.bulk_create(
        (
            _verdict(run, against, f"m.{revision.metric.key}")
            for against, run in pairwise(runs)
            for revision in revisions
        ),
        batch_size=5_000,
    )
    return project, user


def _revision(number: int) -> MetricRevision:
    metric = Metric.objects.create(key=f"metric-{number}", name=f"Metric {number}", kind="heuristic")
    return MetricRevision.objects.create(metric=metric, number=1, definition_hash=str(number))


def _run_metric(run: Run, revision: MetricRevision, chance: random.Random) -> RunMetric:
    mean = chance.random()
    return RunMetric(
        run=run,
        revision=revision,
        key=revision.metric.key,
        name=revision.metric.name,
        value_type="number",
        range_min=0.0,
        range_max=1.0,
        threshold=0.7,
        n_scored=100,
        mean=mean,
        variance=0.04,
        ci_low=mean - 0.04,
        ci_high=mean + 0.04,
        histogram=[5] * 20,
    )


def _verdict(run: Run, against: Run, measure: str) -> RunVerdict:
    return RunVerdict(
        run=run,
        against=against,
        side="previous",
        measure=measure,
        items=100,
        difference=-0.01,
        ci_low=-0.03,
        ci_high=0.01,
        p=0.3,
        adjusted_p=0.9,
        verdict="no_difference",
    )


def _time(client: Client, address: str) -> None:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        response = client.get(address)
        taken.append((time.perf_counter() - began) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{address} answered {response.status_code}")
    print(f"{statistics.median(taken):7.1f} ms  {len(response.content) / 1024:6.0f} kB  {address}")


if __name__ == "__main__":
    main()
