"""Named lists, their frozen versions, the items in them, and the files they came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Cast, Coalesce, Left, Now
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.core.ids import public_id
from runs.choices import OPEN_IMPORT_STATES, ImportState, in_choices

if TYPE_CHECKING:
    from typing import Any, Self

# Characters of a body that a list shows at most; the column's width cuts it further.
_START = 600
# So long an uploaded file waits for somebody to load it.
_KEPT = timedelta(days=7)


class DatasetQuerySet(models.QuerySet["Dataset"]):
    """Reads of datasets."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(project__team__memberships__user_id=user.pk) if user.is_authenticated else self.none()

    def for_list(self) -> Self:
        """Datasets in use, each with the number of its versions."""
        # A query that groups does not obey the model's own ordering.
        return self.filter(archived_at=None).annotate(version_count=models.Count("versions")).order_by("name", "id")


class Dataset(models.Model):
    """A named list of items, grown by versions."""

    uuid = public_id()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="datasets")
    key = models.SlugField(max_length=120)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    tags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    cluster_key = models.CharField(
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text="Metadata key under which items that belong together have one value; empty: they are independent.",
    )
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("project", "key"), name="runs_dataset_key_once_per_project"),
            models.UniqueConstraint(
                fields=("project", "name"),
                condition=Q(archived_at=None),
                name="runs_dataset_name_once_per_project",
                violation_error_message="This project has a dataset of that name.",
            ),
        )

    def __str__(self) -> str:
        return self.name


class DatasetVersionQuerySet(models.QuerySet["DatasetVersion"]):
    """Reads of dataset versions."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self.filter(dataset__project__team__memberships__user_id=user.pk)

    def usable_in(self, project: Project) -> Self:
        """What a run of the project may take, the newest first: versions of its own datasets and the library's."""
        library = Q(dataset__project__team_id=project.team_id, dataset__project__is_library=True)
        return self.filter(Q(dataset__project=project) | library, dataset__archived_at=None).order_by("-id")

    def newest_of_each(self, datasets: Iterable[Dataset]) -> Self:
        """The newest version of each of the datasets."""
        return self.filter(dataset__in=datasets).order_by("dataset_id", "-number").distinct("dataset_id")


@dataclass(frozen=True, slots=True)
class HeldField:
    """A part of an item, and how many items of a version have it."""

    name: str
    count: int


class DatasetVersion(models.Model):
    """The frozen contents of a dataset, numbered 1, 2, …, found again by the hash of its content.

    `content_hash` covers everything in the rows; `question_hash` only what was asked (keys, inputs, expected, context),
    so that files of several systems over one question set are seen to be the same questions. `given_metrics` describes
    the scores that came with the rows: a list of `{"key", "count", "minimum", "maximum", "has_reason", "models"}`, with
    a `direction` where the data says one and the `value_type` where all are yes or no.
    `metadata_keys` maps a metadata key to `{"items", "values": [[value, count], …], "has_more"}`: how many items
    have it, its most frequent values as text, and whether there are others; for filters and slices. `changes` counts
    what is `added`, `removed` and `changed` against the version before; empty for the first.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    question_hash = models.CharField(max_length=64)
    item_count = models.PositiveIntegerField(default=0)
    with_output = models.PositiveIntegerField(default=0)
    with_expected = models.PositiveIntegerField(default=0)
    with_context = models.PositiveIntegerField(default=0)
    with_trace = models.PositiveIntegerField(default=0)
    with_human = models.PositiveIntegerField(default=0)
    columns = models.JSONField(default=list, help_text="Names of the file's columns, in its order.")
    mapping = models.JSONField(default=dict, help_text="Field of an item to the column it came from.")
    given_metrics = models.JSONField(default=list)
    metadata_keys = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    size_bytes = models.BigIntegerField(default=0)
    source_name = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DatasetVersionQuerySet.as_manager()

    class Meta:
        ordering = ("dataset", "-number")
        constraints = (
            models.UniqueConstraint(fields=("dataset", "number"), name="runs_version_number_once"),
            models.UniqueConstraint(fields=("dataset", "content_hash"), name="runs_version_content_once"),
        )

    def __str__(self) -> str:
        return f"{self.dataset} v{self.number}"

    @property
    def fields_held(self) -> list[HeldField]:
        """The parts of an item that any of the rows holds, with the number of those rows."""
        counts = {
            name: int(getattr(self, f"with_{name}")) for name in ("output", "expected", "context", "trace", "human")
        }
        return [HeldField(name, count) for name, count in counts.items() if count]

    @property
    def known_metadata(self) -> list[tuple[str, dict[str, Any]]]:
        """The pairs of `metadata_keys`, for templates, where a key called "items" would hide the dict's own."""
        return list(self.metadata_keys.items())

    @property
    def recorded_target(self) -> str:
        """The name of the one model or system that all rows name as theirs; "" when they name none or several."""
        values = self.metadata_keys.get("model", {}).get("values", [])
        return str(values[0][0]) if len(values) == 1 and values[0][1] == self.item_count else ""


def json_text(field: str) -> Func:
    """A JSON field as people read it: a text without its quotes, anything else as JSON."""
    return Func(F(field), template="(%(expressions)s #>> '{}')", output_field=models.TextField())


class ItemQuerySet(models.QuerySet["Item"]):
    """Reads of items."""

    def for_table(self) -> Self:
        """Items with the beginnings of their bodies; the bodies themselves stay in the database."""
        starts = {
            "input_start": Left("input", _START),
            "output_start": Left("output", _START),
            "expected_start": Left(json_text("expected"), _START),
            "metadata_start": Left(Cast("metadata", models.TextField()), _START),
        }
        passages = Func("context", function="jsonb_array_length", output_field=models.IntegerField())
        return self.only("id", "ordinal", "key").annotate(**starts, passage_count=passages).order_by("ordinal")

    def containing(self, text: str) -> Self:
        """Items with the text in their key, input, output or expected answer."""
        fields = ("key", "input", "output", "expected_text")
        matches = (Q(**{f"{field}__icontains": text}) for field in fields)
        return self.alias(expected_text=json_text("expected")).filter(reduce(or_, matches))


class Item(models.Model):
    """One row of a version. Frozen with it.

    `expected` is text, a list of accepted texts, or JSON; `context` a list of passages (texts, or objects with `text`
    and `source`). `output` and `trace` are the recorded answer, if the data brought one; `given_scores` maps a metric
    key to what the data said of it, and `human` is what people said. `raw` is the row as it came, as JSON text with its
    order kept. `pair_key` joins the same question across versions and runs: a hash of the key, else of the input and
    its occurrence.
    """

    project_id = models.BigIntegerField(help_text="Carried so that the table can be sharded.")
    version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="items", db_index=False)
    ordinal = models.PositiveIntegerField()
    key = models.CharField(max_length=300, blank=True)
    pair_key = models.BigIntegerField()
    input = models.TextField()
    output = models.TextField(null=True, blank=True)  # an empty recorded answer is not a missing one
    expected = models.JSONField(null=True, blank=True)
    context = models.JSONField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    trace = models.JSONField(null=True, blank=True)
    given_scores = models.JSONField(null=True, blank=True)
    human = models.JSONField(null=True, blank=True)
    raw = models.TextField(blank=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("version", "ordinal"), name="runs_item_ordinal_once"),
            models.UniqueConstraint(
                fields=("version", "key"),
                condition=~Q(key=""),
                name="runs_item_key_once",
            ),
        )
        indexes = (models.Index(fields=("version", "pair_key"), name="runs_item_of_pair"),)

    def __str__(self) -> str:
        return self.key or f"item {self.ordinal}"


class DatasetImportQuerySet(models.QuerySet["DatasetImport"]):
    """Reads of imports."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(project__team__memberships__user_id=user.pk) if user.is_authenticated else self.none()

    def unfinished(self) -> Self:
        """Files that wait for their columns or are on their way."""
        return self.exclude(state__in=(ImportState.FINISHED, ImportState.FAILED))

    def abandoned(self) -> Self:
        """Files from which nothing was loaded, and that nobody has come back to for days."""
        waiting = self.filter(state__in=OPEN_IMPORT_STATES)
        return waiting.alias(since=Coalesce("finished_at", "created_at")).filter(since__lte=Now() - _KEPT)


class DatasetImport(models.Model):
    """An uploaded file on its way to a dataset version: its mapping, its progress and what could not be used."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="dataset_imports")
    dataset = models.ForeignKey(
        Dataset,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="imports",
    )
    dataset_name = models.CharField(max_length=200, blank=True)
    file = models.FileField(upload_to="imports/%Y/%m/")
    file_name = models.CharField(max_length=300)
    file_size = models.BigIntegerField(default=0)
    file_format = models.CharField(max_length=16)
    encoding = models.CharField(max_length=32, blank=True)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=ImportState, default=ImportState.MAPPING)
    rows_read = models.PositiveIntegerField(default=0)
    rows_accepted = models.PositiveIntegerField(default=0)
    rows_rejected = models.PositiveIntegerField(default=0)
    bytes_read = models.BigIntegerField(default=0)
    error = models.TextField(blank=True)
    version = models.ForeignKey(
        DatasetVersion,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="imports",
    )
    is_new_version = models.BooleanField(default=True, help_text="False when the same content was there already.")
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DatasetImportQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(**in_choices("state", ImportState)),
                name="runs_import_state_known",
            ),
        )

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_over(self) -> bool:
        return self.state in {ImportState.FINISHED, ImportState.FAILED}

    @property
    def is_open(self) -> bool:
        """Whether people may still say what the columns mean."""
        return self.state in OPEN_IMPORT_STATES

    @property
    def kept_until(self) -> datetime:
        """When the file of an open import is thrown away."""
        return (self.finished_at or self.created_at) + _KEPT

    @property
    def rows_per_second(self) -> float | None:
        """The pace of the load so far."""
        seconds = self._seconds()
        return self.rows_read / seconds if seconds and self.rows_read else None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest of the file takes at the pace so far."""
        seconds = self._seconds()
        return seconds * (self.file_size - self.bytes_read) / self.bytes_read if seconds and self.bytes_read else None

    def _seconds(self) -> float:
        until = self.finished_at or timezone.now()
        return (until - self.started_at).total_seconds() if self.started_at else 0.0


class RejectedRow(models.Model):
    """A row of an uploaded file that could not become an item, kept with its line and the reason."""

    dataset_import = models.ForeignKey(DatasetImport, on_delete=models.CASCADE, related_name="rejected_rows")
    line = models.PositiveIntegerField(help_text="Counted from 1; of a Parquet file or a JSON list, the row.")
    reason = models.CharField(max_length=500)
    raw = models.TextField(blank=True)

    class Meta:
        ordering = ("dataset_import", "line")

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
