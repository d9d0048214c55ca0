"""Plain makers of rows for tests: `make_run(project=…, state=…)`. Each fills only what it is not told."""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.text import slugify

from evalhub.accounts.models import Project, Team
from evalhub.connections.models import Connection
from evalhub.core.ids import hash64
from metrics.catalogue import BUILT_INS
from metrics.choices import MetricKind
from metrics.models import Metric, MetricRevision
from runs.models import Dataset, DatasetVersion, Item, Run, RunMetric, Target

BUILT_IN_KEYS = frozenset(built_in.key for built_in in BUILT_INS)


def make_dataset(*, project: Project, name: str = "Questions", **fields: Any) -> Dataset:
    return Dataset.objects.create(project=project, name=name, key=fields.pop("key", slugify(name)), **fields)


def make_version(*, dataset: Dataset, rows: list[dict[str, Any]], number: int = 1) -> DatasetVersion:
    """A version with the rows as items; each row holds fields of `Item`."""
    digest = hashlib.sha256(repr((dataset.pk, number, rows)).encode()).hexdigest()
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=number,
        content_hash=digest,
        question_hash=digest,
        item_count=len(rows),
        with_output=sum("output" in row for row in rows),
        with_expected=sum("expected" in row for row in rows),
        with_context=sum("context" in row for row in rows),
    )
    Item.objects.bulk_create(
        Item(
            project_id=dataset.project_id,
            version=version,
            ordinal=ordinal,
            pair_key=hash64("key", row.get("key") or row["input"]),
            **row,
        )
        for ordinal, row in enumerate(rows)
    )
    return version


def make_target(*, project: Project, name: str = "bot", **fields: Any) -> Target:
    return Target.objects.create(project=project, name=name, **fields)


def make_connection(*, team: Team, name: str = "Gateway", secret: str = "", **fields: Any) -> Connection:
    fields.setdefault("base_url", "https://models.example.org/v1")
    connection = Connection(team=team, name=name, **fields)
    connection.set_secret(secret)
    connection.save()
    return connection


def builtin(key: str) -> MetricRevision:
    """The current revision of a metric that EvalHub ships with; every test database has them."""
    metric = Metric.objects.with_current_revision().get(team=None, key=key)
    assert metric.current_revision
    return metric.current_revision


def make_metric(*, key: str, scorer: str = "", project: Project | None = None, **fields: Any) -> MetricRevision:
    """A metric of the project's team with its first revision; without a project, the built-in or one like it."""
    if project is None and not scorer and not fields and key in BUILT_IN_KEYS:
        return builtin(key)
    team = project.team if project else None
    revision_fields = {
        name: fields.pop(name)
        for name in ("direction", "value_type", "range_min", "range_max", "labels", "allowed", "needs", "definition")
        if name in fields
    }
    revision_fields.setdefault("definition", {"scorer": scorer or key})
    metric = Metric.objects.create(
        team=team, key=key, name=fields.pop("name", key), kind=fields.pop("kind", MetricKind.HEURISTIC), **fields
    )
    revision = MetricRevision.objects.create(metric=metric, number=1, definition_hash=key, **revision_fields)
    metric.current_revision = revision
    metric.save(update_fields=["current_revision"])
    return revision


def make_run(*, version: DatasetVersion, target: Target | None = None, **fields: Any) -> Run:
    project = version.dataset.project
    return Run.objects.create(
        project=project,
        dataset=version.dataset,
        dataset_version=version,
        target=target or Target.objects.filter(project=project).first() or make_target(project=project),
        name=fields.pop("name", "run"),
        item_count=fields.pop("item_count", version.item_count),
        **fields,
    )


def make_run_metric(*, run: Run, revision: MetricRevision, **fields: Any) -> RunMetric:
    return RunMetric.objects.create(
        run=run,
        revision=revision,
        key=revision.metric.key,
        name=revision.metric.name,
        direction=revision.direction,
        value_type=revision.value_type,
        unit=revision.unit,
        range_min=revision.scale.minimum,
        range_max=revision.scale.maximum,
        labels=revision.labels,
        allowed=revision.allowed,
        rank=fields.pop("rank", run.run_metrics.count()),
        **fields,
    )
