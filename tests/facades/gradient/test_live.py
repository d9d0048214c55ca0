"""The published client over a socket, with a worker of its own: every endpoint, by both kinds of client."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from gradient import AsyncGradient
from pytest_django.live_server_helper import LiveServer

from evalhub.accounts.models import Project, User
from evalhub.core.loops import run_apart
from tests.api.conftest import make_key
from tests.facades.gradient.conftest import ClientOf
from tests.facades.gradient.steps import SIX_ROWS, make_agent, make_test_case, run_of, start
from tests.runs.execution.judged import make_connection
from tests.stub_endpoint import StubEndpoint
from tests.worker import Worker, wait_until

OVER = {"EVALUATION_RUN_SUCCESSFUL", "EVALUATION_RUN_PARTIALLY_SUCCESSFUL", "EVALUATION_RUN_FAILED"}


def test_runs_over_several_agents_are_queued_at_once_and_worked_on(
    bob: User, project: Project, live_gradient_of: ClientOf, worker: Worker, stub: StubEndpoint
) -> None:
    client = live_gradient_of(bob)
    make_connection(project, stub)
    stub.behaviour.latency = 0.3
    stub.behaviour.reply = lambda body: "Paris"
    content = "query,expected\n" + "".join(f"Question {number}?,Paris\n" for number in range(20))
    test_case = make_test_case(client, "equals", "contains", content=content)
    began = time.monotonic()
    runs = start(client, test_case, make_agent(client, "one"), make_agent(client, "two", instruction="Be kind."))
    assert time.monotonic() - began < 10
    assert {run_of(client, uuid).status for uuid in runs} == {"EVALUATION_RUN_QUEUED"}
    worker.start(EVALHUB_ALLOWED_ENDPOINT_HOSTS="127.0.0.1")
    seen: set[str | None] = set()

    def are_over() -> bool:
        states = [run_of(client, uuid).status for uuid in runs]
        seen.update(states)
        return OVER.issuperset(str(state) for state in states)

    wait_until(are_over, seconds=60)
    assert seen - OVER <= {
        "EVALUATION_RUN_QUEUED",
        "EVALUATION_RUN_RUNNING_DATASET",
        "EVALUATION_RUN_EVALUATING_RESULTS",
    }
    for uuid in runs:
        run = run_of(client, uuid)
        assert (run.status, run.pass_status) == ("EVALUATION_RUN_SUCCESSFUL", True)
        page = client.agents.evaluation_runs.list_results(uuid)
        assert {prompt.output for prompt in page.prompts or []} == {"Paris"}
        assert {prompt.input_tokens for prompt in page.prompts or []} == {"100"}


def test_the_asynchronous_client_reaches_every_endpoint(
    bob: User, alice: User, project: Project, live_server: LiveServer, worker: Worker
) -> None:
    worker.start()
    keys = {person: make_key(person) for person in (bob, alice)}
    settings: dict[str, Any] = {"base_url": live_server.url, "max_retries": 0, "_strict_response_validation": True}

    async def journey() -> None:
        async with (
            AsyncGradient(access_token=keys[bob], **settings) as client,
            AsyncGradient(access_token=keys[alice], **settings) as admin,
        ):
            test_case = await _test_case(client)
            agent = await _agent(client)
            await _results(client, test_case, agent)
            await _workspaces(client, admin, test_case, agent)
            assert (await client.models.list()).models == []
            assert (await client.agents.evaluation_metrics.list_regions()).regions
            assert (await client.agents.delete(agent)).agent

    run_apart(journey())


async def _test_case(client: AsyncGradient) -> str:
    """Metrics, upload, dataset, and a test case that is changed once."""
    metrics = (await client.agents.evaluation_metrics.list()).metrics or []
    equals = next(metric.metric_uuid or "" for metric in metrics if metric.metric_name == "equals")
    datasets, cases = client.agents.evaluation_datasets, client.agents.evaluation_test_cases
    places = await datasets.create_file_upload_presigned_urls(files=[{"file_name": "a.csv", "file_size": "9"}])
    [place] = places.uploads or []
    async with httpx.AsyncClient() as plain:
        uploaded = await plain.put(place.presigned_url or "", content=SIX_ROWS.encode())
    assert (uploaded.status_code, uploaded.headers["content-type"]) == (200, "application/json")
    dataset = await datasets.create(
        name="Capitals",
        file_upload_dataset={"original_file_name": "a.csv", "stored_object_key": place.object_key or ""},
    )
    made = await cases.create(name="Case", dataset_uuid=dataset.evaluation_dataset_uuid or "", metrics=[equals])
    uuid = made.test_case_uuid or ""
    assert (await cases.update(uuid, description="Second")).version == 2
    assert len((await cases.list()).evaluation_test_cases or []) == 1
    shown = (await cases.retrieve(uuid, evaluation_test_case_version=2)).evaluation_test_case
    assert shown
    assert shown.description == "Second"
    return uuid


async def _agent(client: AsyncGradient) -> str:
    agent = (await client.agents.create(name="atlas")).agent
    assert agent
    uuid = agent.uuid or ""
    assert (await client.agents.wait_until_ready(uuid, poll_interval=0.01, timeout=5)).agent
    assert (await client.agents.update(uuid, description="Knows capitals")).agent
    assert len((await client.agents.list()).agents or []) == 1
    return uuid


async def _results(client: AsyncGradient, test_case: str, agent: str) -> None:
    runs = client.agents.evaluation_runs
    [uuid] = (await runs.create(test_case_uuid=test_case, agent_uuids=[agent])).evaluation_run_uuids or []

    async def is_over() -> bool:
        run = (await runs.retrieve(uuid)).evaluation_run
        return run is not None and run.status in OVER

    await _until(is_over)
    page = await runs.list_results(uuid, per_page=4)
    assert page.evaluation_run
    assert page.evaluation_run.status == "EVALUATION_RUN_SUCCESSFUL"
    assert [prompt.prompt_id for prompt in page.prompts or []] == [1, 2, 3, 4]
    prompt = (await runs.retrieve_results(6, evaluation_run_uuid=uuid)).prompt
    assert prompt
    assert prompt.output == "Dakar"
    listed = await client.agents.evaluation_test_cases.list_evaluation_runs(test_case)
    assert [run.evaluation_run_uuid for run in listed.evaluation_runs or []] == [uuid]


async def _workspaces(client: AsyncGradient, admin: AsyncGradient, test_case: str, agent: str) -> None:
    spaces = client.agents.evaluation_metrics.workspaces
    made = (await spaces.create(name="Side", agent_uuids=[agent])).workspace
    assert made
    uuid = made.uuid or ""
    assert len((await spaces.agents.list(uuid)).agents or []) == 1
    assert len((await spaces.list()).workspaces or []) == 3
    assert (await spaces.list_evaluation_test_cases(uuid)).evaluation_test_cases == []
    shown = (await spaces.retrieve(uuid)).workspace
    assert shown
    assert shown.name == "Side"
    renamed = (await admin.agents.evaluation_metrics.workspaces.update(uuid, name="Aside")).workspace
    assert renamed
    assert renamed.name == "Aside"
    assert (await spaces.agents.move(uuid, agent_uuids=[agent])).workspace
    assert (await admin.agents.evaluation_metrics.workspaces.delete(uuid)).workspace_uuid == uuid


async def _until(is_so: Callable[[], Awaitable[bool]], *, seconds: float = 60) -> None:
    """As `wait_until`, for what has to be awaited."""
    deadline = time.monotonic() + seconds
    while not await is_so():
        if time.monotonic() > deadline:
            pytest.fail(f"Not within {seconds:g} s")
        await asyncio.sleep(0.05)
