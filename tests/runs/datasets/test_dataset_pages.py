"""The list of datasets, a dataset with its versions, and the items of a version."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from evalhub.accounts.models import Project, User
from runs.importers.mapping import NewItem
from runs.models import DatasetVersion
from runs.services.datasets import create_dataset, store_version
from tests.factories import make_run

ClientOf = Callable[[User], Client]


@pytest.fixture
def version(project: Project, alice: User) -> DatasetVersion:
    dataset = create_dataset(project=project, name="Questions", by=alice)
    rows = (
        NewItem(
            key=f"q{n}", input=f"question {n} <b>", output="x" * 50_000, metadata={"items": "odd" if n % 2 else "even"}
        )
        for n in range(120)
    )
    return store_version(dataset=dataset, rows=rows, by=alice).version


def test_the_list_shows_what_each_dataset_holds(
    version: DatasetVersion, bob: User, client_of: ClientOf, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_run(version=version, name="nightly")
    client = client_of(bob)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("runs:dataset_list", args=[version.dataset.project_id]))
    text = page.content.decode()
    assert "Questions" in text
    assert "nightly" in text
    assert '<td data-label="Items" data-numeric>120</td>' in text


def test_an_empty_list_says_what_to_do_next(project: Project, bob: User, viewer: User, client_of: ClientOf) -> None:
    address = reverse("runs:dataset_list", args=[project.pk])
    assert reverse("runs:dataset_upload", args=[project.pk]) in client_of(bob).get(address).content.decode()
    seen = client_of(viewer).get(address).content.decode()
    assert "A teammate with the role editor" in seen
    assert reverse("runs:dataset_upload", args=[project.pk]) not in seen


def test_a_dataset_shows_what_changed_between_its_versions(
    version: DatasetVersion, alice: User, client_of: ClientOf
) -> None:
    rows = [NewItem(key="q0", input="changed"), NewItem(key="new", input="added")]
    store_version(dataset=version.dataset, rows=rows, by=alice)
    text = client_of(alice).get(reverse("runs:dataset_detail", args=[version.dataset_id])).content.decode()
    assert "+1 added" in text
    assert "−119 removed" in text
    assert "1 changed" in text


def test_a_dataset_shows_metadata_also_under_awkward_names(
    version: DatasetVersion, alice: User, client_of: ClientOf
) -> None:
    text = client_of(alice).get(reverse("runs:dataset_detail", args=[version.dataset_id])).content.decode()
    assert 'even <span class="faint number">×60</span>' in text


def items_page(version: DatasetVersion, client: Client, **query: str | int) -> str:
    return client.get(reverse("runs:version_detail", args=[version.dataset_id, version.number]), query).content.decode()


def test_items_are_paged_forwards_and_backwards(version: DatasetVersion, alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    first = items_page(version, client)
    assert "question 49 " in first
    assert "question 50 " not in first
    assert "?after=49" in first
    last = items_page(version, client, after=99)
    assert last.count("question ") == 20
    assert "?before=100" in last
    assert "after=" not in last
    assert "question 50 " in items_page(version, client, before=100)


def test_bodies_are_escaped_and_never_loaded_whole(version: DatasetVersion, alice: User, client_of: ClientOf) -> None:
    page = items_page(version, client_of(alice))
    assert "question 1 &lt;b&gt;" in page
    assert "question 1 <b>" not in page
    assert len(page) < 150_000


def test_text_is_searched_and_counted(version: DatasetVersion, alice: User, client_of: ClientOf) -> None:
    page = items_page(version, client_of(alice), q="QUESTION 11")
    assert "11 items found" in page
    assert "No item holds this text" in items_page(version, client_of(alice), q="nowhere")


def test_an_expected_text_is_read_and_searched_without_the_quotes_of_json(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    rows = [NewItem(input="a", expected='say "yes"'), NewItem(input="b", expected=["one", "two"])]
    dataset = create_dataset(project=project, name="Expected", by=alice)
    version = store_version(dataset=dataset, rows=rows, by=alice).version
    page = items_page(version, client_of(alice))
    assert ">say &quot;yes&quot;<" in page
    assert "[&quot;one&quot;, &quot;two&quot;]" in page
    assert "1 item found" in items_page(version, client_of(alice), q='say "yes')


@pytest.mark.parametrize("query", [{"after": "x"}, {"before": "-5"}, {"after": "9" * 30}, {"q": "\x00"}, {"q": "%_\\"}])
def test_an_address_that_makes_no_sense_still_shows_a_page(
    query: dict[str, str], version: DatasetVersion, alice: User, client_of: ClientOf
) -> None:
    address = reverse("runs:version_detail", args=[version.dataset_id, version.number])
    assert client_of(alice).get(address, query).status_code == 200


@pytest.mark.parametrize("name", ["dataset_list", "dataset_detail", "version_detail"])
def test_teammates_see_the_pages_and_strangers_get_404(
    name: str, version: DatasetVersion, viewer: User, charlie: User, client_of: ClientOf
) -> None:
    args = {
        "dataset_list": [version.dataset.project_id],
        "dataset_detail": [version.dataset_id],
        "version_detail": [version.dataset_id, version.number],
    }[name]
    address = reverse(f"runs:{name}", args=args)
    assert client_of(viewer).get(address).status_code == 200
    assert client_of(charlie).get(address).status_code == 404
    assert Client().get(address).headers["Location"].startswith("/accounts/login/")
    assert client_of(viewer).post(address).status_code == 405
