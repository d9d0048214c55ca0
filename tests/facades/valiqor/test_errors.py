"""Every kind of error that the client tells apart, and addresses and bodies that only hand-written clients send."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
import requests
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from rest_framework.test import APIClient
from valiqor import AuthenticationError, ValidationError
from valiqor.common.exceptions import APIError, DatasetTooLargeError, NetworkError
from valiqor.eval import ValiqorEvalClient

from evalhub.accounts.models import Project, User
from runs.models import Dataset, Run
from tests.api.conftest import Caller
from tests.facades.valiqor.conftest import Valiqor

ROW = {"input": "q", "output": "a", "expected": "a"}
BODY: dict[str, Any] = {"project_name": "Bot", "dataset": [ROW], "metrics": ["contains"]}


@pytest.fixture
def calls(alice: User, project: Project, caller: Caller, settings: Settings) -> APIClient:
    """A hand-written program of Alice's that does not wait."""
    settings.EVALHUB_VALIQOR_WAIT_SECONDS = 0
    settings.EVALHUB_VALIQOR_TRACE_WAIT_SECONDS = 0
    return caller(alice)


def test_a_key_that_nobody_has_is_refused(valiqor: Valiqor) -> None:
    for call in ("validate_auth", "list_projects", "list_metric_templates"):
        with pytest.raises(AuthenticationError, match="Invalid or expired API key: This API key is unknown"):
            getattr(valiqor(api_key="vq_guess"), call)()


def test_a_call_without_a_key_is_401_with_a_detail(db: None) -> None:
    answer = Client().get("/v2/projects")
    assert (answer.status_code, list(answer.json())) == (401, ["detail"])
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"dataset": [{"output": "a"}]}, "Row 1 of `dataset` has no `input`"),
        ({"dataset": ["text"]}, "is not an object"),
        ({"metrics": ["contians"]}, 'Metric "contians" is unknown; did you mean "contains"'),
        ({"metrics": [1]}, "list of at least one metric key"),
        ({"metrics": ["fluency"]}, "no connection"),
        ({"run_name": "n" * 251}, "can have 250 characters"),
        ({"metadata": ["no"]}, "`metadata` must be an object"),
    ],
)
def test_bad_input_is_a_validation_error_and_leaves_nothing(
    client: ValiqorEvalClient, given: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValidationError, match=complaint):
        client.evaluate(**{"dataset": [ROW], "metrics": ["contains"], **given})
    assert (Run.objects.count(), Dataset.objects.count(), client.list_projects()) == (0, 0, [])


def test_a_trace_without_an_answer_is_a_validation_error(client: ValiqorEvalClient) -> None:
    with pytest.raises(ValidationError, match="no assistant message"):
        client.evaluate_trace(trace={"messages": [{"role": "user", "content": "q"}]}, metrics=["contains"])


def test_a_dataset_over_the_limit_has_an_error_of_its_own(client: ValiqorEvalClient, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100_000
    with pytest.raises(DatasetTooLargeError, match="Send the rows in parts") as error:
        client.evaluate(dataset=[{**ROW, "output": "a" * 200_000}], metrics=["contains"])
    assert (error.value.dataset_size > 200_000, error.value.max_allowed) == (True, 100_000)


def test_32_mebibytes_are_taken(client: ValiqorEvalClient, settings: Settings) -> None:
    settings.EVALHUB_VALIQOR_WAIT_SECONDS = 0
    rows = [{**ROW, "input": f"q{number}", "output": "a" * 1_048_576} for number in range(32)]
    assert client.evaluate(dataset=rows, metrics=["contains"]).total_items == 32


def test_a_server_that_is_away_is_a_network_error(valiqor: Valiqor) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(NetworkError):
            valiqor(base_url=address).validate_auth()


def test_a_fault_of_the_server_is_told_without_its_inside(
    client: ValiqorEvalClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr("evalhub.facades.valiqor.views.account.AuthValidate.post", fail)
    with pytest.raises(APIError, match="Server error: EvalHub failed") as error:
        client.validate_auth()
    assert error.value.status_code == 500
    assert error.value.response == {"detail": "EvalHub failed at this request; its log says why."}


def test_a_fault_after_the_start_makes_no_second_run(
    client: ValiqorEvalClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise OperationalError("the database went away")

    monkeypatch.setattr("evalhub.facades.valiqor.views.evaluations.wait_for_runs", fail)
    with pytest.raises(APIError) as error:
        client.evaluate(dataset=[ROW], metrics=["contains"])
    assert (error.value.status_code, Run.objects.count()) == (500, 1)


@pytest.mark.parametrize("path", ["/v2/", "/v2/evaluate/nothing", "/v2/security/audit", "/v2/auth/validate/", "/v2/x/"])
def test_what_is_not_served_is_404_as_json(db: None, path: str) -> None:
    for answer in (Client().get(path), Client().post(path)):
        assert (answer.status_code, list(answer.json())) == (404, ["detail"])


def test_another_method_is_405_as_json(calls: APIClient) -> None:
    answer = calls.delete("/v2/projects")
    assert (answer.status_code, answer.json()) == (405, {"detail": 'Method "DELETE" not allowed.'})


def test_a_host_that_is_not_served_is_told_as_json(db: None, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["evalhub.example.org"]
    assert Client().get("/v2/projects").json().keys() == {"detail"}
    assert Client().get("/").headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/v2/evaluate/", "/v2/evaluate"])
def test_rows_are_taken_with_and_without_the_slash(calls: APIClient, path: str) -> None:
    answer = calls.post(path, json.dumps(BODY), content_type="text/plain", headers={"Accept": "text/html"})
    assert (answer.status_code, answer["Content-Type"]) == (202, "application/json")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '{"project_name": "Bot", "dataset": [{"input": NaN, "output": ""}], "metrics": ["contains"]}',
        json.dumps({**BODY, "project_name": "  "}),
        json.dumps({**BODY, "project_name": None}),
        json.dumps({**BODY, "project_name": "n" * 201}),
        json.dumps({**BODY, "project_name": "a\0b"}),
        json.dumps({**BODY, "dataset": []}),
        json.dumps({**BODY, "metrics": []}),
        json.dumps({**BODY, "metrics": "contains"}),
        json.dumps({**BODY, "metrics": ["a\0b"]}),
        json.dumps({**BODY, "metadata": {"a": ["\0"]}}),
    ],
)
def test_a_body_that_cannot_be_used_is_400(calls: APIClient, body: str) -> None:
    answer = calls.post("/v2/evaluate/", body, content_type="application/json")
    assert (answer.status_code, list(answer.json())) == (400, ["detail"])


@pytest.mark.parametrize("body", [{**BODY, "trace": None}, {**BODY, "trace": {}}, {**BODY, "trace": []}, BODY])
def test_a_trace_that_is_none_is_400(calls: APIClient, body: dict[str, Any]) -> None:
    assert calls.post("/v2/evaluate/trace", body, format="json").status_code == 400


@pytest.mark.parametrize("count", [0, 1, 6])
def test_two_to_five_runs_can_be_compared(calls: APIClient, count: int) -> None:
    query = "&".join(["run_ids=4a2b9f6e-0000-4000-8000-000000000000"] * count)
    assert calls.get(f"/v2/evaluate/compare?{query}").status_code == 400


def test_ids_to_compare_may_be_joined_with_commas(calls: APIClient) -> None:
    assert calls.get("/v2/evaluate/compare?run_ids=nonsense,more").status_code == 404
    assert calls.get("/v2/evaluate/trends").status_code == 400


def test_nothing_is_redirected(live_server: LiveServer, secret: str) -> None:
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    answer = requests.post(f"{live_server.url}/v2/auth/validate", headers=headers, timeout=20)
    assert (answer.status_code, answer.history, answer.json()["valid"]) == (200, [], True)
