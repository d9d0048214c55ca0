"""The items of a run by the API: pages, streams, files, and one of them in detail."""

from __future__ import annotations

import gzip
import io
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from evalhub.accounts.models import Project
from evalhub.api.v1.item_shapes import RunItemOut
from runs.models import JudgeCall, Run
from tests.runs.scored_runs import ERROR, Answer, make_scored_run

TONE: dict[str, Any] = {"threshold": 0.5, "range_min": 0.0, "range_max": 1.0}
METRICS = {"tone": TONE, "length": {"range_min": 0.0}}
ANSWERS = [
    Answer("a", "=1+1", {"tone": 0.9, "length": 3}, explanation="Kind.", metadata={"topic": "x"}, passed=True),
    Answer("b", "no", {"tone": 0.1, "length": 9}, explanation="Rude.", passed=False),
    Answer("c", "so", {"tone": None, "length": 5}, metadata={"topic": "x"}),
    Answer("d", "", {"tone": ERROR, "length": 1}, error="The target was away."),
]


@pytest.fixture
def run(project: Project) -> Run:
    return make_scored_run(project=project, answers=ANSWERS, metrics=METRICS, name="Friday")


def _address(run: Run, query: str = "") -> str:
    return f"/api/v1/runs/{run.uuid}/items/{query}"


def _inputs(client: APIClient, run: Run, query: str) -> list[str]:
    """All pages, one item at a time."""
    inputs, following = [], _address(run, f"?size=1&{query}")
    while following:
        page = client.get(following).json()
        inputs += [item["input"] for item in page["results"]]
        following = page["next"]
    return inputs


def test_an_item_has_every_score_of_every_metric(run: Run, bob_calls: APIClient) -> None:
    page = bob_calls.get(_address(run)).json()
    assert page["next"] is None
    first, _, third, last = page["results"]
    assert set(first) == set(RunItemOut().fields)
    assert (first["key"], first["input"], first["output"], first["metadata"]) == ("q0", "a", "=1+1", {"topic": "x"})
    assert first["scores"]["tone"] == {
        "status": "scored",
        "value": 0.9,
        "label": "",
        "passed": None,
        "reason": "",
        "explanation": "Kind.",
        "judge_model": "",
        "input_tokens": None,
        "output_tokens": None,
        "cost": None,
        "duration_ms": None,
        "is_cached": False,
    }
    assert (third["scores"]["tone"]["status"], third["scores"]["tone"]["reason"]) == ("unscored", "unreadable")
    assert (last["state"], last["error_message"]) == ("errored", "The target was away.")
    assert last["scores"]["tone"]["reason"] == "judge_unreachable"


@pytest.mark.parametrize(
    ("query", "inputs"),
    [
        ("", "abcd"),
        ("sort=-ordinal", "dcba"),
        ("sort=m.tone", "bacd"),
        ("sort=-m.length", "bcad"),
        ("failing=1", "b"),
        ("error=1", "d"),
        ("m.length=4..", "bc"),
        ("status.tone=unscored", "c"),
        ("meta.topic=x&sort=-m.tone", "ac"),
        ("q=Rude&in=explanation", "b"),
        ("review=none", "abcd"),
    ],
)
def test_filters_and_orders_are_those_of_the_table(run: Run, bob_calls: APIClient, query: str, inputs: str) -> None:
    assert _inputs(bob_calls, run, query) == list(inputs)


@pytest.mark.parametrize("query", ["?sort=colour", "?m.none=1..2", "?status.tone=good", "?review=done", "?size=0"])
def test_a_filter_that_is_none_is_refused(run: Run, bob_calls: APIClient, query: str) -> None:
    assert bob_calls.get(_address(run, query)).status_code == 400


def test_eighty_items_with_all_their_scores_are_one_call_of_as_many_queries_as_one(
    project: Project, bob_calls: APIClient
) -> None:
    answers = [Answer(f"q{place}", "x", {"tone": place / 100, "length": place}) for place in range(80)]
    big = make_scored_run(project=project, answers=answers, metrics=METRICS, dataset="Big")
    small = make_scored_run(project=project, answers=answers[:1], metrics=METRICS, dataset="Small")
    counts = []
    for run, length in ((big, 80), (small, 1)):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = bob_calls.get(_address(run)).json()
        assert len(page["results"]) == length
        assert page["next"] is None
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_all_items_come_as_lines_on_request(run: Run, bob_calls: APIClient) -> None:
    answer = bob_calls.get(_address(run, "?failing=1"), headers={"accept": "application/x-ndjson"})
    assert answer["Content-Type"] == "application/x-ndjson"
    lines = [orjson.loads(line) for line in answer.getvalue().splitlines()]
    assert lines == bob_calls.get(_address(run, "?failing=1")).json()["results"]


def test_the_stream_is_compressed_for_those_who_can_read_it(run: Run, bob_calls: APIClient) -> None:
    wanted = {"accept": "application/x-ndjson", "accept-encoding": "gzip"}
    answer = bob_calls.get(_address(run), headers=wanted)
    assert answer["Content-Encoding"] == "gzip"
    assert len(gzip.decompress(answer.getvalue()).splitlines()) == 4


def test_a_stream_that_cannot_begin_is_a_problem(run: Run, bob_calls: APIClient) -> None:
    answer = bob_calls.get(_address(run, "?sort=colour"), headers={"accept": "application/x-ndjson"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert orjson.loads(answer.content)["code"] == "filter_not_understood"


def test_files_are_those_of_the_page(run: Run, bob_calls: APIClient) -> None:
    address = f"/api/v1/runs/{run.uuid}/items"
    table = bob_calls.get(f"{address}.csv?columns=input,output,tone&sort=-m.tone")
    assert "friday.csv" in table["Content-Disposition"]
    lines = table.getvalue().decode().splitlines()
    assert lines[0].startswith("input,output,tone")
    assert lines[1].startswith("a,'=1+1,0.9")  # a spreadsheet runs nothing
    parquet = pq.read_table(io.BytesIO(bob_calls.get(f"{address}.parquet").getvalue()))
    assert parquet.column("length").to_pylist() == [3, 9, 5, 1]
    first = orjson.loads(bob_calls.get(f"{address}.jsonl").getvalue().splitlines()[0])
    assert first["judge"]["tone"]["score"] == 0.9
    assert bob_calls.get(f"{address}.xlsx").json()["code"] == "format_unknown"
    assert bob_calls.get(f"{address}.csv?columns=colour").json()["code"] == "column_unknown"


def test_one_item_tells_its_history(project: Project, run: Run, bob_calls: APIClient) -> None:
    detail = bob_calls.get(_address(run, "1/")).json()
    assert (detail["input"], detail["passed"], detail["trace"], detail["opinions"]) == ("b", False, None, [])
    assert [(one["name"], one["status"]) for one in detail["history"]] == [("Friday", "failed")]


@pytest.mark.parametrize("which", ["4/", "0/?repeat=1", "99999999999999/", "99999999999999/judge-calls/tone/"])
def test_an_item_that_is_not_there_is_not_found(run: Run, bob_calls: APIClient, which: str) -> None:
    assert bob_calls.get(_address(run, which)).status_code == 404


def test_a_judges_calls_are_told_as_they_were(run: Run, bob_calls: APIClient) -> None:
    JudgeCall.objects.create(
        run=run,
        run_item=run.run_items.get(ordinal=0),
        run_metric=run.run_metrics.get(key="tone"),
        request={"messages": []},
        reply="0.9",
    )
    [call] = bob_calls.get(_address(run, "0/judge-calls/tone/")).json()["results"]
    assert (call["attempt"], call["reply"]) == (0, "0.9")
    assert bob_calls.get(_address(run, "1/judge-calls/tone/")).json()["code"] == "judge_call_missing"
