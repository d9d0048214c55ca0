"""Review queues over REST: made, worked through, and what blind comparisons came to."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, Team, User
from runs.models import Review, ReviewQueue, Run
from tests.api.conftest import make_key
from tests.runs.reviewing.scenes import make_queue, make_reviewed_run


@pytest.fixture
def run(project: Project) -> Run:
    return make_reviewed_run(project)


@pytest.fixture
def rita(team: Team) -> User:
    user = User.objects.create_user("rita@example.org", "reviewer-secret", name="Rita Reader")
    Membership.objects.create(team=team, user=user, role=Role.REVIEWER)
    return user


def program(person: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(person)}")
    return client


def create(run: Run, person: User, **body: Any) -> Any:  # noqa: ANN401  # the client's answer
    address = reverse("api:review_queues", args=[run.project.uuid])
    return program(person).post(address, {"run": str(run.uuid), "name": "Morning", **body}, format="json")


def address(name: str, queue: ReviewQueue) -> str:
    return reverse(f"api:{name}", args=[queue.uuid])


def test_a_queue_is_made_listed_changed_and_deleted(run: Run, alice: User, rita: User) -> None:
    made = create(run, alice, assignment="fixed", people=[rita.pk], metric="quality", due_on="2026-01-31")
    assert made.status_code == 201
    assert made.json()["people"][0] | {"id": 0} == {
        "id": 0,
        "name": "Rita Reader",
        "waiting": 3,
        "done": 0,
        "skipped": 0,
        "done_a_day": None,
        "last_decided_at": None,
    }
    assert (made.json()["metric"], made.json()["is_late"], made.json()["rule_words"]) == (
        "quality",
        True,
        "Failing items",
    )
    queue = ReviewQueue.objects.get()
    client = program(alice)
    listed = client.get(reverse("api:review_queues", args=[run.project.uuid])).json()["results"]
    assert [row["id"] for row in listed] == [str(queue.uuid)]
    changed = client.patch(
        made.headers["Location"], {"name": "Evening", "is_closed": True, "due_on": None}, format="json"
    )
    assert (changed.json()["name"], changed.json()["due_on"], changed.json()["closed_at"] is None) == (
        "Evening",
        None,
        False,
    )
    assert client.delete(made.headers["Location"]).status_code == 204
    assert not ReviewQueue.objects.exists()


def test_items_are_picked_and_added(run: Run, alice: User) -> None:
    create(run, alice, rule="picked", places=[5, 0])
    queue = ReviewQueue.objects.get()
    added = program(alice).post(address("review_tasks", queue), {"run": str(run.uuid), "places": [0, 3]}, format="json")
    assert (added.status_code, added.json()) == (201, {"added": 1})
    tasks = program(alice).get(address("review_tasks", queue)).json()["results"]
    assert [(task["ordinal"], task["state"]) for task in tasks] == [(5, "waiting"), (0, "waiting"), (3, "waiting")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rule": "below", "rule_metric": "tone"}, "metric"),
        ({"metric": "tone"}, "metric"),
        ({"people": [10_000_000]}, "people"),
        ({"rule": "picked"}, "rule"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(run: Run, alice: User, body: dict[str, Any], field: str) -> None:
    refused = create(run, alice, **body)
    assert refused.status_code == 400
    assert field in refused.content.decode()
    assert not ReviewQueue.objects.exists()


def test_a_reviewer_takes_items_decides_and_skips(run: Run, alice: User, rita: User) -> None:
    queue, client = make_queue(run, by=alice), program(rita)
    taken = client.post(address("review_next", queue)).json()
    assert (taken["input"], taken["output"], taken["said"]) == ("Question 0", "Answer 0 of run", "")
    assert "judge_wrong" in [answer["word"] for answer in taken["answers"]]
    decided = client.put(reverse("api:review_decision", args=[taken["id"]]), {"choice": "fixed"}, format="json")
    assert (decided.json()["state"], decided.json()["said"]) == ("done", "fixed")
    assert Review.objects.get().state == "fixed"
    second = client.post(address("review_next", queue)).json()
    assert client.post(reverse("api:review_skip", args=[second["id"]])).status_code == 204
    assert client.get(reverse("api:review_task", args=[second["id"]])).json()["state"] == "waiting"


def test_who_comes_second_gets_a_conflict(run: Run, alice: User, bob: User, rita: User) -> None:
    queue = make_queue(run, by=alice)
    taken = program(rita).post(address("review_next", queue)).json()
    late = program(bob).put(reverse("api:review_decision", args=[taken["id"]]), {"choice": "fixed"}, format="json")
    assert late.status_code == 409
    assert "Rita Reader is working on this item" in late.json()["detail"]


def test_a_blind_queue_tells_others_choices_to_those_who_hand_out(run: Run, alice: User, bob: User, rita: User) -> None:
    queue = make_queue(run, by=alice, mode="blind")
    task = queue.tasks.first()
    assert task
    program(bob).put(reverse("api:review_decision", args=[task.pk]), {"choice": "fixed"}, format="json")
    chosen = [
        program(person).get(address("review_tasks", queue)).json()["results"][0]["choice"] for person in (rita, bob)
    ]
    assert chosen == ["", "fixed"]


def test_a_comparison_is_made_decided_and_read(project: Project, run: Run, alice: User, rita: User) -> None:
    other = make_reviewed_run(project, dataset="Again", name="candidate")
    create(run, alice, candidate=str(other.uuid), most=2)
    queue, client = ReviewQueue.objects.get(), program(rita)
    assert client.get(address("review_result", queue)).json()["win_rate"] is None
    for _ in range(2):
        task = client.post(address("review_next", queue)).json()
        side = "left" if "candidate" in task["left"] else "right"
        assert "of run" in task["right" if side == "left" else "left"]
        client.put(reverse("api:review_decision", args=[task["id"]]), {"choice": side}, format="json")
    result = client.get(address("review_result", queue)).json()
    assert (result["wins"], result["losses"], result["win_rate"]["value"]) == (2, 0, 1.0)
    assert client.post(address("review_next", queue)).status_code == 204


def test_a_queue_of_items_has_no_result(run: Run, alice: User) -> None:
    answer = program(alice).get(address("review_result", make_queue(run, by=alice)))
    assert (answer.status_code, answer.json()["code"]) == (400, "queue_compares_nothing")
