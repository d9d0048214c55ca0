"""Links to reports over REST: made where the team allows them, listed without their address, and closed."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, User
from evalhub.accounts.services import set_report_sharing
from runs.models import Run
from tests.runs.comparison.compared_runs import make_compared_run, make_questions


@pytest.fixture
def runs(project: Project) -> list[Run]:
    version = make_questions(project, [f"q{place}" for place in range(8)], topics=("returns", "prices"))
    columns = ([0.1 * place for place in range(8)], [0.1 * place + 0.1 * (place % 2) for place in range(8)])
    metrics = {"relevance": {"name": "Relevance"}}
    return [make_compared_run(version, {"relevance": column}, metrics=metrics) for column in columns]


def test_a_program_makes_a_link_and_closes_it(
    runs: list[Run], project: Project, alice: User, bob_calls: APIClient
) -> None:
    set_report_sharing(project.team, is_allowed=True, by=alice)
    path = f"/api/v1/projects/{project.uuid}/shared-reports/"
    sent = {"name": "Customer", "runs": [str(run.uuid) for run in runs], "slice": "topic"}
    made = bob_calls.post(path, sent, format="json")
    assert (made.status_code, made["Cache-Control"]) == (201, "no-store")
    address = urlsplit(made.json()["address"]).path
    assert "Slices by topic" in Client().get(address).content.decode()
    (listed,) = bob_calls.get(path).json()["results"]
    assert (listed["name"], listed["with_texts"], "address" in listed) == ("Customer", False, False)
    assert bob_calls.get(made["Location"]).json()["revoked_at"] is None
    assert [bob_calls.delete(made["Location"]).status_code for _ in range(2)] == [204, 204]
    assert Client().get(address).status_code == 404


def test_what_cannot_be_shared_is_refused(runs: list[Run], project: Project, alice: User, bob_calls: APIClient) -> None:
    path = f"/api/v1/projects/{project.uuid}/shared-reports/"
    sent = {"name": "Customer", "runs": [str(run.uuid) for run in runs]}
    off = bob_calls.post(path, sent, format="json")
    assert (off.status_code, off.json()["code"]) == (409, "sharing_off")
    set_report_sharing(project.team, is_allowed=True, by=alice)
    for wrong, code in (
        ({"runs": sent["runs"][:1]}, "invalid"),
        ({"runs": [sent["runs"][0]] * 2}, "runs_count"),
        ({"runs": [*sent["runs"], str(project.uuid)]}, "run_unknown"),
        ({"expires_at": "2001-01-01T00:00:00Z"}, "expiry_over"),
    ):
        refused = bob_calls.post(path, {**sent, **wrong}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (400, code)
