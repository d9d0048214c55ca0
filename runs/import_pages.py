"""What the page of an import shows: its columns with a preview, and the rows that were rejected."""

from __future__ import annotations

from collections.abc import Mapping as Cells
from dataclasses import dataclass, field
from typing import Any

from django.forms import BoundField
from django.http import QueryDict

from evalhub.core.errors import Invalid
from runs.forms.datasets import MappingForm
from runs.importers.formats.summary import ToolSummary, tool_summary
from runs.importers.preview import Preview, Sample
from runs.importers.rows import JsonValue, dump_in_order
from runs.importers.source import ENCODINGS
from runs.models import DatasetImport, RejectedRow
from runs.services.datasets import preview_import, sample_import

_SAMPLES_SHOWN = 3
_SAMPLE_LENGTH = 300
_REJECTED_ON_PAGE = 100
_CELLS = (
    *(("key", "Key"), ("input", "Input"), ("output", "Output"), ("expected", "Expected"), ("context", "Context")),
    *(("given_scores", "Given scores"), ("human", "Human"), ("metadata", "Metadata")),
)


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """A column, some of its values, and the field that asks what it is."""

    name: str
    samples: list[str]
    role: BoundField


@dataclass(frozen=True, slots=True)
class ShownCell:
    """The beginning of one part of an item; None where it has none."""

    label: str
    text: str | None


@dataclass(frozen=True, slots=True)
class ShownItem:
    """An item of the preview and the line it came from."""

    line: int
    cells: list[ShownCell]


@dataclass(slots=True)
class MappingPage:
    """The columns of a file, the choices made so far, and what the file would become by them."""

    form: MappingForm
    columns: list[ColumnChoice] = field(default_factory=list)
    preview: Preview = field(default_factory=Preview)
    problem: str = ""
    tool: ToolSummary | None = None

    def shown_items(self) -> list[ShownItem]:
        """The first items as their table shows them: with the parts that any of them has."""
        items = self.preview.items
        held = [(name, label) for name, label in _CELLS if any(getattr(item, name) for _, item in items)]
        return [
            ShownItem(line, [ShownCell(label, _shown_or_none(getattr(item, name))) for name, label in held])
            for line, item in items
        ]

    @classmethod
    def of(cls, dataset_import: DatasetImport, choices: QueryDict) -> MappingPage:
        """By the choices in an address or a form, or, where there are none, by what was guessed."""
        encoding = choices.get("encoding", "")
        encoding = encoding if encoding in ENCODINGS else dataset_import.encoding
        problem = ""
        try:
            sample = sample_import(dataset_import=dataset_import, encoding=encoding)
        except Invalid as error:
            sample, problem = Sample(columns=dataset_import.columns), error.message
        columns = sample.columns or dataset_import.columns
        form = MappingForm(_choices(dataset_import, choices, columns), dataset_import=dataset_import, columns=columns)
        page = cls(form, _columns(form, sample), problem=problem)
        if form.is_valid() and not problem:
            page.preview = preview_import(dataset_import=dataset_import, choices=form.choices())
        else:
            page.preview = Preview(rejections=sample.rejections, rejected=len(sample.rejections), is_whole=False)
        page.tool = tool_summary(dataset_import.file_format, page.preview)
        return page


def _choices(dataset_import: DatasetImport, choices: QueryDict, columns: list[str]) -> Cells[str, Any]:
    """What was sent; what was guessed when nothing was."""
    if any(name.startswith("role_") for name in choices):
        return choices
    guessed = MappingForm(None, dataset_import=dataset_import, columns=columns)
    return {**guessed.initial, **{name: value for name, value in choices.items() if name in guessed.fields}}


def _columns(form: MappingForm, sample: Sample) -> list[ColumnChoice]:
    return [ColumnChoice(column, _samples(sample, column), role) for column, role in form.roles()]


def _samples(sample: Sample, column: str) -> list[str]:
    values = (row.values.get(column) for row in sample.rows)
    texts = (_shown(value) for value in values if value not in (None, ""))
    return [text for text, _ in zip(texts, range(_SAMPLES_SHOWN), strict=False)]


def _shown_or_none(value: JsonValue) -> str | None:
    return None if value is None or value in ("", {}, []) else _shown(value)


def _shown(value: JsonValue) -> str:
    return (value if isinstance(value, str) else dump_in_order(value))[:_SAMPLE_LENGTH]


@dataclass(frozen=True, slots=True)
class RejectedPage:
    """Rejected rows of one page, and the id behind which the next begins."""

    rows: list[RejectedRow]
    next_after: int | None


def rejected_page(dataset_import: DatasetImport, query: QueryDict) -> RejectedPage:
    """The rejected rows behind `?after=`, in the order in which they were met."""
    after = query.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    rows = list(dataset_import.rejected_rows.filter(id__gt=start).order_by("id")[: _REJECTED_ON_PAGE + 1])
    shown = rows[:_REJECTED_ON_PAGE]
    return RejectedPage(shown, shown[-1].pk if len(rows) > _REJECTED_ON_PAGE else None)
