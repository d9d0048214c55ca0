"""The report of a comparison: what stands in it, that its address holds it all, and that its Markdown is only text."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from markdown_it import MarkdownIt

from evalhub.accounts.models import Project, User
from runs.comparison.report_markdown import escaped, fenced
from runs.models import Run
from tests.conftest import _ClientOf as ClientOf
from tests.runs.comparison.compared_runs import make_compared_run, make_questions

KEYS = [f"q{place}" for place in range(30)]
METRICS = {"relevance": {"name": "Relevance | of answers", "threshold": 0.5, "is_star": True}}
BEFORE = [0.4 + place / 100 for place in range(30)]
AFTER = [value + (0.3 if place < 10 else -0.1 if place < 15 else 0.0) for place, value in enumerate(BEFORE)]
HOSTILE = "```\n# Not a heading\n</textarea><script>alert(1)</script>\n````\n[click](https://evil.example)"

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@pytest.fixture
def runs(project: Project) -> tuple[Run, Run]:
    version = make_questions(project, KEYS, topics=("returns", "prices"))
    hostile = [f"{HOSTILE} {place}" for place in range(30)]
    first = make_compared_run(version, {"relevance": BEFORE}, metrics=METRICS, name="Release 1")
    second = make_compared_run(
        version, {"relevance": AFTER}, metrics=METRICS, outputs=hostile, name="Release *2* <b> https://evil.example"
    )
    return first, second


def address(runs: tuple[Run, Run], query: str = "", *, end: str = "report/") -> str:
    return f"/projects/{runs[0].project_id}/compare/{end}?runs={runs[0].pk},{runs[1].pk}{query}"


def in_words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_it_holds_verdict_conditions_slices_and_the_worst_items(
    runs: tuple[Run, Run], viewer: User, client_of: type[ClientOf]
) -> None:
    response = client_of(viewer).get(address(runs, "&slice=topic&items=3"))
    words = in_words(response.content.decode())
    assert re.search(r"▲ better by 0\.08 \(0\.0\d to 0\.1\d\), 30 items", words)
    assert "▲ 10 ▼ 5 = 15" in words
    assert "The same in all: dataset version" in words
    assert "Slices by topic" in words
    assert "3 of 30, by Relevance" in words
    assert {f"Item {place}" for place in (11, 12, 13)} <= set(re.findall(r"Item 1\d", words))
    assert "by Vera Viewer" in words
    assert "r1" in words
    assert "<script>alert" not in response.content.decode()


def test_the_address_says_how_many_items_and_which(runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]) -> None:
    found = {
        query: re.findall(r"report__item", client_of(bob).get(address(runs, query)).content.decode())
        for query in ("", "&items=0", "&items=2", "&show=worse", "&items=51", "&q=answer+7", "&q=question+q3")
    }
    counts = {query: len(items) for query, items in found.items()}
    assert counts == {
        "": 10,
        "&items=0": 0,
        "&items=2": 2,
        "&show=worse": 5,
        "&items=51": 10,
        "&q=answer+7": 1,
        "&q=question+q3": 1,
    }


def test_what_is_compared_by_hand_is_not_asked_often(
    runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]
) -> None:
    client = client_of(bob)
    client.get(address(runs))
    with CaptureQueriesContext(connection) as queries:
        client.get(address(runs))
    assert len(queries) <= 14


def test_its_markdown_is_a_file_in_which_names_and_answers_are_text(
    runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]
) -> None:
    response = client_of(bob).get(address(runs, "&slice=topic&show=worse", end="report.md"))
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    html = MARKDOWN.render(response.content.decode())
    headings = re.findall(r"<h[12]>(.*?)</h[12]>", html)
    assert headings[0] == "Release *2* &lt;b&gt; https://evil.example against Release 1"
    assert headings[1:] == [
        *("Runs", "Is it fair?", "Is it better?", "Slices by topic: Relevance | of answers"),
        *("Relevance | of answers in each run", "Items"),
    ]
    assert "<a " not in html
    assert "<script" not in html
    assert html.count("<pre>") == 3 * 5  # the input and two answers of each item
    assert html.count("# Not a heading") == 5
    assert "better by 0.08" in html


@pytest.mark.parametrize(
    "text", ["a | b", "`x`", "*x*", "<i>", "www.evil.example", "a@b.example", "[x](y)", "~~x~~", "\n# x", "http://x.y"]
)
def test_escaped_text_means_nothing_to_markdown(text: str) -> None:
    html = MARKDOWN.render(f"before {escaped(text)} after")
    shown = html.removeprefix("<p>").removesuffix("</p>\n")
    assert "<" not in shown
    words = " ".join(text.split()).replace("<", "&lt;").replace(">", "&gt;")
    assert shown == f"before {words} after"
    # What readers beyond the standard would make links of by themselves.
    assert not re.search(r"://|www\.|@", escaped(text))


def test_a_fence_is_longer_than_any_inside() -> None:
    tokens = MarkdownIt().parse(fenced(HOSTILE))
    assert [token.type for token in tokens] == ["fence"]
    assert tokens[0].content == f"{HOSTILE}\n"


def test_charlie_does_not_learn_that_the_runs_exist(
    runs: tuple[Run, Run], charlie: User, client_of: type[ClientOf]
) -> None:
    for end in ("report/", "report.md"):
        path = address(runs, end=end)
        assert client_of(charlie).get(path).status_code == 404
        assert Client().get(path).status_code == 302
        assert client_of(charlie).post(path).status_code == 405


def test_a_report_needs_two_runs(runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]) -> None:
    path = f"/projects/{runs[0].project_id}/compare/report/"
    assert client_of(bob).get(path).status_code == 400
    assert client_of(bob).get(f"{path}?runs={runs[0].pk},999999").status_code == 404
