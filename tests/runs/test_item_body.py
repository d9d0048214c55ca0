"""The whole of one body of a run item, as plain text that can do nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from evalhub.accounts.models import Project, User
from runs.models import DatasetVersion
from tests.runs.test_item_detail import make_answered, page

ClientOf = Callable[[User], Client]


def test_long_bodies_are_cut_and_the_whole_is_plain_text_that_can_do_nothing(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    long = "<b>word</b> " * 5_000
    run = make_answered(project, output=long)
    client = client_of(alice)
    html = page(client, run)
    whole = reverse("runs:item_body", args=[run.pk, 1, "output"])
    assert f'<a href="{whole}" data-show-all' in html
    assert "Show all (60 kB)" in html
    assert html.count("&lt;b&gt;word") < 2_000
    response = client.get(whole)
    assert response.content.decode() == long
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("field", "body"),
    [("input", "question 1"), ("expected", "answer 1"), ("metadata", '{"topic": "b"}'), ("output", "output 1")],
)
def test_every_body_has_an_address(project: Project, alice: User, client_of: ClientOf, field: str, body: str) -> None:
    run = make_answered(project)
    assert client_of(alice).get(reverse("runs:item_body", args=[run.pk, 1, field])).content.decode() == body


@pytest.mark.parametrize("field", ["password", "context", "explanation.none", "run_id"])
def test_a_body_that_the_item_has_not_is_missing(
    project: Project, alice: User, client_of: ClientOf, field: str
) -> None:
    run = make_answered(project)
    assert client_of(alice).get(reverse("runs:item_body", args=[run.pk, 1, field])).status_code == 404


def test_only_rows_of_a_file_came_as_something_else_than_the_item(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    run = make_answered(project)
    row = reverse("runs:item_body", args=[run.pk, 1, "raw"])
    assert row not in page(client_of(alice), run)
    DatasetVersion.objects.update(source_name="answers.jsonl")
    assert f'href="{row}"' in page(client_of(alice), run)
