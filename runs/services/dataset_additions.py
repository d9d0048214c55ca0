"""Adding answered items to a dataset: as its next version, without the ones that it holds already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import User
from evalhub.core.errors import Invalid
from runs.importers.mapping import NewItem
from runs.ingest.writer import Origin, write_version
from runs.models import Dataset, DatasetAddition, DatasetVersion, Item, Review, Run, RunItem

MOST_ADDED = 1_000
_PARTS = ("input", "output", "key", "expected", "context", "metadata", "trace", "given_scores", "human", "raw")
_READ_AT_ONCE = 2_000


@dataclass(slots=True)
class Added:
    """What came of adding: the version (None where nothing was new), and the run items by what became of them."""

    version: DatasetVersion | None = None
    added: list[RunItem] = field(default_factory=list)
    corrected: list[RunItem] = field(default_factory=list)
    duplicates: list[RunItem] = field(default_factory=list)


@transaction.atomic
def add_items(run: Run, *, places: Sequence[int], dataset: Dataset, by: User, with_corrections: bool = True) -> Added:
    """Make the dataset's next version of what it holds and these items of the run.

    An item that is there already (by its key and question) is added once more by nobody; with a corrected output, that
    becomes what is expected of it. Raises `NotAllowed`, and `Invalid` for no items, too many, or another project's.
    """
    require_right(by, Right.EDIT_DATASET, dataset.project)
    _check(run, places, dataset)
    # Two who add at once make two versions, the second with the items of both.
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    newest = dataset.versions.order_by("-number").first()
    rows = _Rows(newest, with_corrections=with_corrections)
    done = Added()
    for run_item in _run_items(run, places):
        rows.take(run_item, done)
    if not (done.added or done.corrected):
        done.version = newest
        return done
    origin = Origin(by=by, source_name=f"Items of {run.name}")
    done.version = write_version(dataset=dataset, rows=rows.all(), origin=origin).version
    _remember(run, done, by)
    return done


def _check(run: Run, places: Sequence[int], dataset: Dataset) -> None:
    if dataset.project_id != run.project_id or dataset.archived_at is not None:
        raise Invalid("dataset_elsewhere", "Choose a dataset of the run's project.", field="dataset")
    if not places:
        raise Invalid("items_missing", "No item was chosen; take a filter away, or open one.", field="items")
    if len(places) > MOST_ADDED:
        raise Invalid(
            "items_too_many",
            f"{len(places):,} items were chosen; at most {MOST_ADDED:,} are added at a time. Filter further.",
            field="items",
        )


def _run_items(run: Run, places: Sequence[int]) -> Iterable[RunItem]:
    """The answers at the places; of an item's repeats the first one."""
    wanted = {divmod(int(place), run.repeats) for place in places}
    rows = run.run_items.filter(ordinal__in={ordinal for ordinal, _ in wanted}).select_related("item", "review")
    first: dict[int, RunItem] = {}
    for run_item in rows.order_by("ordinal", "repeat"):
        if (run_item.ordinal, run_item.repeat) in wanted:
            first.setdefault(run_item.ordinal, run_item)
    return first.values()


class _Rows:
    """The rows of the version to be: those of the one before with corrections, then the new ones.

    Only keys and questions of the one before are held in memory; its rows pass through one by one.
    """

    def __init__(self, before: DatasetVersion | None, *, with_corrections: bool) -> None:
        self._before = before
        self._with_corrections = with_corrections
        self._expected: dict[int, str] = {}
        self._new: list[NewItem] = []
        held = before.items.values_list("ordinal", "key", "input") if before else ()
        self._by_key: dict[str, int] = {}
        self._by_input: dict[str, int] = {}
        for ordinal, key, question in held:
            self._note(ordinal, key, question)

    def _note(self, ordinal: int, key: str, question: str) -> None:
        if key:
            self._by_key[key] = ordinal
        self._by_input.setdefault(question, ordinal)

    def take(self, run_item: RunItem, done: Added) -> None:
        """Decide what becomes of the item."""
        item, correction = run_item.item, self._correction(run_item)
        held = self._by_input.get(item.input)
        if held is None:
            done.added.append(run_item)
            self._add(item, correction)
        elif correction and held >= 0 and not self._expects(held, correction):
            done.corrected.append(run_item)
            self._expected[held] = correction
        else:
            done.duplicates.append(run_item)

    def _correction(self, run_item: RunItem) -> str:
        review: Review | None = getattr(run_item, "review", None)
        return review.corrected_output if review and self._with_corrections else ""

    def _add(self, item: Item, correction: str) -> None:
        new = _copied(item)
        # Another question may have the key there; without one, the item is known by its question.
        new.key = "" if item.key in self._by_key else item.key
        new.expected = correction or item.expected
        new.output, new.trace, new.given_scores, new.human, new.raw = None, None, None, None, ""
        self._new.append(new)
        self._note(-1, new.key, item.input)

    def _expects(self, ordinal: int, correction: str) -> bool:
        assert self._before is not None  # noqa: S101  # rows are held of a version alone
        return self._before.items.filter(ordinal=ordinal, expected=correction).exists()

    def all(self) -> Iterator[NewItem]:
        if self._before is not None:
            for item in self._before.items.order_by("ordinal").iterator(chunk_size=_READ_AT_ONCE):
                kept = _copied(item)
                kept.expected = self._expected.get(item.ordinal, item.expected)
                yield kept
        yield from self._new


def _copied(item: Item) -> NewItem:
    return NewItem(**{part: getattr(item, part) for part in _PARTS})


def _remember(run: Run, done: Added, by: User) -> None:
    DatasetAddition.objects.bulk_create(
        (
            DatasetAddition(run=run, run_item=run_item, version=done.version, added_by=by)
            for run_item in (*done.added, *done.corrected)
        ),
        ignore_conflicts=True,
    )
