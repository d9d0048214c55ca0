"""Items with their scores, sent as one stream."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from evalhub.accounts.models import Project
from runs.models import DatasetVersion, Run
from tests.api.runs_at_work import work

if TYPE_CHECKING:
    from rest_framework.response import _MonkeyPatchedResponse as _Response

NDJSON, JSON, PARQUET = "application/x-ndjson", "application/json", "application/vnd.apache.parquet"
ROWS = [
    {
        "key": "a",
        "input": "Hi?",
        "output": "Hi!",
        "scores": {"tact": 4, "truth": {"score": 1, "reason": "So it is."}},
    },
    {"key": "b", "input": "Bye?", "output": "No.", "scores": {"tact": 2}, "topic": "leave"},
]


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _send(
    client: APIClient,
    project: Project,
    body: bytes,
    content_type: str = NDJSON,
    said: dict[str, str] | None = None,
    **more: Any,
) -> _Response:
    query = urlencode({"dataset": "Talks", "answered_by": "bot", **(said or {})})
    address = f"/api/v1/projects/{project.uuid}/runs/bulk/?{query}"
    return client.post(address, body, content_type=content_type, **more)


def test_items_and_scores_become_a_run(project: Project, bob_calls: APIClient) -> None:
    answer = _send(bob_calls, project, _lines(ROWS), said={"tags": "ci,nightly", "name": "Friday"})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    run = work(Run.objects.get())
    assert (run.name, run.tags, run.target.name, run.dataset.name) == ("Friday", ["ci", "nightly"], "bot", "Talks")
    assert {metric.key.rpartition(":")[2]: metric.mean for metric in run.run_metrics.all()} == {
        "tact": 3.0,
        "truth": 1.0,
    }
    items = bob_calls.get(f"{answer['Location']}items/").json()["results"]
    assert items[1]["metadata"] == {"topic": "leave"}
    [truth] = [score for key, score in items[0]["scores"].items() if "truth" in key]
    assert (truth["value"], truth["explanation"]) == (1.0, "So it is.")


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


def test_the_same_rows_in_any_form_are_the_same_version(project: Project, bob_calls: APIClient) -> None:
    rows = [{name: row[name] for name in ("key", "input", "output")} | {"scores": {"tact": 1}} for row in ROWS]
    bodies = [(_lines(rows), NDJSON), (orjson.dumps(rows), JSON), (_parquet(rows), PARQUET)]
    for body, content_type in bodies:
        assert _send(bob_calls, project, body, content_type).status_code == 202
    packed = gzip.compress(_lines(rows))
    assert _send(bob_calls, project, packed, headers={"content-encoding": "gzip"}).status_code == 202
    assert DatasetVersion.objects.count() == 1
    assert Run.objects.count() == 4


def test_what_was_exported_comes_back_with_its_scores(project: Project, bob_calls: APIClient) -> None:
    location = _send(bob_calls, project, _lines(ROWS))["Location"]
    first = work(Run.objects.get())
    exported = bob_calls.get(f"{location}items.jsonl").getvalue()
    _send(bob_calls, project, exported, said={"dataset": "Again"})
    again = work(Run.objects.get(dataset__name="Again"))
    means = [[metric.mean for metric in run.run_metrics.order_by("name")] for run in (first, again)]
    assert means[0] == means[1]


def test_metrics_are_chosen_among_scores_and_metrics(project: Project, bob_calls: APIClient) -> None:
    _send(bob_calls, project, _lines(ROWS), said={"metrics": "tact,json_valid"})
    names = list(Run.objects.get().run_metrics.values_list("revision__metric__kind", flat=True))
    assert names == ["imported", "heuristic"]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"", NDJSON, 400, "body_empty"),
        (b'{"input": "a"}\n{"input": \n', NDJSON, 400, "row_unusable"),
        (b'{"output": "a"}\n', NDJSON, 400, "row_unusable"),
        (b'{"input": "a"}\n', NDJSON, 400, "metric_missing"),
        (b"[{", JSON, 400, "json_broken"),
        (b"PAR1", PARQUET, 400, "parquet_damaged"),
        (b"a,b", "text/csv", 415, "unsupported_media_type"),
    ],
)
def test_a_body_that_cannot_be_used_leaves_nothing(
    project: Project, bob_calls: APIClient, body: bytes, content_type: str, status: int, code: str
) -> None:
    refused = _send(bob_calls, project, body, content_type)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert not project.datasets.exists()


@pytest.mark.parametrize("packed", [b"no gzip", gzip.compress(_lines(ROWS))[:-9]])
def test_broken_compression_is_the_callers_fault(project: Project, bob_calls: APIClient, packed: bytes) -> None:
    refused = _send(bob_calls, project, packed, headers={"content-encoding": "gzip"})
    assert (refused.status_code, refused.json()["code"]) == (400, "body_broken")
    refused = _send(bob_calls, project, packed, headers={"content-encoding": "br"})
    assert refused.status_code == 415


def test_what_unpacks_to_more_than_the_limit_is_refused(
    project: Project, bob_calls: APIClient, settings: Settings
) -> None:
    settings.EVALHUB_UPLOAD_MAX_BYTES = 1_000_000
    packed = gzip.compress(b" " * 5_000_000)
    refused = _send(bob_calls, project, packed, headers={"content-encoding": "gzip"})
    assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")


def test_a_stream_sent_twice_makes_one_run(project: Project, bob_calls: APIClient) -> None:
    key = {"idempotency-key": "stream"}
    first = _send(bob_calls, project, _lines(ROWS), headers=key)
    assert _send(bob_calls, project, _lines(ROWS), headers=key).json()["id"] == first.json()["id"]
    assert Run.objects.count() == 1
    assert _send(bob_calls, project, _lines(ROWS[:1]), headers=key).status_code == 422
    assert _send(bob_calls, project, _lines(ROWS), said={"dataset": "Other"}, headers=key).status_code == 422


def test_a_viewer_sends_nothing_and_charlie_does_not_learn_of_the_project(
    project: Project, viewer_calls: APIClient, charlie_calls: APIClient
) -> None:
    assert _send(viewer_calls, project, _lines(ROWS)).status_code == 403
    assert _send(charlie_calls, project, _lines(ROWS)).status_code == 404
