"""Files of rows by the API: gzipped or not, small and large, with what could not be used."""

from __future__ import annotations

import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, User
from runs.models import Dataset, DatasetImport, DatasetVersion, Item
from runs.services import datasets
from tests.api.conftest import Caller
from tests.factories import make_dataset
from tests.runs.datasets.test_tool_files import FILE as RESULTS_OF_PROMPTFOO
from tests.worker import Worker

NDJSON = "application/x-ndjson"
PARQUET = "application/vnd.apache.parquet"
LINES = b'{"input": "one", "expected": "1"}\n{"input": "two"}\n'


@pytest.fixture
def dataset(project: Project) -> Dataset:
    return make_dataset(project=project)


def _imports(dataset: Dataset) -> str:
    return f"/api/v1/datasets/{dataset.uuid}/imports/"


def test_lines_become_a_version_at_once(dataset: Dataset, bob_calls: APIClient) -> None:
    answer = bob_calls.post(_imports(dataset), LINES, content_type=NDJSON)
    told = answer.json()
    assert (answer.status_code, told["state"], told["version"], told["rows_accepted"]) == (201, "finished", 1, 2)
    assert bob_calls.get(answer["Location"]).json() == told
    assert [one["id"] for one in bob_calls.get(_imports(dataset)).json()["results"]] == [told["id"]]
    assert [item.input for item in Item.objects.order_by("ordinal")] == ["one", "two"]


@pytest.mark.parametrize("media_type", ["application/json", "application/octet-stream"])
def test_another_tools_results_come_with_their_scores_and_say_what_stays_behind(
    dataset: Dataset, bob_calls: APIClient, media_type: str
) -> None:
    told = bob_calls.post(_imports(dataset), RESULTS_OF_PROMPTFOO, content_type=media_type).json()
    assert (told["state"], told["rows_accepted"], told["tool"]["name"]) == ("finished", 2, "promptfoo results")
    assert any("Assertions" in left for left in told["tool"]["left_behind"])
    assert [bool(item.given_scores) for item in Item.objects.order_by("ordinal")] == [True, False]


@pytest.mark.parametrize("media_type", [NDJSON, PARQUET, "text/csv"])
def test_every_kind_of_file_comes_in_gzipped(dataset: Dataset, bob_calls: APIClient, media_type: str) -> None:
    table = io.BytesIO()
    pq.write_table(pa.table({"input": ["one", "two"], "expected": ["1", None]}), table)
    body = {NDJSON: LINES, PARQUET: table.getvalue(), "text/csv": b"input,expected\none,1\ntwo,\n"}[media_type]
    packed = gzip.compress(body)
    told = bob_calls.post(
        _imports(dataset), packed, content_type=media_type, headers={"Content-Encoding": "gzip"}
    ).json()
    assert (told["state"], told["rows_accepted"], told["file_size"]) == ("finished", 2, len(body))


def test_columns_are_named_where_the_guess_is_wrong(dataset: Dataset, bob_calls: APIClient) -> None:
    lines = b'{"frage": "one", "input": "ignored"}\n'
    told = bob_calls.post(f"{_imports(dataset)}?input=frage", lines, content_type=NDJSON).json()
    assert told["mapping"] == {"input": "frage"}
    assert (Item.objects.get().input, Item.objects.get().metadata) == ("one", {"input": "ignored"})


def test_rows_that_cannot_be_used_are_told_with_their_lines(dataset: Dataset, bob_calls: APIClient) -> None:
    answer = bob_calls.post(_imports(dataset), LINES + b'{"input": ""}\nbroken\n', content_type=NDJSON)
    assert (answer.json()["rows_accepted"], answer.json()["rows_rejected"]) == (2, 2)
    page = bob_calls.get(f"{answer['Location']}rejections/?size=1").json()
    assert page["results"][0]["line"] == 3
    following = bob_calls.get(page["next"]).json()
    assert (following["results"][0]["raw"], following["next"]) == ("broken", None)


@pytest.mark.parametrize(
    ("body", "query", "code"),
    [
        (b'{"output": "x"}\n', "", "input_unmapped"),
        (LINES, "?input=nowhere", "column_unknown"),
        (LINES, "?wait=241", "wait_invalid"),
        (LINES, "?wait=nan", "wait_invalid"),
        (b'{"input": ""}\n', "", "import_failed"),
        (b"%PDF-1.7 what", "", "wrong_kind"),
        (b"", "", "body_empty"),
    ],
)
def test_a_file_that_cannot_be_used_makes_no_version(
    dataset: Dataset, bob_calls: APIClient, body: bytes, query: str, code: str
) -> None:
    refused = bob_calls.post(f"{_imports(dataset)}{query}", body, content_type=NDJSON)
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    assert not DatasetVersion.objects.exists()
    assert not DatasetImport.objects.unfinished().exists()


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_body_packed_otherwise_than_said_is_refused(dataset: Dataset, bob_calls: APIClient, encoding: str) -> None:
    refused = bob_calls.post(_imports(dataset), LINES, content_type=NDJSON, headers={"Content-Encoding": encoding})
    assert (refused.status_code, refused.json()["code"]) in {(400, "body_broken"), (415, "unsupported_media_type")}


def test_a_small_body_that_unpacks_to_a_large_one_is_stopped(
    dataset: Dataset, bob_calls: APIClient, settings: Settings
) -> None:
    settings.EVALHUB_UPLOAD_MAX_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
    bomb = gzip.compress(b"x" * 3_000_000)
    unpacks = {"Content-Encoding": "gzip"}
    rows = bob_calls.post(_imports(dataset), bomb, content_type=NDJSON, headers=unpacks)
    assert (rows.status_code, rows.json()["code"]) == (413, "file_too_large")
    versions = f"/api/v1/datasets/{dataset.uuid}/versions/"
    whole = bob_calls.post(versions, bomb, content_type="application/json", headers=unpacks)
    assert (whole.status_code, whole.json()["code"]) == (413, "body_too_large")


def test_a_viewer_brings_no_file(dataset: Dataset, viewer_calls: APIClient) -> None:
    assert viewer_calls.post(_imports(dataset), LINES, content_type=NDJSON).status_code == 403


def test_charlie_does_not_learn_of_the_import(dataset: Dataset, bob_calls: APIClient, charlie_calls: APIClient) -> None:
    address = bob_calls.post(_imports(dataset), LINES, content_type=NDJSON)["Location"]
    assert charlie_calls.get(address).status_code == 404
    assert charlie_calls.get(f"{address}rejections/").status_code == 404
    assert charlie_calls.get(_imports(dataset)).status_code == 404
    assert charlie_calls.get(f"/api/v1/imports/{10**30}/").status_code == 404


def test_a_large_file_is_loaded_behind_the_answer(
    worker: Worker, bob: User, project: Project, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "_LOADED_AT_ONCE", 0)
    calls = caller(bob)
    answer = calls.post(_imports(make_dataset(project=project)), LINES, content_type=NDJSON)
    assert (answer.status_code, answer.json()["state"], answer.json()["version"]) == (202, "queued", None)
    worker.start()
    told = calls.get(f"{answer['Location']}?wait=30").json()
    assert (told["state"], told["version"], told["rows_accepted"]) == ("finished", 1, 2)
