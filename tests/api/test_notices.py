"""One's notices by the API."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, User
from evalhub.notices.choices import NoticeKind
from evalhub.notices.models import Notice
from evalhub.notices.services import notify
from tests.api.conftest import Caller

LIST, READING = "/api/v1/notices/", "/api/v1/notices/reading/"


@pytest.fixture
def notices(project: Project, bob: User, alice: User) -> list[Notice]:
    told = [
        notify(person=bob, kind=NoticeKind.MENTION, text=text, address="/runs/1/", project=project, by=alice)
        for text in ("first", "second")
    ]
    return [notice for notice in told if notice]


def test_the_newest_comes_first(notices: list[Notice], bob_calls: APIClient) -> None:
    newest, oldest = bob_calls.get(LIST).json()["results"]
    assert [newest["text"], oldest["text"]] == ["second", "first"]
    assert (newest["kind"], newest["by"], newest["read_at"]) == ("mention", "Alice Archer", None)
    assert newest["url"].endswith("/runs/1/")


def test_named_ones_are_marked_and_then_the_rest(notices: list[Notice], bob_calls: APIClient) -> None:
    named = {"notices": [notices[0].pk]}
    assert [bob_calls.post(READING, named, format="json").json()["marked"] for _ in range(2)] == [1, 0]
    assert [one["text"] for one in bob_calls.get(LIST, {"unread": "true"}).json()["results"]] == ["second"]
    assert bob_calls.post(READING, {}, format="json").json() == {"marked": 1}


def test_nobody_elses_are_seen_or_marked(notices: list[Notice], alice_calls: APIClient) -> None:
    assert alice_calls.get(LIST).json()["results"] == []
    named = {"notices": [notice.pk for notice in notices]}
    assert alice_calls.post(READING, named, format="json").json() == {"marked": 0}


def test_a_key_held_to_another_project_sees_none(notices: list[Notice], bob: User, caller: Caller) -> None:
    other = Project.objects.create(team=notices[0].project.team, key="other", name="Other")
    assert caller(bob, project=other).get(LIST).json()["results"] == []


@pytest.mark.parametrize("body", [{"notices": ["x"]}, {"notices": 3}, {"notices": [0]}, {"notices": [2**63]}])
def test_a_bad_body_marks_nothing(body: dict[str, object], notices: list[Notice], bob_calls: APIClient) -> None:
    assert bob_calls.post(READING, body, format="json").status_code == 400
    assert Notice.objects.unread().count() == 2


def test_a_bad_filter_is_told(bob_calls: APIClient) -> None:
    assert bob_calls.get(LIST, {"unread": "maybe"}).json()["code"] == "unread_invalid"
