"""The page of an uploaded file: its columns, its preview, its progress, its result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from evalhub.accounts.models import Project, User
from runs.choices import ImportState
from runs.ingest.loading import load_import
from runs.models import Dataset, DatasetImport, DatasetVersion
from tests.runs.datasets.loading import jsonl, load, queue, upload

ClientOf = Callable[[User], Client]
ROWS = jsonl(
    {"id": "1", "ask": "<script>alert(1)</script>", "tone_score": 3},
    {"id": "2", "ask": "second", "tone_score": 4},
    {"id": "2", "ask": "third", "tone_score": 5},
)
CHOSEN = {"role_0": "key", "role_1": "input", "role_2": "score", "encoding": "utf-8", "dataset_name": "Asked"}


def page_of(dataset_import: DatasetImport, name: str = "import_detail") -> str:
    return reverse(f"runs:{name}", args=[dataset_import.pk])


@pytest.mark.django_db
def test_the_page_shows_columns_values_and_what_it_would_reject(
    project: Project, bob: User, client_of: ClientOf
) -> None:
    received = upload(ROWS, project=project, by=bob)
    text = client_of(bob).get(page_of(received), CHOSEN).content.decode()
    assert '<label for="id_role_1">ask</label>' in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert "The key &quot;2&quot; is on line 1" not in text
    assert "The key &quot;2&quot; is on line 2 already" in text


@pytest.mark.django_db
def test_without_an_input_the_page_says_which_choice_is_missing(
    project: Project, bob: User, client_of: ClientOf
) -> None:
    received = upload(ROWS, project=project, by=bob)
    text = client_of(bob).get(page_of(received)).content.decode()
    assert "No column is mapped to input" in text


@pytest.mark.django_db
def test_htmx_is_given_only_the_preview(project: Project, bob: User, client_of: ClientOf) -> None:
    received = upload(ROWS, project=project, by=bob)
    headers = {"HX-Request": "true", "HX-Target": "import-preview"}
    text = client_of(bob).get(page_of(received), CHOSEN, headers=headers).content.decode()
    assert text.strip().startswith('<section class="section" id="import-preview"')
    assert "<html" not in text


@pytest.mark.django_db(transaction=True)
def test_confirmed_rows_are_loaded_under_the_chosen_name(project: Project, bob: User, client_of: ClientOf) -> None:
    received = upload(ROWS, project=project, by=bob)
    response = client_of(bob).post(page_of(received, "import_confirmation"), CHOSEN)
    assert response.headers["Location"] == page_of(received)
    load_import(received.pk)
    version = DatasetVersion.objects.get()
    assert str(version) == "Asked v1"
    assert version.items.get(ordinal=1).given_scores == {"tone_score": {"score": 4}}
    text = client_of(bob).get(page_of(received)).content.decode()
    assert "Asked v1" in text
    assert "The key &quot;2&quot; is on line 2 already" in text


@pytest.mark.django_db(transaction=True)
def test_rows_can_join_an_existing_dataset(project: Project, bob: User, client_of: ClientOf) -> None:
    first = load(jsonl({"input": "a"}), project=project, by=bob).version
    assert first is not None
    received = upload(ROWS, project=project, by=bob)
    client_of(bob).post(page_of(received, "import_confirmation"), {**CHOSEN, "dataset": first.dataset_id})
    load_import(received.pk)
    assert Dataset.objects.count() == 1
    assert first.dataset.versions.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"role_1": "output"}, "No column is mapped to input"),
        ({"role_0": "input"}, "Both &quot;id&quot; and &quot;ask&quot; are mapped to input"),
        ({"role_0": "nonsense"}, "not one of the available choices"),
        ({"encoding": "rot13"}, "not one of the available choices"),
        ({"dataset_name": "  "}, "A dataset needs a name"),
        ({"dataset_name": "x" * 201}, "at most 200 characters"),
        ({"dataset": "999"}, "not one of the available choices"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_and_the_others_stay(
    change: dict[str, str], says: str, project: Project, bob: User, client_of: ClientOf
) -> None:
    received = upload(ROWS, project=project, by=bob)
    response = client_of(bob).post(page_of(received, "import_confirmation"), {**CHOSEN, **change})
    assert response.status_code == 200
    assert says in response.content.decode()
    assert 'value="score" selected' in response.content.decode()
    received.refresh_from_db()
    assert received.state == ImportState.MAPPING


@pytest.mark.django_db
def test_an_encoding_can_be_chosen_and_shows_in_the_preview(project: Project, bob: User, client_of: ClientOf) -> None:
    received = upload("input,output\ncafé,1\n".encode("cp1252"), project=project, by=bob, name="rows.csv")
    shown = client_of(bob).get(page_of(received)).content.decode()
    assert "Byte 0xE9 at offset 16 is not UTF-8" in shown
    assert "café" in shown
    strict = client_of(bob).get(page_of(received), {"encoding": "utf-8"}).content.decode()
    assert "café" not in strict
    assert "bytes that are not UTF-8" in strict


@pytest.mark.django_db(transaction=True)
def test_progress_is_shown_until_the_file_is_loaded(project: Project, bob: User, client_of: ClientOf) -> None:
    queued = queue(ROWS.replace(b'"ask"', b'"input"'), project=project, by=bob)
    headers = {"HX-Request": "true", "HX-Target": "import-progress"}
    waiting = client_of(bob).get(page_of(queued, "import_progress"), headers=headers)
    assert 'hx-trigger="every 1s"' in waiting.content.decode()
    assert "rows read" in client_of(bob).get(page_of(queued)).content.decode()
    load_import(queued.pk)
    over = client_of(bob).get(page_of(queued, "import_progress"), headers=headers)
    assert over.headers["HX-Refresh"] == "true"


@pytest.mark.django_db(transaction=True)
def test_rejected_rows_are_paged_and_downloaded_whole_with_formulas_defused(
    project: Project, bob: User, client_of: ClientOf
) -> None:
    rows = b"input,output\n" + b"ok,1\n" + b"=cmd(),1,2\n" * 150
    done = load(rows, project=project, by=bob, name="rows.csv")
    first = client_of(bob).get(page_of(done)).content.decode()
    last = done.rejected_rows.order_by("id")[99].pk
    assert f"?after={last}" in first
    second = client_of(bob).get(page_of(done), {"after": last}).content.decode()
    assert second.count("the header has 2") == 50
    download = client_of(bob).get(page_of(done, "import_rejections"))
    lines = download.getvalue().decode().splitlines()
    assert len(lines) == 151
    assert lines[1].endswith('"\'=cmd(), 1, 2"')


@pytest.mark.django_db(transaction=True)
def test_a_failed_file_can_be_mapped_again(project: Project, bob: User, client_of: ClientOf) -> None:
    queued = queue(jsonl({"input": "", "ask": "a"}), project=project, by=bob)
    load_import(queued.pk)
    assert "The file was not loaded" in client_of(bob).get(page_of(queued)).content.decode()
    choices = {"role_0": "", "role_1": "input", "encoding": "utf-8", "dataset_name": "Again"}
    client_of(bob).post(page_of(queued, "import_confirmation"), choices)
    load_import(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.rejected_rows.count()) == (ImportState.FINISHED, 0)


@pytest.mark.django_db
def test_an_unwanted_file_is_discarded(project: Project, bob: User, client_of: ClientOf) -> None:
    received = upload(ROWS, project=project, by=bob)
    response = client_of(bob).post(page_of(received, "import_deletion"))
    assert response.status_code == 302
    assert not DatasetImport.objects.exists()
    assert not Path(received.file.path).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["import_detail", "import_progress", "import_rejections"])
def test_teammates_read_and_strangers_get_nothing(
    name: str, project: Project, bob: User, viewer: User, charlie: User, client_of: ClientOf
) -> None:
    received = upload(ROWS, project=project, by=bob)
    assert client_of(viewer).get(page_of(received, name)).status_code in {200, 302}
    assert client_of(charlie).get(page_of(received, name)).status_code == 404
    assert Client().get(page_of(received, name)).headers["Location"].startswith("/accounts/login/")
    assert client_of(bob).put(page_of(received, name)).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["import_confirmation", "import_deletion"])
def test_only_editors_write(
    name: str, project: Project, bob: User, viewer: User, charlie: User, client_of: ClientOf
) -> None:
    received = upload(ROWS, project=project, by=bob)
    assert client_of(viewer).post(page_of(received, name), CHOSEN).status_code == 403
    assert client_of(charlie).post(page_of(received, name), CHOSEN).status_code == 404
    assert Client().post(page_of(received, name), CHOSEN).headers["Location"].startswith("/accounts/login/")
    assert client_of(bob).get(page_of(received, name)).status_code == 405
    received.refresh_from_db()
    assert received.state == ImportState.MAPPING


@pytest.mark.django_db
def test_an_import_is_confirmed_once(project: Project, bob: User, client_of: ClientOf) -> None:
    received = upload(ROWS, project=project, by=bob)
    client_of(bob).post(page_of(received, "import_confirmation"), CHOSEN)
    again = client_of(bob).post(page_of(received, "import_confirmation"), {**CHOSEN, "dataset_name": "Other"})
    assert again.status_code == 302
    received.refresh_from_db()
    assert received.dataset_name == "Asked"
