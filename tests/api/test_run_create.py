"""Starting runs by the API, and what is done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project
from runs.execution.closing import close_run
from runs.models import DatasetVersion, Run, Target
from tests.api.runs_at_work import work
from tests.factories import make_dataset, make_target, make_version
from tests.runs.execution.scenes import make_rows
from tests.worker import Worker, wait_until

if TYPE_CHECKING:
    from rest_framework.response import _MonkeyPatchedResponse as _Response

ROWS = [
    {"key": "a", "input": "1 + 1", "output": "2", "expected": "2", "scores": {"tone": {"score": 4, "reason": "dry"}}},
    {"key": "b", "input": "1 + 2", "output": "4", "expected": "3", "scores": {"tone": 2}},
]


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return make_version(dataset=make_dataset(project=project), rows=make_rows(4))


@pytest.fixture
def target(project: Project) -> Target:
    return make_target(project=project)


def _post(client: APIClient, project: Project, body: dict[str, Any], query: str = "", **options: Any) -> _Response:
    return client.post(f"/api/v1/projects/{project.uuid}/runs/{query}", body, format="json", **options)


def _body(frozen: DatasetVersion, **fields: Any) -> dict[str, Any]:
    return {"dataset": str(frozen.dataset.uuid), "answered_by": "bot", "metrics": ["contains"], **fields}


def test_a_run_is_made_with_all_that_the_form_can_say(
    project: Project, version: DatasetVersion, target: Target, bob_calls: APIClient
) -> None:
    metrics = [{"key": "contains", "threshold": 0.9, "weight": 2}, "equals"]
    told = {"name": "Friday", "num_samples": 3, "sampling": "random", "repeats": 2, "tags": ["ci"], "star": "equals"}
    body = {"dataset": version.dataset.key, "target": str(target.uuid), "metrics": metrics, "metadata": {"pr": 7}}
    answer = _post(bob_calls, project, {**body, **told, "cache_policy": "update"})
    run = Run.objects.get()
    assert answer.status_code == 202
    assert answer["Location"] == f"http://testserver/api/v1/runs/{run.uuid}/"
    assert answer.json() == bob_calls.get(answer["Location"]).json()
    assert (run.dataset_version, run.target, run.name, run.item_count) == (version, target, "Friday", 6)
    assert (run.sampling, run.cache_policy, run.tags, run.metadata) == ("random", "update", ["ci"], {"pr": 7})
    assert list(run.run_metrics.values_list("key", "threshold", "weight", "is_star")) == [
        ("contains", 0.9, 2.0, False),
        ("equals", 0.7, 1.0, True),
    ]


def test_rows_and_run_are_made_in_one_call(project: Project, bob_calls: APIClient) -> None:
    body = {"dataset": "Sums", "rows": ROWS, "answered_by": "calculator", "metrics": ["equals"]}
    answer = _post(bob_calls, project, body)
    run = Run.objects.get()
    assert (answer.status_code, run.dataset.name, run.target.name) == (202, "Sums", "calculator")
    work(run)
    told = bob_calls.get(answer["Location"]).json()
    assert (told["state"], told["metrics"][0]["mean"]) == ("finished", 0.5)
    # The same rows once more are the same version.
    _post(bob_calls, project, body)
    assert DatasetVersion.objects.get().runs.count() == 2


def test_rows_with_scores_need_no_metric(project: Project, bob_calls: APIClient) -> None:
    _post(bob_calls, project, {"dataset": "Sums", "rows": ROWS, "answered_by": "calculator"})
    run = Run.objects.get()
    work(run)
    assert run.run_metrics.get().mean == 3.0


def test_nothing_stays_of_rows_whose_run_cannot_be_made(project: Project, bob_calls: APIClient) -> None:
    refused = _post(bob_calls, project, {"dataset": "Sums", "rows": ROWS, "answered_by": "x", "metrics": ["equalz"]})
    assert (refused.status_code, refused.json()["code"]) == (400, "metric_unknown")
    refused = _post(bob_calls, project, {"dataset": "Sums", "rows": [*ROWS, {"output": "5"}], "answered_by": "x"})
    assert (refused.status_code, refused.json()["field"]) == (400, "rows.2")
    assert not project.datasets.exists()
    assert not project.targets.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"metrics": []}, "metrics"),
        ({"metrics": [3]}, "metrics"),
        ({"metrics": [{"key": "contains", "connection": "00000000-0000-0000-0000-000000000000"}]}, "metrics"),
        ({"dataset": "nothing"}, "dataset"),
        ({"version": 7}, "dataset"),
        ({"target": "00000000-0000-0000-0000-000000000000"}, "target"),
        ({"answered_by": ""}, "answered_by"),
        ({"repeats": 0}, "repeats"),
        ({"star": "equals"}, "star"),
        ({"commit_url": "ftp://x"}, "commit_url"),
        ({"spending_cap": "0"}, "spending_cap"),
    ],
)
def test_a_bad_body_makes_nothing(
    project: Project, version: DatasetVersion, bob_calls: APIClient, fields: dict[str, Any], field: str
) -> None:
    refused = _post(bob_calls, project, _body(version, **fields))
    assert refused.status_code == 400
    assert refused.json()["field"].startswith(field)
    assert not Run.objects.exists()


def test_a_number_that_no_answer_could_hold_is_refused(
    project: Project, version: DatasetVersion, bob_calls: APIClient
) -> None:
    body = b'{"dataset": "questions", "answered_by": "x", "metrics": [{"key": "contains", "threshold": 1e999}]}'
    refused = bob_calls.post(f"/api/v1/projects/{project.uuid}/runs/", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "parse_error")


def test_a_dataset_of_another_project_is_not_there(
    project: Project, version: DatasetVersion, bob_calls: APIClient
) -> None:
    other = Project.objects.create(team=project.team, key="second", name="Second")
    assert _post(bob_calls, other, _body(version)).json()["code"] == "dataset_unknown"


@pytest.mark.parametrize("wait", ["-1", "241", "soon"])
def test_a_wait_that_is_none_makes_nothing(
    project: Project, version: DatasetVersion, bob_calls: APIClient, wait: str
) -> None:
    refused = _post(bob_calls, project, _body(version), f"?wait={wait}")
    assert (refused.status_code, refused.json()["field"]) == (400, "wait")
    assert not Run.objects.exists()


def test_a_run_that_is_not_over_in_time_is_answered_202(
    project: Project, version: DatasetVersion, bob_calls: APIClient
) -> None:
    answer = _post(bob_calls, project, _body(version), "?wait=1")
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    assert bob_calls.get(f"{answer['Location']}?wait=0").status_code == 202


def test_a_run_that_is_only_recorded_is_there_at_once(
    project: Project, version: DatasetVersion, bob_calls: APIClient
) -> None:
    answer = _post(bob_calls, project, _body(version, waits_for_start=True))
    assert (answer.status_code, answer.json()["state"]) == (201, "recorded")
    started = bob_calls.post(f"{answer['Location']}start/")
    assert (started.status_code, started.json()["state"]) == (202, "queued")


def test_a_request_sent_twice_makes_one_run(project: Project, version: DatasetVersion, bob_calls: APIClient) -> None:
    key = {"idempotency-key": "once"}
    first = _post(bob_calls, project, _body(version), headers=key)
    work(Run.objects.get())
    again = _post(bob_calls, project, _body(version), "?wait=9", headers=key)
    # The same run, as it is by now.
    assert (first.status_code, again.status_code) == (202, 201)
    assert first.json()["id"] == again.json()["id"]


def test_a_run_is_stopped_taken_up_scored_again_repeated_renamed_and_deleted(
    project: Project, version: DatasetVersion, bob_calls: APIClient
) -> None:
    address = _post(bob_calls, project, _body(version))["Location"]
    run = Run.objects.get()
    assert bob_calls.post(f"{address}resumption/", {}, format="json").json()["code"] == "run_live"
    assert bob_calls.post(f"{address}cancellation/").json()["state"] in {"cancelling", "cancelled"}
    close_run(run.pk)
    assert bob_calls.post(f"{address}resumption/", {"retry_errored": True}, format="json").status_code == 202
    work(run)
    assert bob_calls.post(f"{address}rescoring/", {"metrics": ["equals"]}, format="json").status_code == 202
    work(run)
    assert [metric["key"] for metric in bob_calls.get(address).json()["metrics"]] == ["contains", "equals"]
    again = bob_calls.post(f"{address}repetition/")
    assert again.json()["id"] != str(run.uuid)
    assert bob_calls.patch(address, {"name": "Best"}, format="json").json()["name"] == "Best"
    assert bob_calls.delete(address).status_code == 204
    assert bob_calls.get(address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_program_that_waits_is_given_the_finished_run(
    project: Project, version: DatasetVersion, bob_calls: APIClient, worker: Worker
) -> None:
    worker.start()
    answer = _post(bob_calls, project, _body(version), "?wait=60", headers={"idempotency-key": "waits"})
    assert (answer.status_code, answer.json()["state"]) == (201, "finished")
    wait_until(lambda: bob_calls.get(f"{answer['Location']}?wait=5").status_code == 200)
