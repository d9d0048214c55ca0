"""Reviews and remarks by the API."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Project, User
from runs.models import Comment, Override, Review, Run
from tests.api.conftest import Caller
from tests.runs.scored_runs import Answer, make_scored_run


@pytest.fixture
def run(project: Project) -> Run:
    return make_scored_run(project=project, answers=[Answer(scores={"tone": 0.5})], metrics={"tone": {}})


def _address(run: Run, what: str = "review", ordinal: int = 0) -> str:
    return f"/api/v1/runs/{run.uuid}/items/{ordinal}/{what}/"


def test_a_decision_is_kept_with_its_history(run: Run, bob_calls: APIClient) -> None:
    assert bob_calls.get(_address(run)).json()["version"] == 0
    first = bob_calls.put(_address(run), {"state": "acknowledged", "version": 0}, format="json")
    assert (first.status_code, first.json()["version"]) == (200, 1)
    told = bob_calls.put(_address(run), {"state": "fixed", "version": 1}, format="json").json()
    assert (told["state"], told["version"]) == ("fixed", 2)
    assert [(step["before"], step["after"]) for step in told["history"]] == [
        ("acknowledged", "fixed"),
        ("", "acknowledged"),
    ]
    assert {step["author"] for step in told["history"]} == {"Bob Baker"}
    [item] = bob_calls.get(f"/api/v1/runs/{run.uuid}/items/?review=fixed").json()["results"]
    assert item["review"] == "fixed"


def test_a_decision_on_what_somebody_changed_meanwhile_is_refused(run: Run, bob_calls: APIClient) -> None:
    bob_calls.put(_address(run), {"state": "acknowledged", "version": 0}, format="json")
    refused = bob_calls.put(_address(run), {"state": "fixed", "version": 0}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "review_changed")


@pytest.mark.parametrize(
    "body", [{}, {"state": "done", "version": 0}, {"state": "fixed"}, {"state": "fixed", "version": -1}]
)
def test_a_decision_that_is_none_is_refused(run: Run, bob_calls: APIClient, body: dict[str, object]) -> None:
    assert bob_calls.put(_address(run), body, format="json").status_code == 400


def test_remarks_are_listed_the_newest_first(run: Run, bob_calls: APIClient) -> None:
    for body in ("First.", "Second."):
        assert bob_calls.post(_address(run, "comments"), {"body": body}, format="json").status_code == 201
    found = bob_calls.get(_address(run, "comments")).json()["results"]
    assert [(comment["author"], comment["body"]) for comment in found] == [
        ("Bob Baker", "Second."),
        ("Bob Baker", "First."),
    ]


def test_a_remark_sent_twice_is_made_once(run: Run, bob_calls: APIClient) -> None:
    for _ in range(2):
        bob_calls.post(_address(run, "comments"), {"body": "Hm."}, format="json", headers={"idempotency-key": "hm"})
    assert Comment.objects.count() == 1


def test_who_may_only_look_decides_nothing(run: Run, viewer_calls: APIClient, alice: User, caller: Caller) -> None:
    for client in (viewer_calls, caller(alice, role=Role.VIEWER)):
        assert client.get(_address(run)).status_code == 200
        assert client.put(_address(run), {"state": "fixed", "version": 0}, format="json").status_code == 403
        assert client.post(_address(run, "comments"), {"body": "x"}, format="json").status_code == 403


def test_an_item_that_is_not_there_has_no_review(run: Run, bob_calls: APIClient) -> None:
    assert bob_calls.get(_address(run, ordinal=1)).status_code == 404
    assert bob_calls.get(_address(run, ordinal=10**14)).status_code == 404


def test_parts_are_changed_together_or_not_at_all(run: Run, alice: User, bob_calls: APIClient) -> None:
    wishes = {"assignee": "alice@example.org", "labels": ["tone", "period"], "corrected_output": " so ", "version": 0}
    told = bob_calls.patch(_address(run), wishes, format="json").json()
    assert (told["assignee"], told["labels"], told["corrected_output"]) == ("Alice Archer", ["period", "tone"], " so ")
    assert told["version"] == 4
    changed = bob_calls.patch(_address(run), {"labels": ["tone"], "version": 4}, format="json").json()
    assert (changed["labels"], changed["version"]) == (["tone"], 5)
    refused = bob_calls.patch(_address(run), {"state": "fixed", "assignee": "", "version": 0}, format="json")
    assert refused.status_code == 409
    assert bob_calls.get(_address(run)).json()["state"] == "open"


@pytest.mark.parametrize(
    "body", [{"version": 0}, {"state": "fixed"}, {"assignee": "charlie@example.org", "version": 0}]
)
def test_a_change_that_cannot_be_made_is_refused(run: Run, bob_calls: APIClient, body: dict[str, object]) -> None:
    assert bob_calls.patch(_address(run), body, format="json").status_code == 400
    assert not Review.objects.exists()


def test_a_value_is_given_and_withdrawn(run: Run, bob_calls: APIClient) -> None:
    address = _address(run, "values/tone")
    assert bob_calls.put(address, {"value": 0.9, "note": "fine"}, format="json").status_code == 200
    [opinion] = bob_calls.get(f"/api/v1/runs/{run.uuid}/items/0/").json()["opinions"]
    assert (opinion["value"], opinion["note"], opinion["source"]) == (0.9, "fine", "api")
    assert bob_calls.delete(address).status_code == 204
    assert not Override.objects.filter(is_current=True).exists()


@pytest.mark.parametrize("body", [{}, {"value": 7}, {"value": "much"}, {"label": "warm"}])
def test_a_value_off_the_scale_is_refused(run: Run, bob_calls: APIClient, body: dict[str, object]) -> None:
    assert bob_calls.put(_address(run, "values/tone"), body, format="json").status_code == 400


def test_many_values_are_kept_together_or_not_at_all(run: Run, bob_calls: APIClient) -> None:
    path = f"/api/v1/runs/{run.uuid}/values/"
    good = {"ordinal": 0, "metric": "tone", "value": 0.9}
    assert bob_calls.post(path, {"values": [good]}, format="json").json() == {"items": 1}
    for bad in ({"ordinal": 9}, {"metric": "none"}, {"value": 9}):
        body = {"values": [{**good, "value": 0.1}, {**good, **bad}]}
        assert bob_calls.post(path, body, format="json").status_code == 400
    assert bob_calls.post(path, {"values": [good] * 501}, format="json").status_code == 400
    assert Override.objects.get().value == 0.9


def test_ones_own_remark_is_changed_and_taken_away(run: Run, bob_calls: APIClient, alice_calls: APIClient) -> None:
    made = bob_calls.post(_address(run, "comments"), {"body": "Hm."}, format="json").json()
    address = _address(run, f"comments/{made['id']}")
    assert alice_calls.patch(address, {"body": "No."}, format="json").status_code == 403
    assert bob_calls.patch(address, {"body": "Well."}, format="json").json()["body"] == "Well."
    assert bob_calls.delete(address).status_code == 204
    assert not Comment.objects.exists()


def test_a_stranger_does_not_learn_of_a_remark(run: Run, bob_calls: APIClient, charlie_calls: APIClient) -> None:
    made = bob_calls.post(_address(run, "comments"), {"body": "Hm."}, format="json").json()
    address = _address(run, f"comments/{made['id']}")
    assert charlie_calls.patch(address, {"body": "x"}, format="json").status_code == 404
    assert charlie_calls.delete(address).status_code == 404
    assert APIClient().delete(address).status_code == 401
