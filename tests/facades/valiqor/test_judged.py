"""Judged metrics: over the team's connection, and with a key that the caller lends for one run."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core import serializers
from pytest_django import Settings
from valiqor import ValidationError
from valiqor.eval import ValiqorEvalClient

from evalhub.accounts.models import Team, User
from evalhub.connections.models import AllowedHost, Connection
from runs.models import LentKey, RunMetric
from runs.services.runs import delete_run
from tests.facades.valiqor.conftest import Valiqor
from tests.factories import make_connection
from tests.stub_endpoint import MODEL, Behaviour, StubEndpoint
from tests.worker import Worker, empty_broker

ROWS = [{"input": "Who?", "output": "Ada.", "context": ["Ada wrote it."]}]
OWN_KEY, LENT_KEY = "sk-of-the-team", "sk-lent-for-one-run"
HALF = '{"explanation": "Half of it.", "score": 0.5}'


@pytest.fixture(scope="module")
def endpoint() -> Iterator[StubEndpoint]:
    with StubEndpoint() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def working(
    django_db_setup: None, endpoint: StubEndpoint, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worker]:
    """A worker that takes the stub for the endpoint of lent keys."""
    empty_broker()
    worker = Worker(tmp_path_factory.mktemp("worker") / "worker.log")
    worker.start(sweeps=False, EVALHUB_OPENAI_BASE_URL=endpoint.base_url)
    yield worker
    worker.kill()
    empty_broker()


@pytest.fixture
def asked(working: Worker, endpoint: StubEndpoint, settings: Settings) -> StubEndpoint:
    """The endpoint with nothing asked yet."""
    settings.EVALHUB_OPENAI_BASE_URL = endpoint.base_url
    endpoint.behaviour = Behaviour(reply=lambda _: HALF)
    endpoint.headers.clear()
    endpoint.requests.clear()
    return endpoint


@pytest.fixture
def of_team(team: Team, endpoint: StubEndpoint) -> Connection:
    AllowedHost.objects.create(host="127.0.0.1")
    return make_connection(team=team, base_url=endpoint.base_url, secret=OWN_KEY, default_model=MODEL, is_default=True)


def _keys_shown(endpoint: StubEndpoint) -> set[str]:
    return {headers["Authorization"] for headers in endpoint.headers}


def test_the_team_judges_over_its_connection(
    client: ValiqorEvalClient, of_team: Connection, asked: StubEndpoint
) -> None:
    result = client.evaluate(dataset=ROWS, metrics=["hallucination", "context_recall"])
    assert (result.status, result.overall_score) == ("completed", 0.5)
    (item,) = client.get_run_items(result.run_id)
    assert item.explanations == {"hallucination": "Half of it.", "context_recall": "Half of it."}
    assert _keys_shown(asked) == {f"Bearer {OWN_KEY}"}


def test_a_lent_key_asks_in_place_of_the_teams_own(
    client: ValiqorEvalClient, of_team: Connection, asked: StubEndpoint
) -> None:
    lent = client.evaluate(dataset=ROWS, metrics=["fluency"], openai_api_key=LENT_KEY)
    assert lent.overall_score == 0.5
    assert _keys_shown(asked) == {f"Bearer {LENT_KEY}"}
    asked.headers.clear()
    client.evaluate(dataset=[{**ROWS[0], "output": "Grace."}], metrics=["fluency"])
    assert _keys_shown(asked) == {f"Bearer {OWN_KEY}"}


def test_a_lent_key_is_enough_where_the_team_has_no_judge(valiqor: Valiqor, team: Team, asked: StubEndpoint) -> None:
    client = valiqor(openai_api_key=LENT_KEY)
    assert client.evaluate(dataset=ROWS, metrics=["fluency"]).overall_score == 0.5
    traced = client.evaluate_trace(trace={"input": "Who?", "output": "Me."}, metrics=["coherence"])
    assert traced.overall_score == 0.5
    assert _keys_shown(asked) == {f"Bearer {LENT_KEY}"}
    assert {request["model"] for request in asked.requests} == {"gpt-4o"}
    assert set(RunMetric.objects.values_list("connection__takes_lent_keys", flat=True)) == {True}
    assert not Connection.objects.in_use().exists()
    with pytest.raises(ValidationError, match="no connection"):
        valiqor().evaluate(dataset=ROWS, metrics=["fluency"])


def test_a_lent_key_leaves_no_trace(
    client: ValiqorEvalClient,
    of_team: Connection,
    asked: StubEndpoint,
    working: Worker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    asked.behaviour = Behaviour(status=401, json={"error": {"message": f"Incorrect API key: {LENT_KEY}"}})
    refused = client.evaluate(dataset=ROWS, metrics=["fluency"], openai_api_key=LENT_KEY)
    assert refused.status == "failed"
    assert "key" in (client.get_job_status(refused.run_id).error or "")
    asked.behaviour = Behaviour()
    client.evaluate(dataset=ROWS, metrics=["coherence"], openai_api_key=LENT_KEY)
    assert not LentKey.objects.exists()
    stored = serializers.serialize("json", (row for model in apps.get_models() for row in model._default_manager.all()))
    assert "Ada wrote it." in stored
    assert LENT_KEY not in stored
    assert LENT_KEY not in caplog.text + working.log_text
    answers = [client.get_run(refused.run_id).to_dict(), client.get_run_items(refused.run_id).items]
    assert LENT_KEY not in repr(answers)


def test_a_lent_key_is_kept_encrypted_until_its_run_is_over_or_deleted(
    client: ValiqorEvalClient, alice: User, of_team: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EVALHUB_VALIQOR_WAIT_SECONDS = 0
    monkeypatch.setattr("runs.services.runs.tasks.start_run.apply_async", lambda *_, **__: None)
    client.evaluate(dataset=ROWS, metrics=["fluency"], openai_api_key=LENT_KEY)
    lent = LentKey.objects.get()
    assert LENT_KEY.encode() not in bytes(lent.secret)
    assert lent.reveal() == LENT_KEY
    client.evaluate(dataset=[{**ROWS[0], "expected": "Ada"}], metrics=["contains"], openai_api_key=LENT_KEY)
    assert LentKey.objects.count() == 1
    delete_run(lent.run, by=alice)
    assert not LentKey.objects.exists()


def test_a_key_that_is_no_text_is_refused(client: ValiqorEvalClient) -> None:
    with pytest.raises(ValidationError, match="openai_api_key"):
        client.evaluate(dataset=ROWS, metrics=["contains"], openai_api_key=["sk"])


def test_a_server_that_lends_nothing_says_that_a_judge_is_missing(
    client: ValiqorEvalClient, settings: Settings
) -> None:
    settings.EVALHUB_OPENAI_BASE_URL = ""
    with pytest.raises(ValidationError, match="no connection"):
        client.evaluate(dataset=ROWS, metrics=["fluency"], openai_api_key=LENT_KEY)
