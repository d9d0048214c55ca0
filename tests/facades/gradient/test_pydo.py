"""The vendor's other published client: the same paths, and https alone."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pydo
import pytest
import trustme
from pytest_django.live_server_helper import LiveServer

from evalhub.accounts.models import User
from tests.api.conftest import make_key
from tests.facades.gradient.steps import SIX_ROWS, finish_all
from tests.facades.gradient.tls_proxy import TlsProxy


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Whoever signs here is known to nobody else."""
    return trustme.CA()


@pytest.fixture
def https_address(live_server: LiveServer, authority: trustme.CA) -> Iterator[str]:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    with TlsProxy(live_server.url, server) as proxy:
        yield proxy.address


@pytest.fixture
def genai(bob: User, https_address: str, authority: trustme.CA, tmp_path: Path) -> Iterator[Any]:
    """The part of the client that evaluates, with a key of Bob's."""
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))
    client = pydo.Client(make_key(bob), endpoint=https_address, connection_verify=str(trusted))
    with client:
        yield client.genai


def _upload(genai: Any, authority: trustme.CA) -> str:  # noqa: ANN401  # without types of its own
    places = genai.create_evaluation_dataset_file_upload_presigned_urls(
        {"files": [{"file_name": "rows.csv", "file_size": len(SIX_ROWS)}]}
    )
    [place] = places["uploads"]
    assert place["presigned_url"].startswith("https://localhost:")
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    assert httpx.put(place["presigned_url"], content=SIX_ROWS.encode(), verify=trusting).status_code == 200
    return str(place["object_key"])


def test_it_evaluates_over_https_behind_a_proxy(genai: Any, authority: trustme.CA, https_address: str) -> None:  # noqa: ANN401
    file = {"original_file_name": "rows.csv", "stored_object_key": _upload(genai, authority)}
    dataset = genai.create_evaluation_dataset({"name": "Capitals", "file_upload_dataset": file})
    case = genai.create_evaluation_test_case(
        {"name": "Case", "dataset_uuid": dataset["evaluation_dataset_uuid"], "metrics": ["equals"]}
    )
    agent = genai.create_agent({"name": "atlas"})["agent"]
    started = genai.run_evaluation_test_case({"test_case_uuid": case["test_case_uuid"], "agent_uuids": [agent["uuid"]]})
    [uuid] = started["evaluation_run_uuids"]
    finish_all()

    run = genai.get_evaluation_run(uuid)["evaluation_run"]
    assert (run["status"], run["pass_status"]) == ("EVALUATION_RUN_SUCCESSFUL", False)
    page = genai.get_evaluation_run_results(uuid, page=1, per_page=4)
    assert (len(page["prompts"]), page["meta"]["total"]) == (4, 6)
    assert page["links"]["pages"]["next"].startswith(https_address)
    assert genai.get_evaluation_run_prompt_results(uuid, 6)["prompt"]["output"] == "Dakar"
    assert len(genai.list_evaluation_runs_by_test_case(case["test_case_uuid"])["evaluation_runs"]) == 1


def test_it_reads_lists_and_changes_them(genai: Any, authority: trustme.CA) -> None:  # noqa: ANN401  # as above
    file = {"original_file_name": "rows.csv", "stored_object_key": _upload(genai, authority)}
    dataset = genai.create_evaluation_dataset({"name": "Capitals", "file_upload_dataset": file})
    [listed] = genai.list_evaluation_datasets(has_ground_truth=True)["evaluation_datasets"]
    assert (listed["dataset_uuid"], listed["row_count"]) == (dataset["evaluation_dataset_uuid"], 6)
    assert genai.list_evaluation_datasets(has_ground_truth=False)["evaluation_datasets"] == []
    assert len(genai.list_evaluation_metrics()["metrics"]) >= 17
    workspace = genai.create_workspace({"name": "Side"})["workspace"]
    agent = genai.create_agent({"name": "atlas"})["agent"]
    genai.update_agents_workspace(workspace["uuid"], {"agent_uuids": [agent["uuid"]]})
    assert len(genai.list_agents_by_workspace(workspace["uuid"])["agents"]) == 1
    assert genai.get_workspace(workspace["uuid"])["workspace"]["name"] == "Side"
    assert genai.list_models()["models"] == []
    genai.delete_agent(agent["uuid"])
    gone = genai.get_agent(agent["uuid"])  # this client gives back what a 404 says
    assert (gone["id"], set(gone)) == ("not_found", {"id", "message", "request_id"})
