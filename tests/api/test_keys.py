"""Who comes in by an API key, and what it reaches."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from evalhub.accounts.choices import Role
from evalhub.accounts.models import ApiKey, Membership, Project, User
from evalhub.accounts.services import create_team
from tests.api.conftest import Caller, make_key

PROJECTS = "/api/v1/projects/"


def _names(client: APIClient) -> list[str]:
    return [project["name"] for project in client.get(PROJECTS).json()["results"]]


def test_without_a_key_the_answer_says_how_to_come_in(db: None) -> None:
    answer = APIClient().get(PROJECTS)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_key_opens_what_its_person_sees(project: Project, bob_calls: APIClient) -> None:
    assert _names(bob_calls) == ["Support bot"]


@pytest.mark.parametrize("closed", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}])
def test_a_closed_key_opens_nothing(bob: User, caller: Caller, closed: dict[str, object]) -> None:
    answer = caller(bob, **closed).get(PROJECTS)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_unknown")


def test_a_made_up_key_opens_nothing(db: None) -> None:
    answer = APIClient(HTTP_AUTHORIZATION="Bearer vq_guess").get(PROJECTS)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_unknown")


def test_a_key_does_not_reach_another_team_of_its_person(bob: User, project: Project, caller: Caller) -> None:
    calls = caller(bob)
    other = create_team(name="Other", owner=bob)
    hidden = Project.objects.create(team=other, key="hidden", name="Hidden")
    assert _names(calls) == ["Support bot"]
    assert calls.get(f"{PROJECTS}{hidden.uuid}/").status_code == 404


def test_a_key_of_one_project_reaches_no_other(bob: User, project: Project, caller: Caller) -> None:
    other = Project.objects.create(team=project.team, key="second", name="Second")
    calls = caller(bob, project=project)
    assert _names(calls) == ["Support bot"]
    assert calls.get(f"{PROJECTS}{other.uuid}/").status_code == 404
    assert calls.post(PROJECTS, {"name": "Third"}, format="json").status_code == 403


def test_a_key_of_a_lower_role_may_only_what_that_role_may(alice: User, project: Project, caller: Caller) -> None:
    calls = caller(alice, role=Role.VIEWER)
    assert calls.get(PROJECTS).status_code == 200
    refused = calls.patch(f"{PROJECTS}{project.uuid}/", {"name": "Mine"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_too_low")


def test_a_key_never_raises_the_role_of_its_person(viewer: User, project: Project, caller: Caller) -> None:
    assert caller(viewer, role=Role.OWNER).post(PROJECTS, {"name": "Mine"}, format="json").status_code == 403


def test_a_key_of_somebody_who_left_sees_nothing(bob: User, project: Project, caller: Caller) -> None:
    calls = caller(bob)
    Membership.objects.filter(user=bob).delete()
    assert _names(calls) == []


def test_use_is_noted_to_the_minute(bob: User) -> None:
    calls = APIClient(HTTP_AUTHORIZATION=f"Bearer {make_key(bob)}")
    calls.get(PROJECTS)
    first = ApiKey.objects.get(user=bob).last_used_at
    calls.get(PROJECTS)
    assert first is not None
    assert ApiKey.objects.get(user=bob).last_used_at == first
    ApiKey.objects.filter(user=bob).update(last_used_at=first - timedelta(minutes=2))
    calls.get(PROJECTS)
    assert ApiKey.objects.get(user=bob).last_used_at != first - timedelta(minutes=2)


def test_people_who_are_signed_in_may_try_it_out(bob: User, project: Project) -> None:
    browser = Client()
    browser.force_login(bob)
    assert browser.get(PROJECTS).status_code == 200
