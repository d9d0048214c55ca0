"""What the pages of targets show: a list with each one's last run, and the runs of a target by version."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.db.models.fields.json import KT

from evalhub.accounts.models import Project
from runs.choices import TargetKind
from runs.models import Run, Target
from runs.run_table import RunColumn, RunRow, metric_columns, table_rows
from runs.targets.template import DEFAULT_TEMPLATE

ON_PAGE = 50
_METRICS_SHOWN = 6
_RUNS_SHOWN = 10
_ROWS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target with its newest run, None before the first, and how many there are."""

    target: Target
    last_run: Run | None
    run_count: int


@dataclass(frozen=True, slots=True)
class TargetPage:
    """One page of a project's targets."""

    place: Page[Target]
    rows: Sequence[TargetRow]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """The newest finished run of one version of a target over one dataset.

    `is_outdated` when the version was changed since that run was made.
    """

    target: Target
    cells: RunRow
    is_outdated: bool

    @property
    def run(self) -> Run:
        return self.cells.run


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One setting of a target; `is_code` where spaces and lines matter."""

    label: str
    value: str
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class TargetHistory:
    """What became of a target: its last runs, and its versions beside each other."""

    runs: Sequence[Run]
    columns: Sequence[RunColumn]
    versions: Sequence[VersionRow]


def target_page(project: Project, *, page: str | None) -> TargetPage:
    """The project's targets by name, the newest version of a name first."""
    targets = project.targets.filter(deleted_at=None).select_related("connection")
    place = Paginator(targets, ON_PAGE).get_page(page)
    shown = list(place.object_list)
    runs = Run.objects.filter(target__in=shown, deleted_at=None)
    newest = {run.target_id: run for run in runs.order_by("target_id", "-id").distinct("target_id")}
    counts = dict(runs.order_by().values_list("target_id").annotate(count=Count("id")))
    return TargetPage(place, [TargetRow(target, newest.get(target.pk), counts.get(target.pk, 0)) for target in shown])


def target_history(target: Target) -> TargetHistory:
    """The target's last runs, and the newest finished one of each version of that name over each dataset."""
    runs = Run.objects.filter(target=target, deleted_at=None).for_table().order_by("-id")[:_RUNS_SHOWN]
    named = Run.objects.finished().filter(project_id=target.project_id, target__name=target.name)
    newest = named.order_by("dataset_id", "target_id", "-id").distinct("dataset_id", "target_id").values("id")
    compared = list(
        Run.objects.filter(id__in=newest)
        .for_table()
        .annotate(hash_then=KT("target_snapshot__version_hash"))
        .order_by("dataset__name", "-id")[:_ROWS_SHOWN]
    )
    columns = metric_columns(compared, ())[:_METRICS_SHOWN]
    versions = Target.objects.in_bulk({run.target_id for run in compared})
    return TargetHistory(
        runs=list(runs),
        columns=columns,
        versions=[
            _version_row(row, versions[row.run.target_id])
            for row in table_rows(compared, columns, baselines={}, verdicts={})
        ],
    )


def _version_row(row: RunRow, target: Target) -> VersionRow:
    hash_then: str | None = row.run.hash_then  # type: ignore[attr-defined]  # annotated above
    return VersionRow(target, row, is_outdated=(hash_then or "") != target.version_hash)


def shown_settings(target: Target) -> list[ShownSetting]:
    """What the target is asked with, in the order of its form; what was left empty is left out."""
    request = target.request
    paths = request.get("paths", {})
    settings = [
        ShownSetting("Connection", str(target.connection or "")),
        ShownSetting("Model", target.model_in_force),
        ShownSetting("System message", target.system_message, is_code=True),
        ShownSetting("What the user says", target.template or _template_in_force(target), is_code=True),
        ShownSetting("Parameters", _json(target.parameters), is_code=True),
        ShownSetting(
            "Request", f"{request.get('method', '')} {request.get('path') or '/'}" if request else "", is_code=True
        ),
        ShownSetting("Headers", _json(request.get("headers")), is_code=True),
        ShownSetting("Header of the key", request.get("key_header", "")),
        ShownSetting("Body", _json(request.get("body")), is_code=True),
        ShownSetting("Read from the reply", "\n".join(f"{name}: {path}" for name, path in paths.items()), is_code=True),
    ]
    return [setting for setting in settings if setting.value]


def _template_in_force(target: Target) -> str:
    return DEFAULT_TEMPLATE if target.kind == TargetKind.CHAT_MODEL else ""


def _json(value: Any) -> str:  # noqa: ANN401  # any JSON
    return json.dumps(value, ensure_ascii=False, indent=2) if value else ""
