"""Items of a run become items of a dataset: once each, with what people corrected."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from evalhub.accounts.models import User
from evalhub.core.errors import Invalid, NotAllowed
from runs.models import Dataset, DatasetAddition, Run, RunItem
from runs.services.dataset_additions import add_items
from runs.services.datasets import create_dataset
from runs.services.reviews import correct_output
from tests.runs.scored_runs import Answer, make_scored_run

ClientOf = Callable[[User], Client]


@pytest.fixture
def hard(run: Run, bob: User) -> Dataset:
    return create_dataset(project=run.project, name="Hard cases", by=bob)


def _expected(dataset: Dataset) -> list[tuple[str, object]]:
    version = dataset.versions.order_by("-number")[0]
    return list(version.items.order_by("ordinal").values_list("input", "expected"))


def test_items_become_the_next_version_without_what_is_there(run: Run, hard: Dataset, bob: User) -> None:
    first = add_items(run, places=[0, 1], dataset=hard, by=bob)
    second = add_items(run, places=[1, 2], dataset=hard, by=bob)
    assert first.version
    assert second.version
    assert (first.version.number, second.version.number) == (1, 2)
    assert [len(rows) for rows in (second.added, second.corrected, second.duplicates)] == [1, 0, 1]
    assert [question for question, _ in _expected(hard)] == ["question 0", "question 1", "question 2"]
    assert not hard.versions.get(number=2).items.exclude(output=None).exists()


def test_adding_what_is_there_makes_no_version(run: Run, hard: Dataset, bob: User) -> None:
    add_items(run, places=[0], dataset=hard, by=bob)
    again = add_items(run, places=[0], dataset=hard, by=bob)
    assert again.version == hard.versions.get()
    assert DatasetAddition.objects.count() == 1


def test_a_corrected_output_becomes_what_is_expected(run: Run, run_item: RunItem, hard: Dataset, bob: User) -> None:
    add_items(run, places=[0, 1], dataset=hard, by=bob)
    correct_output(run_item, text="the right one", seen_version=0, by=bob)
    done = add_items(run, places=[0], dataset=hard, by=bob)
    assert len(done.corrected) == 1
    assert _expected(hard) == [("question 0", "the right one"), ("question 1", None)]
    assert len(add_items(run, places=[0], dataset=hard, by=bob).duplicates) == 1
    assert run_item.additions.count() == 2


def test_another_question_with_the_same_key_is_added_without_it(run: Run, bob: User, hard: Dataset) -> None:
    add_items(run, places=[0], dataset=hard, by=bob)
    other = make_scored_run(project=run.project, answers=[Answer(input="something else")], metrics={}, dataset="Others")
    add_items(other, places=[0], dataset=hard, by=bob)
    assert list(hard.versions.get(number=2).items.order_by("ordinal").values_list("key", flat=True)) == ["q0", ""]


def test_what_cannot_be_added_is_refused(run: Run, hard: Dataset, bob: User, viewer: User) -> None:
    for places in ([], list(range(1_001))):
        with pytest.raises(Invalid):
            add_items(run, places=places, dataset=hard, by=bob)
    with pytest.raises(NotAllowed):
        add_items(run, places=[0], dataset=hard, by=viewer)
    assert not hard.versions.exists()


def test_the_failing_items_go_into_a_new_dataset_from_the_page(run: Run, bob: User, client_of: ClientOf) -> None:
    client, path = client_of(bob), f"/runs/{run.pk}/addition/?m.faithful=0..0.5"
    assert "Add 2 items" in client.get(path).content.decode()
    assert "Choose a dataset or name a new one" in client.post(path, {}).content.decode()
    answer = client.post(path, {"new_name": "Failing", "with_corrections": "on"})
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{run.pk}/?m.faithful=0..0.5")
    assert len(_expected(Dataset.objects.get(name="Failing"))) == 2


def test_the_panel_shows_where_an_item_was_added(run: Run, bob: User, client_of: ClientOf) -> None:
    client, path = client_of(bob), f"/runs/{run.pk}/items/0/"
    client.post(f"{path}addition/", {"new_name": "Failing"})
    assert "in Failing v1" in client.get(path).content.decode()
