"""A whole project as one zip: datasets, runs with items and scores, reviews, metrics and a manifest."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, TypeVar

import orjson
from django.db.models import Model, QuerySet
from django.utils import timezone

from evalhub.accounts.models import Project
from metrics.models import MetricRevision, ProjectMetric
from runs.choices import ExportFormat
from runs.exporters import jsonl, parquet
from runs.exporters.columns import columns_of
from runs.exporters.rows import export_rows
from runs.exporters.version_items import item_chunks, write_chunks
from runs.models import (
    Comment,
    Dataset,
    DatasetVersion,
    EvaluationVersion,
    Override,
    Review,
    ReviewChange,
    Run,
    Target,
)

FORMAT = "evalhub-project/1"
_ROWS = 500
_PROJECT = ("uuid", "key", "name", "description", "model_name", "quality_threshold", "created_at")
_TARGET = (
    *("uuid", "name", "version", "description", "tags", "kind", "model", "system_message", "template"),
    *("parameters", "version_hash", "created_at"),
)
_REVISION = (
    *("metric__key", "metric__name", "metric__kind", "number", "definition", "direction", "value_type"),
    *("range_min", "range_max", "unit", "labels", "allowed", "needs", "note", "created_at"),
)
_SETTING = ("metric__key", "name", "is_enabled", "threshold", "weight", "rank", "judge_model", "parameters")
_EVALUATION = (
    *("evaluation__key", "number", "name", "description", "long_description", "dataset__key", "star_metric__key"),
    *("star_threshold", "num_samples", "sampling", "repeats", "cache_policy", "config_spec", "tasks", "created_at"),
)
_RUN = (
    *("uuid", "name", "description", "state", "tags", "dataset__key", "dataset_version__number", "target__name"),
    *("item_count", "repeats", "overall", "is_baseline", "cost", "created_at", "started_at", "finished_at"),
)
_RUN_METRIC = (
    *("key", "name", "revision__number", "threshold", "weight", "direction", "value_type", "judge_model"),
    *("parameters", "n_scored", "n_unscored", "n_errored", "n_passed", "mean", "ci_low", "ci_high"),
)
_OF_ITEM = ("run_item__ordinal", "run_item__repeat")
_REVIEW = (*_OF_ITEM, "state", "assignee__email", "corrected_output", "source", "created_at", "updated_at")
_CHANGE = ("review__run_item__ordinal", "review__run_item__repeat", "field", "before", "after", "author__email")
_OVERRIDE = (
    *(*_OF_ITEM, "metric__key", "author__email", "annotator", "value", "label", "note", "spans"),
    *("is_current", "created_at"),
)
_COMMENT = (*_OF_ITEM, "author__email", "body", "created_at")

Reporter = Callable[[int], None]
Row = TypeVar("Row")


@dataclass(slots=True)
class _Archive:
    """The zip in the making, and what its manifest will say; `report` hears how many items were read, often."""

    zip: zipfile.ZipFile
    file_format: ExportFormat
    report: Reporter
    files: list[dict[str, Any]] = field(default_factory=list)
    _items: int = 0

    def add(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one file of lines, piece by piece."""
        self._write(name, pieces, zipfile.ZIP_DEFLATED)

    def add_items(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write one file made of items that were `counted`."""
        self._items = 0
        # Parquet is packed already.
        is_packed = self.file_format == ExportFormat.PARQUET
        self._write(f"{name}.{self.file_format}", pieces, zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED)
        self.files[-1]["rows"] = self._items

    def counted(self, chunks: Iterable[Sequence[Row]]) -> Iterator[Sequence[Row]]:
        """The items as they come, counted and told of."""
        for rows in chunks:
            yield rows
            self._items += len(rows)
            self.report(len(rows))

    def _write(self, name: str, pieces: Iterable[bytes], compression: int) -> None:
        digest, lines, size = hashlib.sha256(), 0, 0
        entry = zipfile.ZipInfo(name, timezone.now().timetuple()[:6])
        entry.compress_type = compression
        with self.zip.open(entry, "w", force_zip64=True) as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                lines += piece.count(b"\n")
                size += len(piece)
        self.files.append({"name": name, "rows": lines, "bytes": size, "sha256": digest.hexdigest()})

    def add_rows(self, name: str, rows: QuerySet[Any], columns: tuple[str, ...]) -> None:
        """Write these columns of the rows, one JSON object a line, in the order of their ids."""
        self.add(name, _lines(rows, columns))


def items_in(project: Project) -> int:
    """How many items an export writes: those of the datasets and those of the runs."""
    in_datasets = sum(DatasetVersion.objects.filter(dataset__project=project).values_list("item_count", flat=True))
    return in_datasets + sum(_runs(project).values_list("item_count", flat=True))


def write_archive(
    project: Project, file: IO[bytes], *, report: Reporter, file_format: ExportFormat = ExportFormat.JSONL
) -> None:
    """Write the zip; `report` hears how many items were written, often. Holds a few hundred rows in memory."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        archive = _Archive(target, file_format, report)
        about = {name: getattr(project, name) for name in _PROJECT}
        archive.add("project.json", [_json(about)])
        archive.add_rows("metrics.jsonl", _revisions(project), _REVISION)
        archive.add_rows("metric-settings.jsonl", ProjectMetric.objects.filter(project=project), _SETTING)
        archive.add_rows("targets.jsonl", Target.objects.filter(project=project), _TARGET)
        evaluations = EvaluationVersion.objects.filter(evaluation__project=project)
        archive.add_rows("evaluations.jsonl", evaluations, _EVALUATION)
        for dataset in project.datasets.order_by("id"):
            _add_dataset(archive, dataset)
        for run in _runs(project):
            _add_run(archive, run)
        manifest = {"format": FORMAT, "made_at": timezone.now(), "project": about, "files": archive.files}
        target.writestr("manifest.json", _json(manifest))


def _runs(project: Project) -> QuerySet[Run]:
    return Run.objects.filter(project=project, deleted_at=None).order_by("id")


def _revisions(project: Project) -> QuerySet[MetricRevision]:
    """Those that runs of the project measured, and the current ones of the metrics that it has settings for."""
    measured = MetricRevision.objects.filter(run_metrics__run__project=project).values("id")
    current = ProjectMetric.objects.filter(project=project).values("metric__current_revision")
    return MetricRevision.objects.filter(id__in=measured.union(current))


def _add_dataset(archive: _Archive, dataset: Dataset) -> None:
    folder = f"datasets/{dataset.key}"
    for version in dataset.versions.order_by("number"):
        pieces = write_chunks(archive.counted(item_chunks(version)), archive.file_format)
        archive.add_items(f"{folder}/v{version.number}", pieces)


def _add_run(archive: _Archive, run: Run) -> None:
    folder = f"runs/{run.pk}"
    about = Run.objects.filter(pk=run.pk).values(*_RUN).get()
    metrics = list(run.run_metrics.order_by("rank").values(*_RUN_METRIC))
    archive.add(f"{folder}/run.json", [_json(about | {"metrics": metrics})])
    archive.add_items(f"{folder}/items", _item_pieces(archive, run))
    for name, told, columns in (
        ("reviews", Review.objects.filter(run=run), _REVIEW),
        ("review-changes", ReviewChange.objects.filter(review__run=run), _CHANGE),
        ("human-values", Override.objects.filter(run=run), _OVERRIDE),
        ("comments", Comment.objects.filter(run=run), _COMMENT),
    ):
        if told.exists():
            archive.add_rows(f"{folder}/{name}.jsonl", told, columns)


def _item_pieces(archive: _Archive, run: Run) -> Iterator[bytes]:
    columns = columns_of(run)
    rows = archive.counted(export_rows(run, range(run.item_count)))
    if archive.file_format == ExportFormat.PARQUET:
        return parquet.write_parquet(rows, columns)
    return jsonl.write_jsonl(rows, run, groups=frozenset(column.group for column in columns))


def _lines(rows: QuerySet[Model], columns: tuple[str, ...]) -> Iterator[bytes]:
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk").values("pk", *columns)[:_ROWS]):
        last = found[-1]["pk"]
        yield b"".join(_json({_name(key): row[key] for key in columns}) for row in found)


def _name(column: str) -> str:
    """`metric__key` is `metric`, `metric__name` is `metric_name`."""
    return column.removeprefix("review__").removeprefix("run_item__").removesuffix("__key").replace("__", "_")


def _json(value: object) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_APPEND_NEWLINE)
