"""Uploads to signed addresses, and datasets made of the files."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from gradient import BadRequestError, Gradient, PermissionDeniedError
from pytest_django.fixtures import Settings

from evalhub.accounts.models import User
from runs.models import Dataset, Item
from tests.facades.gradient.conftest import ClientOf
from tests.facades.gradient.in_process import send_file
from tests.facades.gradient.steps import SIX_ROWS, make_dataset, make_test_case, put_file


def _places(client: Gradient, *names: str, size: str = "10") -> list[Any]:
    files: Any = [{"file_name": name, "file_size": size} for name in names]
    answer = client.agents.evaluation_datasets.create_file_upload_presigned_urls(files=files)
    assert answer.request_id
    return answer.uploads or []


def _items(dataset: str) -> list[Item]:
    return list(Item.objects.filter(version__dataset__uuid=dataset).order_by("ordinal"))


def _create(client: Gradient, key: str, *, name: str = "Capitals", file_name: str = "rows.csv") -> str | None:
    file: Any = {"original_file_name": file_name, "size_in_bytes": 12, "stored_object_key": key}
    made = client.agents.evaluation_datasets.create(name=name, file_upload_dataset=file)
    return made.evaluation_dataset_uuid


def test_every_file_gets_an_address_of_its_own_in_their_order(bobs: Gradient) -> None:
    one, two = _places(bobs, "one.csv", "two.csv")
    assert (one.original_file_name, two.original_file_name) == ("one.csv", "two.csv")
    assert one.object_key != two.object_key
    assert one.expires_at.timestamp() == pytest.approx(time.time() + 3600, abs=60)
    assert urlsplit(one.presigned_url).netloc == urlsplit(str(bobs.base_url)).netloc


def test_addresses_are_those_of_the_proxy_in_front(bobs: Gradient) -> None:
    headers = {"X-Forwarded-Host": "evals.example.org", "X-Forwarded-Proto": "https"}
    answer = bobs.agents.evaluation_datasets.create_file_upload_presigned_urls(
        files=[{"file_name": "a.csv", "file_size": "3"}], extra_headers=headers
    )
    address = (answer.uploads or [])[0].presigned_url or ""
    assert address.startswith("https://evals.example.org/v2/gen-ai/")


@pytest.mark.parametrize("files", [[], [{"file_name": "", "file_size": "3"}], [{"file_name": "a.csv"}, {}]])
def test_uploads_without_a_name_are_refused(bobs: Gradient, files: list[Any]) -> None:
    with pytest.raises(BadRequestError):
        bobs.agents.evaluation_datasets.create_file_upload_presigned_urls(files=files)


def test_a_file_above_the_limit_is_refused_when_announced_and_when_sent(bobs: Gradient, settings: Settings) -> None:
    with pytest.raises(BadRequestError, match="32 MB"):
        _places(bobs, "a.csv", size=str(32 * 1024 * 1024 + 1))
    settings.EVALHUB_GRADIENT_UPLOAD_MAX_BYTES = 1000
    [place] = _places(bobs, "a.csv")
    answer = send_file(place.presigned_url, b"x" * 1001)
    assert (answer.status_code, answer.json()["id"]) == (400, "bad_request")
    with pytest.raises(BadRequestError):
        _create(bobs, place.object_key)


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/csv"}, {"Content-Type": "application/json"}])
def test_the_upload_needs_no_token_and_no_content_type(bobs: Gradient, headers: dict[str, str]) -> None:
    [place] = _places(bobs, "a.csv")
    assert send_file(place.presigned_url, SIX_ROWS.encode(), headers).status_code == 200
    assert _create(bobs, place.object_key)


def test_a_later_upload_replaces_the_file(bobs: Gradient) -> None:
    [place] = _places(bobs, "a.csv")
    for content in (b"query\nfirst\n", b"query\nsecond\n"):
        assert send_file(place.presigned_url, content).status_code == 200
    dataset = _create(bobs, place.object_key)
    assert dataset
    assert [item.input for item in _items(dataset)] == ["second"]


def test_a_wrong_or_old_signature_opens_nothing(bobs: Gradient, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = _places(bobs, "a.csv", "b.csv")
    swapped = one.presigned_url.partition("?")[0] + "?" + two.presigned_url.partition("?")[2]
    for address in (one.presigned_url + "x", one.presigned_url.partition("?")[0], swapped):
        answer = send_file(address, b"query\na\n")
        assert (answer.status_code, answer.json()["id"]) == (403, "forbidden")
    late = time.time() + 3601
    with monkeypatch.context() as later:
        later.setattr("django.core.signing.time.time", lambda: late)
        assert send_file(one.presigned_url, b"query\na\n").status_code == 403
    assert send_file(one.presigned_url, b"query\na\n").status_code == 200


def test_bodies_beyond_what_a_request_may_hold_are_streamed(bobs: Gradient, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    content = "query\n" + "".join(f"question {number} {'x' * 1000}\n" for number in range(3000))
    dataset = make_dataset(bobs, content)
    assert len(_items(dataset)) == 3000
    shown = bobs.agents.evaluation_test_cases.retrieve(make_test_case(bobs, dataset_uuid=dataset))
    assert shown.evaluation_test_case
    assert shown.evaluation_test_case.dataset
    assert shown.evaluation_test_case.dataset.file_size == str(len(content))


def test_files_that_nobody_made_a_dataset_of_are_thrown_away_after_a_day(bobs: Gradient, settings: Settings) -> None:
    old = put_file(bobs, SIX_ROWS)
    [stored] = Path(settings.MEDIA_ROOT, "gradient-uploads").iterdir()
    os.utime(stored, (0, time.time() - 25 * 3600))
    put_file(bobs, SIX_ROWS)
    with pytest.raises(BadRequestError, match="uploaded"):
        _create(bobs, old)


def test_columns_are_found_by_their_names_whatever_their_order(bobs: Gradient) -> None:
    content = (
        "\ufeffcontext,topic,actual_output,query,ground_truth,Query\r\n"
        '"[""Paris is big."", ""France is old.""]",geo,Paris,"Capital\r\nof ""France""?","[1, 2]",no\r\n'
        "\r\n"
        "one passage,,,What?,,\r\n"
    )
    first, second = _items(make_dataset(bobs, content))
    assert first.input == 'Capital\r\nof "France"?'
    assert (first.output, first.expected) == ("Paris", "[1, 2]")
    assert first.context == ["Paris is big.", "France is old."]
    assert first.metadata == {"topic": "geo", "Query": "no"}
    assert (second.output, second.expected, second.context) == (None, None, ["one passage"])


@pytest.mark.parametrize("column", ["expected_response", "ground_truth", "expected_output", "expected"])
def test_the_ground_truth_has_several_names(bobs: Gradient, column: str) -> None:
    [item] = _items(make_dataset(bobs, f"query,{column}\nWhat?,That\n"))
    assert item.expected == "That"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"query,expected\n",
        b"query,expected\n,\n",
        b"question,expected\nWhat?,That\n",
        b"Query\nWhat?\n",
        "query\nCafé\n".encode("latin-1"),
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b'query\n"never closed\n',
        b"query,expected\nWhat?,That\n ,That\n",
        b"query,expected\nWhat?,That,more\n",
        b'[{"query": "What?"}]',
    ],
)
def test_files_that_are_no_such_csv_make_no_dataset(bobs: Gradient, content: bytes) -> None:
    key = put_file(bobs, content)
    with pytest.raises(BadRequestError):
        _create(bobs, key)
    assert not Dataset.objects.exists()


def test_the_file_must_be_called_csv_and_the_dataset_something(bobs: Gradient) -> None:
    key = put_file(bobs, SIX_ROWS)
    for wrong in ({"file_name": "rows.txt"}, {"name": ""}, {"name": "  "}):
        with pytest.raises(BadRequestError):
            _create(bobs, key, **wrong)
    with pytest.raises(BadRequestError):
        bobs.agents.evaluation_datasets.create()


def test_a_key_of_another_account_is_unknown(bobs: Gradient, charlies: Gradient) -> None:
    [unused] = _places(bobs, "a.csv")
    for key in (put_file(charlies, SIX_ROWS), unused.object_key, "guess", "../../secrets/SECRET_KEY"):
        with pytest.raises(BadRequestError):
            _create(bobs, key)


def test_the_same_file_under_the_same_name_is_the_same_dataset(bobs: Gradient) -> None:
    """A program that tries once more, because it heard no answer, gets the one that it made."""
    first, again = make_dataset(bobs), make_dataset(bobs)
    other = make_dataset(bobs, "query\nWhat?\n")
    assert first == again != other
    assert set(Dataset.objects.values_list("name", flat=True)) == {"Capitals", "Capitals (2)"}
    assert make_dataset(bobs, "query\nWhat?\n") == other


def test_viewers_may_not_upload(viewer: User, bobs: Gradient, gradient_of: ClientOf) -> None:
    views = gradient_of(viewer)
    with pytest.raises(PermissionDeniedError):
        _places(views, "a.csv")
    with pytest.raises(PermissionDeniedError):
        _create(views, put_file(bobs, SIX_ROWS))
