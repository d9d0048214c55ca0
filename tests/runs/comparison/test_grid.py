"""The grid of a comparison: found by text, written to files, and with every repeat of an item to be read."""

from __future__ import annotations

import csv
import io
import json
import re
from urllib.parse import urlencode

import pyarrow.parquet as pq
import pytest
from django.test import Client

from evalhub.accounts.models import Project, User
from runs.models import Run
from tests.conftest import _ClientOf as ClientOf
from tests.runs.comparison.compared_runs import make_compared_run, make_questions

KEYS = [f"q{place}" for place in range(30)]
METRICS: dict[str, dict[str, object]] = {
    "relevance": {"name": "Relevance", "threshold": 0.5, "is_star": True},
    "tone": {"name": "Tone", "value_type": "category", "labels": ["rude", "plain", "kind"], "range_max": 2.0},
}
BEFORE = [0.4 + place / 100 for place in range(30)]
AFTER = [value + (0.3 if place < 10 else -0.1 if place < 15 else 0.0) for place, value in enumerate(BEFORE)]


@pytest.fixture
def runs(project: Project) -> list[Run]:
    version = make_questions(project, KEYS)
    other = make_questions(project, KEYS[::-1])
    tones = [float(place % 3) for place in range(30)]
    outputs = [f"=HYPERLINK({place})" for place in range(30)]
    return [
        make_compared_run(version, {"relevance": BEFORE, "tone": tones}, metrics=METRICS, name="Release 1"),
        make_compared_run(
            other,
            {"relevance": AFTER[::-1], "tone": tones[::-1]},
            metrics=METRICS,
            outputs=outputs[::-1],
            name="Release 2",
        ),
    ]


def path(runs: list[Run], query: str = "", *, end: str = "") -> str:
    return f"/projects/{runs[0].project_id}/compare/{end}?runs={runs[0].pk},{runs[1].pk}{query}"


def ordinals(html: str) -> list[int]:
    return [int(place) for place in re.findall(r'data-item-place="(\d+)"', html)]


def file_of(client: Client, address: str) -> bytes:
    response = client.get(address)
    assert response.streaming
    assert "attachment" in response["Content-Disposition"]
    return b"".join(response)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("HYPERLINK(7", [7]), ("answer 12", [12]), ("QUESTION Q3", [3]), ("nowhere", []), ("%", [])],
)
def test_text_is_found_in_inputs_and_in_the_answers_of_every_run(
    runs: list[Run], bob: User, client_of: type[ClientOf], text: str, expected: list[int]
) -> None:
    query = urlencode({"q": text, "sort": "ordinal"})
    found = ordinals(client_of(bob).get(path(runs, f"&{query}")).content.decode())
    assert found == expected


def test_a_file_has_the_rows_and_columns_on_screen_and_no_formulas(
    runs: list[Run], bob: User, client_of: type[ClientOf]
) -> None:
    written = file_of(client_of(bob), path(runs, "&show=worse&sort=ordinal", end="export.csv")).decode()
    rows = list(csv.DictReader(io.StringIO(written)))
    assert list(rows[0]) == [
        *("item", "key", "input", "1 Release 1: output", "1 Release 1: error", "1 Release 1: Relevance"),
        *("2 Release 2: output", "2 Release 2: error", "2 Release 2: Relevance", "2 Release 2: Relevance, difference"),
    ]
    assert [row["key"] for row in rows] == ["q10", "q11", "q12", "q13", "q14"]
    assert rows[0]["1 Release 1: output"] == "answer 10"
    assert rows[0]["2 Release 2: output"] == "'=HYPERLINK(10)"
    assert float(rows[0]["2 Release 2: Relevance, difference"]) == pytest.approx(-0.1)


def test_files_have_no_limit_of_rows_and_keep_their_types(
    runs: list[Run], bob: User, client_of: type[ClientOf], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runs.exporters.comparison.CHUNK", 7)
    lines = file_of(client_of(bob), path(runs, "&view=full&page=2", end="export.jsonl")).splitlines()
    records = {record["key"]: record for record in map(json.loads, lines)}
    assert len(lines) == len(records) == 30
    assert records["q4"]["2 Release 2: Relevance"] == pytest.approx(AFTER[4])
    assert records["q5"]["1 Release 1: Tone"] == "kind"
    table = pq.read_table(io.BytesIO(file_of(client_of(bob), path(runs, "&show=better", end="export.parquet"))))
    assert table.num_rows == 10
    assert table.column("2 Release 2: Relevance, difference").to_pylist() == pytest.approx([0.3] * 10)


def test_a_file_holds_what_a_search_found_to_its_end(runs: list[Run], bob: User, client_of: type[ClientOf]) -> None:
    written = file_of(client_of(bob), path(runs, "&q=answer+2", end="export.jsonl")).splitlines()
    assert sorted(json.loads(line)["key"] for line in written) == sorted(
        ["q2", *(f"q{place}" for place in range(20, 30))]
    )


def test_unknown_formats_and_strangers_get_nothing(
    runs: list[Run], bob: User, charlie: User, client_of: type[ClientOf]
) -> None:
    assert client_of(bob).get(path(runs, end="export.xls")).status_code == 404
    assert client_of(charlie).get(path(runs, end="export.csv")).status_code == 404
    assert Client().get(path(runs, end="export.csv")).status_code == 302


def test_every_repeat_of_an_item_can_be_read(project: Project, bob: User, client_of: type[ClientOf]) -> None:
    version = make_questions(project, ["a", "b"])
    metric = {"relevance": {"name": "Relevance"}}
    runs = [
        make_compared_run(version, {"relevance": [0.5, 0.5]}, metrics=metric, name="Once"),
        make_compared_run(
            version,
            {"relevance": [0.1, 0.2, 0.9, 0.4, 0.4, 0.4]},
            metrics=metric,
            repeats=3,
            outputs=[f"try {place}" for place in range(6)],
            name="Thrice",
        ),
    ]
    first, last = (
        re.sub(r"\s+", " ", client_of(bob).get(path(runs, f"&repeat={repeat}", end="items/0/")).content.decode())
        for repeat in (1, 3)
    )
    assert ["try 0" in first, "try 2" in first, "Relevance 0.10" in first] == [True, False, True]
    assert ["try 0" in last, "try 2" in last, "Relevance 0.90" in last] == [False, True, True]
    assert "answer 0" in last  # who was asked once shows that once
    for page in (first, last):
        assert ">0.40<" in page  # the mean of all three
    assert "repeat 3 of 3" in last
    assert "repeat=2" in last
    assert "Next repeat" not in last


def test_two_metrics_and_all_metrics_are_drawn_with_their_numbers(
    runs: list[Run], bob: User, client_of: type[ClientOf]
) -> None:
    html = client_of(bob).get(path(runs, "&by=m.relevance&other=m.tone", end="charts/")).content.decode()
    figures = {
        name: json.loads(text)
        for name, text in re.findall(r'<script id="([\w-]+)" type="application/json">(.*?)</script>', html)
    }
    assert figures["metrics-figure"]["x"].startswith("Relevance")
    assert figures["metrics-figure"]["y"].startswith("Tone")
    assert sum(figures["metrics-figure"]["traces"][0]["counts"]) == 30
    (baseline, candidate) = figures["parallel-figure"]["traces"]
    assert baseline["x"] == ["Overall", "Relevance"]  # labels have no mean
    assert candidate["y"][1] == pytest.approx(sum(AFTER) / 30)
    assert candidate["text"][1] in html
