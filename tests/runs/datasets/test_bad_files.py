"""Files that are partly bad, from the upload page to their result: what can be used is; the rest is told with why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from evalhub.accounts.models import Project, User
from runs.choices import ImportState
from runs.ingest.loading import load_import
from runs.models import DatasetImport, Item
from tests.runs.datasets.loading import jsonl

pytestmark = pytest.mark.django_db(transaction=True)

ClientOf = Callable[[User], Client]


def rows(count: int) -> list[bytes]:
    return [jsonl({"id": f"q{number}", "input": f"question {number}"}) for number in range(1, count + 1)]


def send(client: Client, project: Project, content: bytes, name: str) -> DatasetImport:
    """Upload as the browser does, take what the mapping page proposes, load."""
    address = reverse("runs:dataset_upload", args=[project.pk])
    page = client.post(address, {"file": SimpleUploadedFile(name, content)}, follow=True)
    form = page.context["mapping"].form
    assert form.is_valid(), form.errors
    sent = {field: form[field].value() for field in form.fields if form[field].value() is not None}
    received = DatasetImport.objects.latest("id")
    client.post(reverse("runs:import_confirmation", args=[received.pk]), sent)
    load_import(received.pk)
    received.refresh_from_db()
    return received


def result(client: Client, received: DatasetImport) -> str:
    return client.get(reverse("runs:import_detail", args=[received.pk])).content.decode()


def rejected(received: DatasetImport) -> list[tuple[int, str]]:
    return list(received.rejected_rows.order_by("line").values_list("line", "reason"))


def test_a_broken_line_spoils_only_itself(project: Project, bob: User, client_of: ClientOf) -> None:
    lines = rows(12)
    lines[6] = b'{"id": "q7", "input": \n'
    received = send(client_of(bob), project, b"".join(lines), "rows.jsonl")
    ((line, reason),) = rejected(received)
    assert (line, reason) == (7, "Not valid JSON: unexpected end of data, at character 22 of the line.")
    assert received.rejected_rows.get().raw == '{"id": "q7", "input":'
    assert Item.objects.count() == 11
    assert reason in result(client_of(bob), received)


def test_a_cell_that_is_too_large_costs_only_its_row_even_the_first(
    project: Project, bob: User, client_of: ClientOf
) -> None:
    large = jsonl({"id": "q0", "input": "a", "output": "x" * 10_000_000})
    received = send(client_of(bob), project, large + b"".join(rows(2)), "rows.jsonl")
    assert rejected(received) == [(1, 'Column "output" holds 9.5 MB; a cell may hold at most 5 MB.')]
    assert len(received.rejected_rows.get().raw) == 2_000
    assert Item.objects.count() == 2


def test_the_first_of_two_rows_with_one_key_stays(project: Project, bob: User, client_of: ClientOf) -> None:
    content = b"id,input\nk,first\nl,other\nk,second\n"
    received = send(client_of(bob), project, content, "rows.csv")
    assert rejected(received) == [(4, 'The key "k" is on line 2 already; keys tell items apart.')]
    assert sorted(Item.objects.values_list("input", flat=True)) == ["first", "other"]


def test_rows_without_an_input_or_with_other_cells_are_told(project: Project, bob: User, client_of: ClientOf) -> None:
    content = b"id,input,output\n1,a,b\n2,c\n3,d,e,f\n4,,x\n"
    received = send(client_of(bob), project, content, "rows.csv")
    assert rejected(received) == [
        (3, "The row has 2 cells, the header has 3; a quote or delimiter may be missing."),
        (4, "The row has 4 cells, the header has 3; a quote or delimiter may be missing."),
        (5, '"input", the column mapped to input, is empty.'),
    ]
    assert Item.objects.get().input == "a"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_text_is_read_in_the_encoding_it_was_written_in(
    encoding: str, project: Project, bob: User, client_of: ClientOf
) -> None:
    content = "id,input\n1,Où est le café à Köln?\n".encode(encoding)
    send(client_of(bob), project, content, "rows.csv")
    assert Item.objects.get().input == "Où est le café à Köln?"


def test_text_in_an_encoding_that_cannot_be_known_is_shown_for_the_person_to_judge(
    project: Project, bob: User, client_of: ClientOf
) -> None:
    content = "id,input\n1,Это вопрос\n".encode("koi8-r") + b"2,\x81\n"
    address = reverse("runs:dataset_upload", args=[project.pk])
    page = client_of(bob).post(address, {"file": SimpleUploadedFile("rows.csv", content)}, follow=True)
    assert DatasetImport.objects.get().encoding == "latin-1"
    assert "is not UTF-8. Choose the encoding the file was saved in" in page.content.decode()


def test_a_file_without_the_needed_column_says_so_once_and_waits(
    project: Project, bob: User, client_of: ClientOf
) -> None:
    address = reverse("runs:dataset_upload", args=[project.pk])
    file = SimpleUploadedFile("rows.csv", b"colour,size\nred,1\n")
    page = client_of(bob).post(address, {"file": file}, follow=True).content.decode()
    assert page.count("No column is mapped to input; choose the one that holds what was asked.") == 1
    assert DatasetImport.objects.get().state == ImportState.MAPPING


def test_a_corrected_choice_takes_its_complaint_away(project: Project, bob: User, client_of: ClientOf) -> None:
    address = reverse("runs:dataset_upload", args=[project.pk])
    client = client_of(bob)
    client.post(address, {"file": SimpleUploadedFile("rows.csv", b"colour,size\nred,1\n")})
    page = reverse("runs:import_detail", args=[DatasetImport.objects.get().pk])
    headers = {"HX-Request": "true", "HX-Target": "import-preview"}
    wrong = client.get(page, {"role_0": "output"}, headers=headers).content.decode()
    assert "No column is mapped to input" in wrong.partition('id="import-problems"')[2]
    right = client.get(page, {"role_0": "input", "dataset_name": "Colours"}, headers=headers).content.decode()
    assert 'id="import-problems" aria-live="polite" hx-swap-oob="true" hidden' in right
