"""The writes of datasets: from an uploaded file, or from rows that a program sends, to a frozen version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as Columns
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.db import transaction
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import differences, fields_of, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid, TooLarge
from evalhub.core.queue import enqueue
from runs.choices import OPEN_IMPORT_STATES, ImportState
from runs.execution.tasks import load_import as load_import_task
from runs.importers.formats.found import ITEM_MAPPING
from runs.importers.formats.summary import ToolSummary, tool_summary
from runs.importers.formats.table import TOOLS
from runs.importers.mapping import ItemMaker, Mapping, NewItem, guess_mapping
from runs.importers.preview import Preview, Sample, preview, sample_rows
from runs.importers.recognise import Recognised, recognise
from runs.importers.registry import FileFormat
from runs.importers.rows import JsonValue, Rejection, checked, dump_in_order, reject
from runs.importers.source import ENCODINGS, Source
from runs.ingest.datasets import dataset_named
from runs.ingest.loading import lease_end, load_import
from runs.ingest.writer import Origin, StoredVersion, write_version
from runs.models import Dataset, DatasetImport, RejectedRow

# So large a file is loaded while its sender waits; it takes less time than telling them where to look.
_LOADED_AT_ONCE = 1024 * 1024
# What people say of a dataset.
_TOLD = ("name", "description", "tags", "cluster_key")
_OWN_NAMES = Mapping(
    {name: name for name in ("input", "output", "expected", "context", "key", "trace", "model", "human", "metadata")}
    | {"judge": "given_scores"}
)


@transaction.atomic
def create_dataset(*, project: Project, name: str, by: User, description: str = "") -> Dataset:
    """Make an empty dataset. Raises `NotAllowed`, `Invalid` for an empty name, `Conflict` for one in use."""
    require_right(by, Right.EDIT_DATASET, project)
    name = checked_name(name)
    if project.datasets.filter(name=name, archived_at=None).exists():
        raise Conflict("dataset_exists", f'The project has a dataset called "{name}" already; choose another name.')
    dataset = dataset_named(project=project, name=name, by=by)
    if description:
        dataset.description = description
        dataset.save(update_fields=["description"])
    return dataset


@transaction.atomic
def edit_dataset(
    dataset: Dataset, *, name: str, description: str, tags: Sequence[str], cluster_key: str, by: User
) -> Dataset:
    """Change what the dataset is called; its versions stay. Raises as `create_dataset`."""
    require_right(by, Right.EDIT_DATASET, dataset.project)
    name = checked_name(name)
    others = Dataset.objects.filter(project_id=dataset.project_id, name=name, archived_at=None).exclude(pk=dataset.pk)
    if others.exists():
        raise Conflict("dataset_exists", f'The project has a dataset called "{name}" already; choose another name.')
    before = fields_of(dataset, *_TOLD)
    dataset.name, dataset.description = name, description.strip()
    dataset.tags = list(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    dataset.cluster_key = _known_key(dataset, cluster_key)
    dataset.save(update_fields=_TOLD)
    project, changes = dataset.project, differences(before, fields_of(dataset, *_TOLD))
    record(team=project.team, by=by, action=AuditAction.CHANGED, subject=dataset, project=project, changes=changes)
    return dataset


@transaction.atomic
def set_cluster_key(dataset: Dataset, key: str, *, by: User) -> Dataset:
    """Say under which metadata key items that belong together have one value; "" takes them for independent.

    Comparisons over the dataset reckon by it unless they are asked otherwise. Raises `Invalid` for an unknown key.
    """
    require_right(by, Right.EDIT_DATASET, dataset.project)
    changes = differences({"cluster_key": dataset.cluster_key}, {"cluster_key": _known_key(dataset, key)})
    dataset.cluster_key = key
    dataset.save(update_fields=["cluster_key"])
    project = dataset.project
    record(team=project.team, by=by, action=AuditAction.CHANGED, subject=dataset, project=project, changes=changes)
    return dataset


def _known_key(dataset: Dataset, key: str) -> str:
    """The key as it is kept. Raises `Invalid` for one that no item of any version has."""
    if key and key != dataset.cluster_key and not dataset.versions.filter(metadata_keys__has_key=key).exists():
        raise Invalid(
            "cluster_key_unknown", f'No item of this dataset has "{key[:80]}" in its metadata.', field="cluster_key"
        )
    return key


@transaction.atomic
def archive_dataset(dataset: Dataset, *, by: User) -> None:
    """Take the dataset out of lists; its runs and versions stay, and its name is free again."""
    require_right(by, Right.DELETE, dataset.project)
    project = dataset.project
    if Dataset.objects.filter(pk=dataset.pk, archived_at=None).update(archived_at=timezone.now()):
        record(team=project.team, by=by, action=AuditAction.DELETED, subject=dataset, project=project)


def checked_name(name: str) -> str:
    """A dataset's name as it is kept. Raises `Invalid` for none, or one that is too long."""
    name = " ".join(name.split())
    if not name:
        raise Invalid("name_missing", "A dataset needs a name.", field="dataset_name")
    if len(name) > 200:
        raise Invalid("name_too_long", "A dataset's name has at most 200 characters.", field="dataset_name")
    return name


def store_version(
    *,
    dataset: Dataset,
    rows: Iterable[NewItem],
    by: User,
    source_name: str = "",
    size_bytes: int = 0,
    mapping: dict[str, str] | None = None,
) -> StoredVersion:
    """Freeze the rows as the dataset's next version, or find the version that holds exactly them.

    Of rows that a program read from a file, the file's name, size and columns are kept with the version.
    Raises `NotAllowed`, and `Invalid` for no rows or a key that two of them share; then nothing is stored.
    """
    require_right(by, Right.EDIT_DATASET, dataset.project)
    origin = Origin(by=by, source_name=source_name, size_bytes=size_bytes, mapping=mapping)
    return write_version(dataset=dataset, rows=rows, origin=origin)


def store_rows(*, dataset: Dataset, rows: Iterable[dict[str, JsonValue]], by: User) -> StoredVersion:
    """Freeze rows that name the parts of an item as EvalHub does; other names become metadata. All of them, or none.

    Raises as `store_version`, and `Invalid` at the first row that cannot be an item.
    """
    return store_version(dataset=dataset, rows=_items_of(rows), by=by)


def _items_of(rows: Iterable[dict[str, JsonValue]]) -> Iterator[NewItem]:
    maker = ItemMaker(_OWN_NAMES, reads_cells=False)
    for place, values in enumerate(rows):
        item = _item_of(maker, values, place)
        if isinstance(item, Rejection):
            raise Invalid("row_invalid", f"Row {place + 1:,}: {item.reason}", field=f"rows.{place}")
        yield item


def _item_of(maker: ItemMaker, values: dict[str, JsonValue], place: int) -> NewItem | Rejection:
    try:
        parsed = checked(place + 1, values, dump_in_order(values))
    except ValueError as error:
        return reject(place + 1, f"It cannot be kept as JSON: {error}")
    return parsed if isinstance(parsed, Rejection) else maker.make(parsed)


def receive_upload(*, project: Project, upload: File[bytes], by: User, dataset: Dataset | None = None) -> DatasetImport:
    """Keep an uploaded file, say what it is and guess what its columns mean.

    Raises `NotAllowed`, `TooLarge`, and `Invalid` that says what is wrong with the file; then nothing is kept.
    """
    require_right(by, Right.EDIT_DATASET, project)
    name = Path(upload.name or "file").name[:300]
    check_size(upload.size)
    file = cast(BinaryIO, upload.file)
    recognised = recognise(file, name)
    columns, mapping = _columns(file, recognised)
    dataset_import = DatasetImport(
        project=project,
        dataset=dataset,
        dataset_name="" if dataset else _name_from(name),
        file_name=name,
        file_size=upload.size,
        file_format=recognised.file_format,
        encoding=recognised.encoding,
        error=recognised.problem,
        columns=columns,
        mapping=mapping.to_json(),
        created_by=by,
    )
    file.seek(0)
    dataset_import.file.save(f"{uuid4().hex}.{recognised.file_format}", upload, save=False)
    dataset_import.save()
    return dataset_import


def check_size(size: int) -> None:
    """Raise `TooLarge` for a file above the limit of the server."""
    if size > settings.EVALHUB_UPLOAD_MAX_BYTES:
        limit = settings.EVALHUB_UPLOAD_MAX_BYTES // (1024 * 1024)
        raise TooLarge(
            "file_too_large",
            f"The upload has {size / (1024 * 1024):,.0f} MB; this server takes at most {limit:,} MB "
            "(setting EVALHUB_UPLOAD_MAX_MB). Send it in parts, or raise the limit.",
            field="file",
        )


def _columns(file: BinaryIO, recognised: Recognised) -> tuple[list[str], Mapping]:
    """The columns of the first rows and what they mean. Raises `Invalid` when there is no row to be seen."""
    sample = sample_rows(Source(file, recognised.encoding), recognised.file_format)
    if not sample.rows and not sample.rejections:
        raise Invalid(
            "no_rows",
            "The file holds no row, only the names of its columns at most; add rows and send it again.",
            field="file",
        )
    if recognised.file_format in TOOLS:
        return sample.columns, ITEM_MAPPING
    return sample.columns, guess_mapping(sample.columns, [row.values for row in sample.rows])


def _name_from(file_name: str) -> str:
    """A first name for the dataset: the file's, without its ending."""
    return " ".join(file_name.rsplit(".", 1)[0].split())[:200] or "Dataset"


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """What a person decided on the mapping page: what the columns mean and where the rows go."""

    mapping: Mapping
    encoding: str = ""
    dataset: Dataset | None = None
    dataset_name: str = ""


@transaction.atomic
def confirm_import(
    *, dataset_import: DatasetImport, choices: ImportChoices, by: User, in_background: bool = True
) -> DatasetImport:
    """Queue the import with these choices. Raises `NotAllowed`, `Invalid`, and `Conflict` when it has begun already."""
    require_right(by, Right.EDIT_DATASET, dataset_import.project)
    _check_choices(dataset_import, choices)
    changed = DatasetImport.objects.filter(id=dataset_import.pk, state__in=OPEN_IMPORT_STATES).update(
        state=ImportState.QUEUED,
        mapping=choices.mapping.to_json(),
        encoding=choices.encoding or dataset_import.encoding,
        dataset=choices.dataset,
        dataset_name="" if choices.dataset else checked_name(choices.dataset_name),
        lease_until=lease_end(),
        tries=0,
        error="",
    )
    if not changed:
        raise Conflict("import_started", "This file is being loaded already, or has been; open its page again.")
    RejectedRow.objects.filter(dataset_import=dataset_import).delete()
    dataset_import.refresh_from_db()
    if in_background:
        enqueue(load_import_task, dataset_import.pk)
    return dataset_import


def import_file(*, dataset: Dataset, upload: File[bytes], fields: Columns[str, str], by: User) -> DatasetImport:
    """Bring a program's file into the dataset: what its columns mean is guessed, but for the `fields` it names.

    A small file is loaded before this returns, a large one by a worker. Raises as `receive_upload` and
    `confirm_import`; then nothing is kept.
    """
    dataset_import = receive_upload(project=dataset.project, upload=upload, by=by, dataset=dataset)
    is_small = dataset_import.file_size <= _LOADED_AT_ONCE
    try:
        if dataset_import.error:
            raise Invalid("encoding_unknown", dataset_import.error)
        mapping = Mapping.from_json(dataset_import.mapping).corrected(fields, dataset_import.columns)
        choices = ImportChoices(mapping=mapping, dataset=dataset)
        confirm_import(dataset_import=dataset_import, choices=choices, by=by, in_background=not is_small)
    except Invalid:
        discard_import(dataset_import=dataset_import, by=by)
        raise
    if is_small:
        load_import(dataset_import.pk)
        dataset_import.refresh_from_db()
    return dataset_import


def _check_choices(dataset_import: DatasetImport, choices: ImportChoices) -> None:
    if "input" not in choices.mapping.fields:
        raise Invalid("input_unmapped", "No column is mapped to input; choose the one that holds what was asked.")
    if choices.encoding and choices.encoding not in ENCODINGS:
        raise Invalid("encoding_unknown", f'"{choices.encoding}" is no encoding to choose from.', field="encoding")
    if choices.dataset is not None and choices.dataset.project_id != dataset_import.project_id:
        raise Invalid("dataset_elsewhere", "The dataset belongs to another project.", field="dataset")


def discard_import(*, dataset_import: DatasetImport, by: User) -> None:
    """Forget an upload that was never loaded. Raises `NotAllowed`, and `Conflict` once it is being loaded."""
    require_right(by, Right.EDIT_DATASET, dataset_import.project)
    deleted, _ = DatasetImport.objects.filter(id=dataset_import.pk, state__in=OPEN_IMPORT_STATES).delete()
    if not deleted:
        raise Conflict("import_started", "This file is being loaded already, or has been; it cannot be discarded.")
    dataset_import.file.delete(save=False)


def sample_import(*, dataset_import: DatasetImport, encoding: str) -> Sample:
    """The first rows of a file that waits for its columns. Raises `Invalid` when the encoding cannot read them."""
    with dataset_import.file.open("rb") as stored:
        return sample_rows(_source(stored, encoding), FileFormat(dataset_import.file_format))


def preview_import(*, dataset_import: DatasetImport, choices: ImportChoices) -> Preview:
    """What the beginning of the file would become by these choices."""
    with dataset_import.file.open("rb") as stored:
        source = _source(stored, choices.encoding or dataset_import.encoding)
        return preview(source, FileFormat(dataset_import.file_format), choices.mapping)


def describe_import(dataset_import: DatasetImport) -> ToolSummary | None:
    """What was recognised in the file and what of it is not carried over; None for a file of no other tool."""
    if dataset_import.file_format not in TOOLS:
        return None
    choices = ImportChoices(mapping=Mapping.from_json(dataset_import.mapping))
    return tool_summary(dataset_import.file_format, preview_import(dataset_import=dataset_import, choices=choices))


def _source(stored: File[bytes], encoding: str) -> Source:
    return Source(cast(BinaryIO, stored.file), encoding)
