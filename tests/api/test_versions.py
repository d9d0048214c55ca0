"""Versions of a dataset by the API: rows in as JSON, items out in pages and as files."""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project
from runs.models import Dataset, DatasetVersion, Item
from tests.factories import make_dataset, make_version

ROWS: list[dict[str, Any]] = [
    {"key": "a", "input": "1 + 1", "output": "", "expected": ["2", "two"], "metadata": {"language": "en"}},
    {"key": "b", "input": "=2 + 2", "context": ["Sums."], "given_scores": {"tone": {"score": 0.5}}, "topic": "maths"},
    {"input": {"question": "Why?"}, "human": {"label": "good"}},
]


@pytest.fixture
def dataset(project: Project) -> Dataset:
    return make_dataset(project=project)


def _versions(dataset: Dataset) -> str:
    return f"/api/v1/datasets/{dataset.uuid}/versions/"


def _sent(answer: Any) -> bytes:  # noqa: ANN401  # a response
    return b"".join(answer.streaming_content)


def test_rows_become_a_version(dataset: Dataset, bob_calls: APIClient) -> None:
    answer = bob_calls.post(_versions(dataset), {"rows": ROWS}, format="json")
    assert (answer.status_code, answer["Location"]) == (201, f"http://testserver{_versions(dataset)}1/")
    assert (answer.json()["number"], answer.json()["item_count"], answer.json()["with_expected"]) == (1, 3, 1)
    assert bob_calls.get(answer["Location"]).json() == answer.json()
    items = list(Item.objects.order_by("ordinal"))
    assert (items[0].output, items[0].expected, items[0].metadata) == ("", ["2", "two"], {"language": "en"})
    assert (items[1].given_scores, items[1].metadata) == ({"tone": {"score": 0.5}}, {"topic": "maths"})
    assert (items[2].input, items[2].human) == ('{"question":"Why?"}', {"label": "good"})


def test_the_same_rows_make_no_second_version(dataset: Dataset, bob_calls: APIClient) -> None:
    first = bob_calls.post(_versions(dataset), {"rows": ROWS}, format="json").json()
    again = bob_calls.post(_versions(dataset), {"rows": ROWS}, format="json")
    assert (again.status_code, again.json()) == (200, first)
    changed = bob_calls.post(_versions(dataset), {"rows": ROWS[:2]}, format="json").json()
    assert (changed["number"], changed["changes"]) == (2, {"added": 0, "removed": 1, "changed": 0})
    assert [one["number"] for one in bob_calls.get(_versions(dataset)).json()["results"]] == [2, 1]


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([], "rows"),
        ([{"input": "x"}, "y"], "rows.1"),
        ([{"input": "x"}, {"output": "y"}], "rows.1"),
        ([{"input": "x", "key": "k" * 301}], "rows.0"),
        ([{"input": "x", "key": "k"}, {"input": "y", "key": "k"}], "rows"),
        ([{"input": "x", "deep": orjson.loads("[" * 70 + "]" * 70)}], "rows.0"),
    ],
)
def test_one_bad_row_and_nothing_is_stored(
    dataset: Dataset, bob_calls: APIClient, rows: list[object], field: str
) -> None:
    refused = bob_calls.post(_versions(dataset), {"rows": rows}, format="json")
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert not DatasetVersion.objects.exists()


def test_a_viewer_makes_no_version(dataset: Dataset, viewer_calls: APIClient) -> None:
    assert viewer_calls.post(_versions(dataset), {"rows": ROWS}, format="json").status_code == 403


def test_charlie_does_not_learn_that_the_version_exists(dataset: Dataset, charlie_calls: APIClient) -> None:
    make_version(dataset=dataset, rows=[{"input": "x"}])
    for ending in ("", "1/", "1/items/", "1/export/", "2/"):
        assert charlie_calls.get(f"{_versions(dataset)}{ending}").status_code == 404


def test_a_number_no_version_can_have_is_not_found(dataset: Dataset, bob_calls: APIClient) -> None:
    assert bob_calls.get(f"{_versions(dataset)}{10**30}/").status_code == 404


def test_the_pages_of_items_hold_each_once_in_their_order(dataset: Dataset, bob_calls: APIClient) -> None:
    make_version(dataset=dataset, rows=[{"input": f"q{number}"} for number in range(7)])
    seen, address = [], f"{_versions(dataset)}1/items/?size=3"
    while address:
        page = bob_calls.get(address).json()
        seen += [item["input"] for item in page["results"]]
        address = page["next"]
    assert seen == [f"q{number}" for number in range(7)]


def test_items_are_found_by_text_and_by_key(dataset: Dataset, bob_calls: APIClient) -> None:
    bob_calls.post(_versions(dataset), {"rows": ROWS}, format="json")
    items = f"{_versions(dataset)}1/items/"
    assert [item["ordinal"] for item in bob_calls.get(f"{items}?q=WHY").json()["results"]] == [2]
    assert [item["ordinal"] for item in bob_calls.get(f"{items}?key=b").json()["results"]] == [1]


def test_the_lines_that_come_out_go_in_again_as_the_same_version(dataset: Dataset, bob_calls: APIClient) -> None:
    bob_calls.post(_versions(dataset), {"rows": ROWS}, format="json")
    lines = _sent(bob_calls.get(f"{_versions(dataset)}1/export/"))
    imports = f"/api/v1/datasets/{dataset.uuid}/imports/"
    loaded = bob_calls.post(imports, lines, content_type="application/x-ndjson").json()
    assert (loaded["rows_accepted"], loaded["version"], loaded["is_new_version"]) == (3, 1, False)


def test_a_file_has_every_item_in_each_format(dataset: Dataset, bob_calls: APIClient) -> None:
    make_version(dataset=dataset, rows=[{"input": f"q{number}", "expected": [number]} for number in range(1_100)])
    export = f"{_versions(dataset)}1/export/"
    lines = bob_calls.get(export)
    assert lines["Content-Type"] == "application/x-ndjson"
    assert [orjson.loads(line)["expected"] for line in _sent(lines).splitlines()] == [[n] for n in range(1_100)]
    table = list(csv.DictReader(io.StringIO(_sent(bob_calls.get(f"{export}?format=csv")).decode())))
    assert (len(table), table[7]["input"], table[7]["expected"]) == (1_100, "q7", "[7]")
    columns = pq.read_table(io.BytesIO(_sent(bob_calls.get(f"{export}?format=parquet"))))
    assert columns.column("input").to_pylist() == [f"q{number}" for number in range(1_100)]


def test_a_spreadsheet_runs_nothing_of_it(dataset: Dataset, bob_calls: APIClient) -> None:
    bob_calls.post(_versions(dataset), {"rows": ROWS}, format="json")
    assert "'=2 + 2" in _sent(bob_calls.get(f"{_versions(dataset)}1/export/?format=csv")).decode()


def test_a_file_is_sent_whatever_the_program_says_it_takes(dataset: Dataset, bob_calls: APIClient) -> None:
    make_version(dataset=dataset, rows=[{"input": "x"}])
    export = f"{_versions(dataset)}1/export/"
    assert bob_calls.get(export, HTTP_ACCEPT="application/x-ndjson").status_code == 200
    refused = bob_calls.get(f"{export}?format=xlsx")
    assert (refused.status_code, refused.json()["field"]) == (400, "format")
