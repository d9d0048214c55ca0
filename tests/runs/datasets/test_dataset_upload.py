"""Uploading in the browser: who may, and what each kind of bad file is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from evalhub.accounts.models import Project, User
from runs.models import DatasetImport
from tests.runs.datasets.loading import jsonl, parquet

ClientOf = Callable[[User], Client]
PARQUET = parquet([{"input": f"question {number}"} for number in range(3_000)])
GOOD = jsonl({"id": "1", "question": "a", "answer": "b"}, {"id": "2", "question": "c", "answer": "d"})


def send(client: Client, project: Project, content: bytes = GOOD, name: str = "rows.jsonl") -> HttpResponse:
    address = reverse("runs:dataset_upload", args=[project.pk])
    return cast("HttpResponse", client.post(address, {"file": SimpleUploadedFile(name, content)}))


def test_an_editor_uploads_a_file_and_is_asked_about_its_columns(
    project: Project, bob: User, client_of: ClientOf
) -> None:
    response = send(client_of(bob), project)
    received = DatasetImport.objects.get()
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("runs:import_detail", args=[received.pk])
    assert (received.columns, received.file_format) == (["id", "question", "answer"], "jsonl")
    assert received.mapping == {"key": "id", "input": "question", "output": "answer"}


def test_a_viewer_may_not_upload(project: Project, viewer: User, client_of: ClientOf) -> None:
    assert send(client_of(viewer), project).status_code == 403
    assert not DatasetImport.objects.exists()


def test_a_stranger_does_not_learn_that_the_project_exists(
    project: Project, charlie: User, client_of: ClientOf
) -> None:
    assert send(client_of(charlie), project).status_code == 404


def test_the_unknown_are_asked_to_sign_in(project: Project, client: Client) -> None:
    response = send(client, project)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/accounts/login/")


def test_an_upload_without_the_forms_token_is_refused(project: Project, bob: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    assert send(client, project).status_code == 403
    assert not DatasetImport.objects.exists()


def test_a_dataset_of_another_project_cannot_be_chosen(
    project: Project, bob: User, charlie: User, client_of: ClientOf
) -> None:
    elsewhere = charlie.memberships.get().team.projects.get()
    foreign = elsewhere.datasets.create(name="Foreign", key="foreign")
    address = reverse("runs:dataset_upload", args=[project.pk])
    client_of(bob).post(address, {"file": SimpleUploadedFile("rows.jsonl", GOOD), "dataset": foreign.pk})
    assert not DatasetImport.objects.exists()


def test_a_file_above_the_limit_is_answered_413_with_the_limit(
    project: Project, bob: User, client_of: ClientOf, settings: Settings
) -> None:
    settings.EVALHUB_UPLOAD_MAX_BYTES = 1024 * 1024
    response = send(client_of(bob), project, b"x" * 1_500_000)
    assert response.status_code == 413
    assert "at most 1 MB" in response.content.decode()
    assert not DatasetImport.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "empty.csv", "&quot;empty.csv&quot; is empty; send a file"),
        (b"\n", "blank.csv", "is empty"),
        (b"id,input,output\n", "header.csv", "add rows and send it again"),
        (b"PK\x03\x04 xl/workbook.xml", "table.csv", "an Excel workbook"),
        (b"%PDF-1.7", "report.jsonl", "a PDF document"),
        (PARQUET[: len(PARQUET) // 2], "rows.parquet", "It may be cut off; write it anew"),
        (bytes(range(256)) * 8, "noise.jsonl", "neither text nor Parquet"),
        (b'[{"input": "a"}, {"input": ', "rows.json", "after row 1"),
        (b'{\n"a": 1\n}', "settings.json", "holds no list of objects"),
        (b"<html><script>alert(1)</script>", "<b>page.csv", "an HTML page"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_reason(
    content: bytes, name: str, says: str, project: Project, bob: User, client_of: ClientOf
) -> None:
    page = send(client_of(bob), project, content, name)
    assert page.status_code == 200
    assert says in page.content.decode()
    assert "<script>alert" not in page.content.decode()
    assert "<b>page" not in page.content.decode()
    assert not DatasetImport.objects.exists()


def test_no_file_at_all_is_asked_for(project: Project, bob: User, client_of: ClientOf) -> None:
    page = client_of(bob).post(reverse("runs:dataset_upload", args=[project.pk]), {})
    assert "Choose a file first." in page.content.decode()
