"""The typed client against a live server."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from pytest_django.live_server_helper import LiveServer

from evalhub.client import Client, NoAccess, NotFound, Refused
from evalhub.client.transport import Transport
from runs.models import Run
from tests.api.runs_at_work import work

ROWS = [{"input": f"Question {place}", "output": "4", "expected": "4"} for place in range(5)]
RECIPE = {"dataset": "sums", "rows": ROWS, "answered_by": "bot", "metrics": ["contains"], "name": "Friday"}


@pytest.fixture
def client(live_server: LiveServer, bobs_key: str) -> Iterator[Client]:
    with Client(live_server.url, bobs_key) as client:
        yield client


class CutOnce(httpx2.HTTPTransport):
    """Lets a request through and loses its answer, once."""

    is_cut = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        response = super().handle_request(request)
        if self.is_cut:
            return response
        self.is_cut = True
        response.read()
        raise httpx2.ReadError("the connection was cut")


def test_a_run_whose_answer_was_lost_is_made_once(live_server: LiveServer, client: Client, bobs_key: str) -> None:
    project = client.project()
    network = CutOnce()
    transport = Transport(live_server.url, bobs_key, pause=lambda seconds: None, network=network)
    with Client(live_server.url, bobs_key, transport=transport) as unlucky:
        run = unlucky.create_run(project, RECIPE)
    assert network.is_cut
    assert [str(made.uuid) for made in Run.objects.all()] == [run.id]


def test_a_run_and_its_items_are_typed(client: Client) -> None:
    started = client.create_run(client.project("support-bot"), RECIPE)
    assert (started.state, started.is_live, started.dataset.key) == ("queued", True, "sums")
    work(Run.objects.get())
    run = client.wait_for_run(started.id)
    [metric] = run.metrics
    assert (run.is_finished, metric.key, metric.mean, metric.scored) == (True, "contains", 1.0, 5)
    items = list(client.items(run.id, size=2))
    assert [(item.ordinal, item.scores["contains"].value) for item in items] == [(place, 1.0) for place in range(5)]
    assert list(client.items(run.id, failing="1")) == []
    assert client.pin_baseline(run.id).is_baseline


def test_lists_go_on_to_their_end(client: Client) -> None:
    project = client.project()
    made = [client.create_run(project, {**RECIPE, "name": f"run {place}"}).id for place in range(3)]
    assert [run.id for run in client.runs(project, size=1)] == made[::-1]


def test_one_key_given_twice_makes_one_run(client: Client) -> None:
    project = client.project()
    assert client.create_run(project, RECIPE, key="build-7").id == client.create_run(project, RECIPE, key="build-7").id
    with pytest.raises(Refused) as refused:
        client.create_run(project, {**RECIPE, "name": "other"}, key="build-7")
    assert refused.value.code == "idempotency_key_reused"


def test_errors_carry_code_and_field(live_server: LiveServer, client: Client) -> None:
    with pytest.raises(Refused) as refused:
        client.create_run(client.project(), {**RECIPE, "metrics": ["contians"]})
    assert (refused.value.code, refused.value.field) == ("metric_unknown", "metrics")
    assert "contains" in refused.value.detail
    with pytest.raises(NotFound):
        client.run("00000000-0000-0000-0000-000000000000")
    with Client(live_server.url, "vq_wrong") as stranger, pytest.raises(NoAccess):
        stranger.project()
