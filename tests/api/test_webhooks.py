"""Webhooks by the API."""

from __future__ import annotations

from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Project, User
from evalhub.webhooks.choices import DeliveryState
from evalhub.webhooks.models import Delivery, Webhook
from evalhub.webhooks.services import WebhookValues, create_webhook, send_test
from tests.api.conftest import Caller

URL = "https://hooks.example.org/evalhub"
BODY = {"url": URL, "events": ["run.finished"]}


@pytest.fixture(autouse=True)
def _allowed(settings: Settings) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["hooks.example.org"]


@pytest.fixture
def webhook(project: Project, alice: User) -> Webhook:
    return create_webhook(project=project, values=WebhookValues(URL, ["run.regressed"]), by=alice).webhook


@pytest.fixture
def delivery(webhook: Webhook, alice: User) -> Delivery:
    return send_test(webhook, by=alice)


def of_project(project: Project) -> str:
    return f"/api/v1/projects/{project.uuid}/webhooks/"


def address(webhook: Webhook, rest: str = "") -> str:
    return f"/api/v1/webhooks/{webhook.uuid}/{rest}"


def redelivery(delivery: Delivery) -> str:
    return address(delivery.webhook, f"deliveries/{delivery.uuid}/redelivery/")


def test_alice_makes_one_and_sees_its_secret_this_once(project: Project, alice_calls: APIClient) -> None:
    answer = alice_calls.post(of_project(project), BODY, format="json")
    webhook = Webhook.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"http://testserver{address(webhook)}"
    assert answer.json()["secret"] == webhook.reveal_secret()
    read = alice_calls.get(answer["Location"]).json()
    assert read == answer.json()["webhook"]
    assert (read["url"], read["events"], read["is_active"]) == (URL, ["run.finished"], True)
    assert "secret" not in read
    assert alice_calls.get(of_project(project)).json()["results"] == [read]


def test_alice_changes_what_she_names_and_nothing_else(webhook: Webhook, alice_calls: APIClient) -> None:
    answer = alice_calls.patch(address(webhook), {"is_active": False}, format="json").json()
    assert (answer["is_active"], answer["url"], answer["events"]) == (False, URL, ["run.regressed"])


def test_alice_deletes_one(webhook: Webhook, alice_calls: APIClient) -> None:
    assert alice_calls.delete(address(webhook)).status_code == 204
    assert alice_calls.get(address(webhook)).status_code == 404


def test_a_new_secret_replaces_the_old_one(webhook: Webhook, alice_calls: APIClient) -> None:
    old = webhook.reveal_secret()
    secret = alice_calls.post(address(webhook, "secret/")).json()["secret"]
    webhook.refresh_from_db()
    assert secret == webhook.reveal_secret() != old


def test_a_test_is_delivered_like_any_other_event(webhook: Webhook, alice_calls: APIClient) -> None:
    answer = alice_calls.post(address(webhook, "test/"))
    assert (answer.status_code, answer.json()["event"], answer.json()["state"]) == (202, "webhook.test", "waiting")
    assert alice_calls.get(address(webhook, "deliveries/")).json()["results"] == [answer.json()]


def test_the_log_is_asked_for_by_state(delivery: Delivery, alice_calls: APIClient) -> None:
    log = address(delivery.webhook, "deliveries/")
    assert len(alice_calls.get(f"{log}?state=waiting").json()["results"]) == 1
    assert alice_calls.get(f"{log}?state=given_up").json()["results"] == []
    refused = alice_calls.get(f"{log}?state=lost")
    assert (refused.status_code, refused.json()["field"]) == (400, "state")


def test_an_event_is_delivered_again_under_its_id(delivery: Delivery, alice_calls: APIClient) -> None:
    Delivery.objects.update(state=DeliveryState.GIVEN_UP, tries=8, next_try_at=None)
    answer = alice_calls.post(redelivery(delivery))
    assert (answer.status_code, answer.json()["state"], answer.json()["tries"]) == (202, "waiting", 0)
    assert answer.json()["message_id"] == delivery.message_id


def test_an_event_under_way_is_not_delivered_again(delivery: Delivery, alice_calls: APIClient) -> None:
    refused = alice_calls.post(redelivery(delivery))
    assert (refused.status_code, refused.json()["code"]) == (409, "delivery_under_way")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**BODY, "url": "https://elsewhere.example.org/"}, "url"),
        ({**BODY, "url": "no address"}, "url"),
        ({**BODY, "url": "https://me:secret@hooks.example.org/"}, "url"),
        ({**BODY, "events": []}, "events"),
        ({**BODY, "events": ["webhook.test"]}, "events.0"),
        ({"url": URL}, "events"),
    ],
)
def test_a_bad_body_makes_nothing(project: Project, alice_calls: APIClient, body: object, field: str) -> None:
    refused = alice_calls.post(of_project(project), body, format="json")
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert not Webhook.objects.exists()


def test_bob_reads_and_changes_nothing(delivery: Delivery, bob_calls: APIClient, project: Project) -> None:
    webhook = delivery.webhook
    assert bob_calls.get(address(webhook)).status_code == 200
    assert bob_calls.get(address(webhook, "deliveries/")).status_code == 200
    posts = [of_project(project), address(webhook, "secret/"), address(webhook, "test/"), redelivery(delivery)]
    assert [bob_calls.post(path, BODY, format="json").status_code for path in posts] == [403] * 4
    assert bob_calls.patch(address(webhook), {"is_active": False}, format="json").status_code == 403
    assert bob_calls.delete(address(webhook)).status_code == 403


def test_charlie_does_not_learn_that_it_exists(delivery: Delivery, charlie_calls: APIClient, project: Project) -> None:
    webhook = delivery.webhook
    missing = charlie_calls.get(f"/api/v1/webhooks/{uuid4()}/").json()
    assert charlie_calls.get(address(webhook)).json() == missing
    assert charlie_calls.get(of_project(project)).status_code == 404
    assert charlie_calls.get(address(webhook, "deliveries/")).status_code == 404
    posts = [of_project(project), address(webhook, "secret/"), address(webhook, "test/"), redelivery(delivery)]
    assert [charlie_calls.post(path, BODY, format="json").status_code for path in posts] == [404] * 4
    assert charlie_calls.patch(address(webhook), {}, format="json").status_code == 404
    assert charlie_calls.delete(address(webhook)).status_code == 404


def test_a_key_of_another_project_or_a_lower_role_reaches_no_further(
    webhook: Webhook, alice: User, project: Project, caller: Caller
) -> None:
    other = Project.objects.create(team=project.team, key="other", name="Other")
    assert caller(alice, project=other).get(address(webhook)).status_code == 404
    assert caller(alice, role=Role.EDITOR).delete(address(webhook)).status_code == 403


def test_other_methods_are_not_there(webhook: Webhook, alice_calls: APIClient) -> None:
    assert alice_calls.put(address(webhook), BODY, format="json").status_code == 405
    assert alice_calls.get(address(webhook, "secret/")).status_code == 405
