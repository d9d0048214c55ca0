"""Releases over REST: marked by a deployment, read with the trends."""

from __future__ import annotations

from typing import Any

from rest_framework.test import APIClient

from evalhub.accounts.models import Project
from runs.models import Release


def address(project: Project) -> str:
    return f"/api/v1/projects/{project.uuid}/releases/"


def mark(caller: APIClient, project: Project, **fields: Any) -> Any:  # noqa: ANN401  # an answer, whose class differs
    return caller.post(address(project), {"name": "Release 1", **fields}, format="json")


def test_a_deployment_marks_a_release(project: Project, bob_calls: APIClient) -> None:
    made = mark(bob_calls, project, released_at="2026-11-02T10:30:00Z", note="New prompt", link="https://example.org/1")
    assert made.status_code == 201
    release = bob_calls.get(made["Location"]).json()
    assert (release["name"], release["released_at"]) == ("Release 1", "2026-11-02T10:30:00Z")
    assert release["created_by"] == "Bob Baker"
    assert bob_calls.get(address(project)).json()["results"] == [release]
    assert bob_calls.get(f"/api/v1/projects/{project.uuid}/trends/").json()["releases"] == [release]


def test_without_a_time_it_is_now(project: Project, bob_calls: APIClient) -> None:
    made = mark(bob_calls, project).json()
    assert abs(Release.objects.get().created_at - Release.objects.get().released_at).total_seconds() < 60
    assert made["note"] == ""


def test_sent_twice_under_a_key_it_is_marked_once(project: Project, bob_calls: APIClient) -> None:
    answers = [
        bob_calls.post(address(project), {"name": "Release 1"}, format="json", headers={"Idempotency-Key": "a"}).json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert Release.objects.count() == 1


def test_what_is_named_changes_and_the_rest_stays(project: Project, bob_calls: APIClient) -> None:
    where = mark(bob_calls, project, note="New prompt")["Location"]
    changed = bob_calls.patch(where, {"name": "Release 1.1"}, format="json").json()
    assert (changed["name"], changed["note"]) == ("Release 1.1", "New prompt")
    assert bob_calls.delete(where).status_code == 204
    assert bob_calls.get(where).status_code == 404


def test_a_link_that_is_none_is_refused(project: Project, bob_calls: APIClient) -> None:
    refused = mark(bob_calls, project, link="ftp://example.org/")
    assert refused.status_code in {400, 422}
    assert "link" in refused.content.decode()
