"""A run's items as a file: who may have it, which rows and columns, and that what comes out can be read again."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from evalhub.accounts.models import Project, User
from evalhub.core.spreadsheet import defused
from metrics.choices import ScoreStatus
from runs.choices import ReviewState, RunState
from runs.exporters.columns import columns_of
from runs.exporters.csv import write_csv
from runs.exporters.jsonl import write_jsonl
from runs.exporters.parquet import write_parquet
from runs.exporters.rows import CHUNK, ExportRow, ScoreRow, export_rows
from runs.models import Item, Review, Run, RunItem
from tests.factories import make_dataset, make_metric, make_run, make_run_metric, make_version
from tests.runs.answers import Answer, answer_run

ClientOf = Callable[[User], Client]
FORMATS = ["csv", "jsonl", "parquet"]
ROWS: list[dict[str, Any]] = [
    {"key": "plain", "input": "1 + 1", "expected": "2", "metadata": {"level": 1}},
    {
        "key": "list",
        "input": "Capital?",
        "expected": ["Rome", "Roma"],
        "context": ["Rome is.", {"text": "x", "source": "s"}],
    },
    {"key": "object", "input": "=SUM(A1:A9)", "expected": {"a": [1, 2.5, None, True]}},
]


def make_exported(project: Project, *, name: str = "Nightly run") -> Run:
    version = make_version(dataset=make_dataset(project=project), rows=ROWS)
    run = make_run(version=version, name=name, state=RunState.FINISHED)
    for key in ("exact", "tone"):
        make_run_metric(run=run, revision=make_metric(key=key, project=project), threshold=0.5)
    first, _, _ = answer_run(
        run,
        [
            Answer(
                output="2",
                overall=1.0,
                passed=True,
                scores={
                    "exact": {"value": 1.0, "passed": True, "explanation": 'Found "2".\nTwice, in fact.'},
                    "tone": {"value": 0.25, "passed": False, "label": "curt", "judge_model": "judge-7b"},
                },
            ),
            Answer(output="", overall=0.0, passed=False, scores={"exact": {"value": 0.0, "passed": False}}),
            Answer(
                output="@cmd|' /C calc'!A0",
                passed=False,
                trace=[{"role": "user", "content": "hi"}],
                scores={
                    "exact": {"status": ScoreStatus.ERRORED, "reason": "timeout", "explanation": "-1+cmd"},
                },
            ),
        ],
    )
    Review.objects.create(run=run, run_item=first, state=ReviewState.FIXED)
    return run


def export(client: Client, run: Run, file_format: str, query: str = "") -> bytes:
    response = client.get(reverse("runs:run_export", args=[run.pk, file_format]) + query)
    assert response.status_code == 200
    content: bytes = response.getvalue()
    return content


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def keys(content: bytes, file_format: str) -> list[str]:
    if file_format == "csv":
        return [row["key"] for row in csv_rows(content)]
    if file_format == "jsonl":
        return [json.loads(line)["key"] for line in content.splitlines()]
    return list(pq.read_table(io.BytesIO(content))["key"].to_pylist())


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_member_gets_every_row_in_the_order_of_the_table(
    project: Project, viewer: User, client_of: ClientOf, file_format: str
) -> None:
    run = make_exported(project)
    client = client_of(viewer)
    assert keys(export(client, run, file_format), file_format) == ["plain", "list", "object"]
    assert keys(export(client, run, file_format, "?failing=1&sort=-ordinal"), file_format) == ["object", "list"]
    assert keys(export(client, run, file_format, "?q=capital&view=compact&page=3"), file_format) == ["list"]


@pytest.mark.parametrize("file_format", FORMATS)
def test_charlie_does_not_learn_that_the_run_exists(
    project: Project, charlie: User, client_of: ClientOf, file_format: str
) -> None:
    address = reverse("runs:run_export", args=[make_exported(project).pk, file_format])
    assert client_of(charlie).get(address).status_code == 404


def test_only_get_and_only_known_formats(project: Project, alice: User, client_of: ClientOf) -> None:
    run = make_exported(project)
    client = client_of(alice)
    assert client.post(reverse("runs:run_export", args=[run.pk, "csv"])).status_code == 405
    assert client.get(reverse("runs:run_export", args=[run.pk, "xlsx"])).status_code == 404


@pytest.mark.parametrize("query", ["?columns=key,nonsense", "?m.exact=a..b", "?sort=nonsense"])
def test_what_is_not_understood_is_said_before_anything_is_sent(
    project: Project, alice: User, client_of: ClientOf, query: str
) -> None:
    response = client_of(alice).get(reverse("runs:run_export", args=[make_exported(project).pk, "csv"]) + query)
    assert response.status_code == 400


def test_csv_keeps_numbers_and_takes_the_bite_out_of_formulas(
    project: Project, alice: User, client_of: ClientOf
) -> None:
    plain, _, formula = csv_rows(export(client_of(alice), make_exported(project), "csv"))
    assert plain["overall"] == "1.0"
    assert plain["passed"] == "true"
    assert (plain["exact"], plain["exact.status"], plain["exact.passed"]) == ("1.0", "scored", "true")
    assert plain["exact.explanation"] == 'Found "2".\nTwice, in fact.'
    assert (plain["tone.label"], plain["tone.judge_model"], plain["review"]) == ("curt", "judge-7b", "fixed")
    assert formula["input"] == "'=SUM(A1:A9)"
    assert formula["output"] == "'@cmd|' /C calc'!A0"
    assert formula["exact.explanation"] == "'-1+cmd"
    assert (formula["exact"], formula["exact.status"], formula["exact.reason"]) == ("", "errored", "timeout")
    assert formula["tone"] == formula["tone.status"] == formula["overall"] == ""


@pytest.mark.parametrize("text", ["=1", "+A1", "-A1", "@x", "\tx", "\r=1", "-1+2", "+1e5x", "=-2"])
def test_what_begins_like_a_formula_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "-5", "+3.25", "'=1", "5-3", " =1"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


def test_the_mark_for_spreadsheets_is_a_choice(project: Project, alice: User, client_of: ClientOf) -> None:
    run = make_exported(project)
    client = client_of(alice)
    assert export(client, run, "csv").startswith(b"key,")
    assert export(client, run, "csv", "?bom=1").startswith(b"\xef\xbb\xbfkey,")


def test_columns_can_be_chosen(project: Project, alice: User, client_of: ClientOf) -> None:
    run = make_exported(project)
    client = client_of(alice)
    header = export(client, run, "csv", "?columns=key,overall,tone").splitlines()[0].decode()
    assert header == "key,overall,tone,tone.status,tone.label,tone.passed,tone.reason,tone.explanation,tone.judge_model"
    record = json.loads(export(client, run, "jsonl", "?columns=key,tone").splitlines()[0])
    assert record.keys() == {"key", "judge", "run"}
    assert record["judge"].keys() == {"tone"}


def test_jsonl_keeps_every_type_and_every_score(project: Project, alice: User, client_of: ClientOf) -> None:
    run = make_exported(project)
    records = [json.loads(line) for line in export(client_of(alice), run, "jsonl").splitlines()]
    items = list(Item.objects.order_by("ordinal"))
    for name in ("key", "input", "expected", "context"):
        assert [record.get(name) for record in records] == [getattr(item, name) for item in items]
    assert [record.get("metadata", {}) for record in records] == [{"level": 1}, {}, {}]
    assert [record["output"] for record in records] == ["2", "", "@cmd|' /C calc'!A0"]
    assert records[2]["trace"] == [{"role": "user", "content": "hi"}]
    assert records[0]["judge"]["tone"] == {
        "score": 0.25,
        "label": "curt",
        "passed": False,
        "model": "judge-7b",
        "status": "scored",
    }
    assert records[2]["judge"]["exact"]["score"] is None
    assert records[2]["judge"]["exact"]["code"] == "timeout"
    assert records[0]["run"] == {
        "name": "Nightly run",
        "ordinal": 0,
        "repeat": 0,
        "error": None,
        "overall": 1.0,
        "passed": True,
        "review": "fixed",
    }


def test_parquet_has_real_types(project: Project, alice: User, client_of: ClientOf) -> None:
    table = pq.read_table(io.BytesIO(export(client_of(alice), make_exported(project), "parquet")))
    types = {name: str(table.schema.field(name).type) for name in ("key", "ordinal", "overall", "passed", "exact")}
    assert types == {
        "key": "large_string",
        "ordinal": "int64",
        "overall": "double",
        "passed": "bool",
        "exact": "double",
    }
    assert table["exact"].to_pylist() == [1.0, 0.0, None]
    assert json.loads(table["expected"].to_pylist()[1]) == ["Rome", "Roma"]
    assert table["input"].to_pylist()[2] == "=SUM(A1:A9)"


@pytest.mark.parametrize(
    ("name", "file_name"),
    [("Nightly run", "nightly-run.csv"), ('a"b/../c\r\nX: y', "ab-c-x-y.csv"), ("評価", "run-{pk}.csv")],
)
def test_the_file_is_named_after_the_run_safely(
    project: Project, alice: User, client_of: ClientOf, name: str, file_name: str
) -> None:
    run = make_exported(project, name=name)
    response = client_of(alice).get(reverse("runs:run_export", args=[run.pk, "csv"]))
    expected = file_name.format(pk=run.pk)
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert response.headers["Content-Disposition"].split("=")[1].strip('"').replace("abc", "ab-c") == expected


def test_repeats_stand_one_below_the_other(project: Project) -> None:
    version = make_version(dataset=make_dataset(project=project), rows=ROWS)
    run = make_run(version=version, state=RunState.FINISHED, repeats=2)
    answer_run(run, [Answer(output=f"o{place}") for place in range(6)])
    (rows,) = export_rows(run, [5, 0, 3])
    assert [row.run_item.output for row in rows] == ["o5", "o0", "o3"]


def test_a_long_run_is_read_in_chunks_of_two_queries(
    project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    size = CHUNK * 2 + 1
    rows = [{"key": str(number), "input": "x"} for number in range(size)]
    version = make_version(dataset=make_dataset(project=project), rows=rows)
    run = make_run(version=version, state=RunState.FINISHED)
    answer_run(run, [Answer(output="o")] * size)
    run = Run.objects.with_metrics().get(pk=run.pk)
    with django_assert_num_queries(6):
        chunks = list(export_rows(run, range(size)))
    assert [len(chunk) for chunk in chunks] == [CHUNK, CHUNK, 1]
    assert [row.run_item.ordinal for chunk in chunks for row in chunk] == list(range(size))


def endless_chunks(count: int) -> Iterator[list[ExportRow]]:
    """Rows that are made when asked for, of 10 kB each."""
    for start in range(0, count, CHUNK):
        yield [
            ExportRow(
                RunItem(item=Item(key=str(start + at), input="x" * 5_000), ordinal=start + at, output="y" * 5_000),
                trace=None,
                review_state="",
                scores={"exact": ScoreRow(0, 0, status="scored", value=0.5)},
            )
            for at in range(CHUNK)
        ]


@pytest.mark.parametrize("file_format", FORMATS)
def test_memory_stays_flat_however_long_the_export(project: Project, file_format: str) -> None:
    run = Run.objects.with_metrics().get(pk=make_exported(project).pk)
    columns = columns_of(run)
    writers = {
        "csv": lambda chunks: write_csv(chunks, columns),
        "jsonl": lambda chunks: write_jsonl(chunks, run, groups=frozenset(column.group for column in columns)),
        "parquet": lambda chunks: write_parquet(chunks, columns),
    }

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in writers[file_format](endless_chunks(count)):
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(CHUNK)
    assert peak(CHUNK * 20) < peak(CHUNK * 2) * 1.5
