"""Runs that are not over in time: jobs to be polled, waited for and stopped, by the published client."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from valiqor.common.exceptions import APIError
from valiqor.eval import JobHandle, ValiqorEvalClient

from runs.models import Run
from tests.facades.valiqor.conftest import PROJECT, Valiqor
from tests.worker import Worker, wait_until

ROWS = [{"input": f"q{number}", "output": "a", "expected": "a"} for number in range(30)]


@pytest.fixture
def at_once(settings: Settings) -> None:
    """Every run is a job."""
    settings.EVALHUB_VALIQOR_WAIT_SECONDS = 0
    settings.EVALHUB_VALIQOR_TRACE_WAIT_SECONDS = 0


@pytest.fixture
def unheard(at_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker loses every message of a start."""
    monkeypatch.setattr("runs.services.runs.tasks.start_run.apply_async", lambda *_, **__: None)


def test_a_job_is_followed_to_its_end(client: ValiqorEvalClient, working: Worker, at_once: None) -> None:
    job = client.evaluate_async(dataset=ROWS, metrics=["contains"], run_name="job")
    assert isinstance(job, JobHandle)
    seen: list[Any] = []
    last = job.wait(poll_interval=0.05, timeout=20, on_progress=seen.append)
    assert (last.status, last.progress_percent, last.current_item, last.total_items) == ("completed", 100, 30, 30)
    assert (last.job_id, last.job_type, last.error) == (job.job_id, "evaluation", None)
    assert (last.started_at is None, last.finished_at is None) == (False, False)
    percents = [status.progress_percent for status in seen]
    assert percents == sorted(percents)
    assert {status.status for status in seen} <= {"queued", "running", "completed"}
    result = job.result()
    assert (result.run_id, result.status, result.overall_score) == (job.job_id, "completed", 1.0)


def test_evaluate_gets_a_run_to_poll_when_it_takes_too_long(
    client: ValiqorEvalClient, working: Worker, at_once: None
) -> None:
    result = client.evaluate(dataset=ROWS, metrics=["contains"], metadata={"a": 1})
    assert result.status in {"queued", "running"}
    assert (result.overall_score, result.aggregate_scores, result.metadata) == (None, {}, {"a": 1})
    wait_until(lambda: client.get_job_status(result.run_id).is_completed)
    assert client.get_run(result.run_id).overall_score == 1.0


def test_an_answer_in_time_makes_a_job_that_is_over(client: ValiqorEvalClient, working: Worker) -> None:
    job = client.evaluate_async(dataset=ROWS, metrics=["contains"])
    assert job.is_completed()
    assert job.result().overall_score == 1.0
    assert client.get_job_status(job.job_id).is_completed


def test_a_job_names_itself_in_every_way_that_callers_read(live_server: LiveServer, secret: str, unheard: None) -> None:
    body: dict[str, Any] = {
        "project_name": PROJECT,
        "dataset": ROWS,
        "metrics": ["contains"],
        "run_name": None,
        "metadata": {},
    }
    answer = requests.post(
        f"{live_server.url}/v2/evaluate/", json=body, headers={"Authorization": f"Bearer {secret}"}, timeout=20
    )
    job = answer.json()
    assert answer.status_code == 202
    assert job["job_id"] == job["run_id"] == job["id"]
    assert (job["job_type"], job["status"], job["total_items"]) == ("evaluation", "queued", 30)
    assert (job["overall_score"], job["aggregate_scores"], job["evaluated_items"]) == (None, {}, 0)
    assert (job["metadata"], bool(job["message"])) == ({}, True)
    polled = requests.get(job["poll_url"], headers={"Authorization": f"Bearer {secret}"}, timeout=20).json()
    assert (polled["job_id"], polled["status"], polled["progress_percent"]) == (job["id"], "queued", 0.0)


def test_a_trace_that_takes_too_long_is_polled_too(client: ValiqorEvalClient, unheard: None) -> None:
    result = client.evaluate_trace(trace={"input": "q", "output": "a"}, metrics=["contains"])
    assert result.status == "queued"
    assert client.get_job_status(result.run_id).is_running


def test_rows_can_be_read_before_they_are_scored(client: ValiqorEvalClient, unheard: None) -> None:
    run_id = client.evaluate(dataset=ROWS, metrics=["contains"]).run_id
    page = client.get_run_items(run_id)
    assert (page.total, len(page)) == (30, 20)
    assert (page.items[0].output, page.items[0].metric_scores, page.items[0].overall_score) == ("a", {}, None)
    assert client.get_item_detail(run_id, page.items[3].id).input == "q3"


def test_a_queued_job_is_stopped(client: ValiqorEvalClient, working: Worker, unheard: None) -> None:
    job = client.evaluate_async(dataset=ROWS, metrics=["contains"])
    answer = job.cancel()
    assert (answer.status, answer.job_id, bool(answer.message)) == ("cancelling", job.job_id, True)
    wait_until(lambda: job.status().status == "cancelled", seconds=10)
    assert client.cancel_job(job.job_id).status == "cancelled"
    with pytest.raises(RuntimeError, match="cancelled"):
        job.result()


def test_a_job_that_is_being_stopped_is_still_called_running(client: ValiqorEvalClient, unheard: None) -> None:
    job = client.evaluate_async(dataset=ROWS, metrics=["contains"])
    Run.objects.update(state="cancelling")
    assert job.status().status == "running"
    assert job.cancel().status == "cancelling"


def test_stopping_a_job_that_is_over_changes_nothing(client: ValiqorEvalClient, working: Worker) -> None:
    run_id = client.evaluate(dataset=ROWS, metrics=["contains"]).run_id
    answer = client.cancel_job(run_id)
    assert (answer.status, answer.job_id) == ("completed", run_id)
    assert "over already" in answer.message
    assert client.get_run(run_id).status == "completed"


def test_a_failed_job_raises_its_reason(client: ValiqorEvalClient, working: Worker, at_once: None) -> None:
    job = client.evaluate_async(dataset=[{"input": "q", "output": "a"}], metrics=["contains"])
    with pytest.raises(RuntimeError, match="no expected answer"):
        job.result()


def test_an_unknown_job_is_not_found(valiqor: Valiqor) -> None:
    for job_id in ("4a2b9f6e-0000-4000-8000-000000000000", "nonsense"):
        with pytest.raises(APIError) as error:
            valiqor().get_job_status(job_id)
        assert error.value.status_code == 404
        with pytest.raises(APIError) as error:
            valiqor().cancel_job(job_id)
        assert error.value.status_code == 404
