"""Versions from rows that programs send."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid, NotAllowed
from runs.importers.mapping import NewItem
from runs.ingest.census import Census
from runs.ingest.tally import Tally
from runs.models import Dataset, DatasetVersion
from runs.services.datasets import create_dataset, store_version


@pytest.fixture
def dataset(project: Project, alice: User) -> Dataset:
    return create_dataset(project=project, name="  Made by   programs ", by=alice, description="From CI")


def test_a_dataset_has_a_tidy_name_and_a_key_of_its_own(dataset: Dataset, project: Project, alice: User) -> None:
    assert (dataset.name, dataset.key, dataset.description) == ("Made by programs", "made-by-programs", "From CI")
    assert create_dataset(project=project, name="Made by programs!", by=alice).key == "made-by-programs-2"


def test_a_dataset_that_cannot_be_made_says_why(dataset: Dataset, project: Project, alice: User, viewer: User) -> None:
    with pytest.raises(Conflict, match='called "Made by programs" already'):
        create_dataset(project=project, name="Made by programs", by=alice)
    with pytest.raises(Invalid, match="needs a name"):
        create_dataset(project=project, name=" ", by=alice)
    with pytest.raises(NotAllowed):
        create_dataset(project=project, name="x", by=viewer)


def test_rows_are_stored_once(dataset: Dataset, alice: User) -> None:
    rows = [NewItem(input="a", output="b", expected=["c"]), NewItem(input="a")]
    first = store_version(dataset=dataset, rows=rows, by=alice)
    again = store_version(dataset=dataset, rows=iter(rows), by=alice)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.version == first.version
    assert first.version.columns == ["input", "output", "expected"]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "no row that can be used"),
        ([NewItem(key="k", input="a"), NewItem(key="k", input="b")], 'Row 2: The key "k" is on row 1 already'),
    ],
)
def test_rows_that_cannot_be_stored_leave_nothing(
    rows: list[NewItem], says: str, dataset: Dataset, alice: User
) -> None:
    with pytest.raises(Invalid, match=says):
        store_version(dataset=dataset, rows=rows, by=alice)
    assert not DatasetVersion.objects.exists()


def test_a_viewer_stores_nothing(dataset: Dataset, viewer: User) -> None:
    with pytest.raises(NotAllowed):
        store_version(dataset=dataset, rows=[NewItem(input="a")], by=viewer)


def test_a_tally_remembers_the_first_number_of_many_hashes() -> None:
    tally = Tally()
    hashes = [(number * 2_654_435_761) % 2**63 - 2**62 for number in range(20_000)]
    assert not any(tally.note(hashed, line) for line, hashed in enumerate(hashes, start=1))
    assert [tally.note(hashed, 0) for hashed in hashes] == list(range(1, 20_001))


def test_a_tally_counts_occurrences() -> None:
    tally = Tally()
    assert [tally.count(hashed) for hashed in (5, -7, 5, 0, 5, 0)] == [1, 1, 2, 1, 3, 2]


def test_metadata_of_many_values_is_marked_and_bounded() -> None:
    census = Census()
    for number in range(3_000):
        nested = {"a": [number]}
        metadata = {"customer": number, "plan": ("free", "paid")[number % 3 == 0], "nested": nested, "is_new": True}
        census.add(NewItem(input="a", metadata=metadata))
    keys = census.facts()["metadata_keys"]
    assert keys["plan"] == {"items": 3_000, "values": [["free", 2_000], ["paid", 1_000]], "has_more": False}
    assert keys["is_new"]["values"] == [["true", 3_000]]
    assert len(keys["customer"]["values"]) == 50
    assert keys["customer"]["has_more"]
    assert keys["nested"] == {"items": 3_000, "values": [], "has_more": True}


def test_only_some_metadata_keys_are_counted() -> None:
    census = Census()
    census.add(NewItem(input="a", metadata={f"key {number}": 1 for number in range(200)}))
    assert len(census.facts()["metadata_keys"]) == 50
