"""Webhooks in the browser: who sees and changes them, the secret shown once, the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.webhooks.choices import DeliveryState, EventType
from evalhub.webhooks.models import Delivery, Webhook
from evalhub.webhooks.services import send_test
from tests.conftest import _ClientOf as ClientOf

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as _Response

URL = "https://hooks.example.org/evalhub"
ACTIONS = ("webhook_detail", "webhook_secret", "webhook_test", "webhook_deletion")


def fields(**changed: Any) -> dict[str, Any]:
    return {"url": URL, "events": [EventType.RUN_FINISHED], "is_active": "on"} | changed


def create(person: User, project: Project, **changed: Any) -> _Response:
    return ClientOf(person).post(reverse("webhooks:webhook_create", args=[project.pk]), fields(**changed))


def address(webhook: Webhook, route: str = "webhook_detail") -> str:
    return reverse(f"webhooks:{route}", args=[webhook.pk])


def redelivery(delivery: Delivery) -> str:
    return reverse("webhooks:webhook_redelivery", args=[delivery.pk])


def test_alice_makes_one_and_sees_its_secret_this_once(project: Project, alice: User) -> None:
    page = create(alice, project)
    webhook = Webhook.objects.get()
    secret = webhook.reveal_secret()
    assert secret.startswith("whsec_")
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert secret.encode() not in bytes(webhook.secret)
    later = [ClientOf(alice).get(path) for path in (address(webhook), f"/projects/{project.pk}/settings/webhooks/")]
    assert [secret in shown.content.decode() for shown in later] == [False, False]
    assert all(URL in shown.content.decode() for shown in later)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"url": ""}, "This field is required"),
        ({"url": "no address"}, "Enter a valid URL"),
        ({"url": "https://elsewhere.example.org/"}, "“elsewhere.example.org” is not allowed"),
        ({"url": "http://169.254.169.254/latest"}, "“169.254.169.254” is not allowed"),
        ({"url": "https://me:secret@hooks.example.org/"}, "no name, password or #"),
        ({"events": []}, "Choose at least one kind of event"),
        ({"events": ["webhook.test"]}, "webhook.test is not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    project: Project, alice: User, changed: dict[str, Any], sentence: str
) -> None:
    assert sentence in create(alice, project, **changed).content.decode()
    assert not Webhook.objects.exists()


def test_a_project_has_no_more_than_twenty(webhook: Webhook, project: Project, alice: User) -> None:
    Webhook.objects.bulk_create(
        Webhook(project=project, url=URL, events=webhook.events, secret=webhook.secret) for _ in range(19)
    )
    assert "20 webhooks already" in create(alice, project).content.decode()


def test_alice_changes_one(webhook: Webhook, alice: User) -> None:
    answer = ClientOf(alice).post(address(webhook), fields(events=[EventType.RUN_REGRESSED]))
    assert answer.status_code == 302
    webhook.refresh_from_db()
    assert (webhook.url, webhook.events) == (URL, ["run.regressed"])


def test_one_that_is_switched_off_gives_up_what_waits(webhook: Webhook, alice: User) -> None:
    delivery = send_test(webhook, by=alice)
    ClientOf(alice).post(address(webhook), fields(is_active=""))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (DeliveryState.GIVEN_UP, "The webhook was switched off.")


def test_one_that_evalhub_switched_off_says_why_until_it_is_on_again(webhook: Webhook, alice: User) -> None:
    Webhook.objects.update(is_active=False, note="The receiver answered 410 Gone.")
    assert "The receiver answered 410 Gone." in ClientOf(alice).get(address(webhook)).content.decode()
    ClientOf(alice).post(address(webhook), fields())
    webhook.refresh_from_db()
    assert (webhook.is_active, webhook.note) == (True, "")


def test_a_new_secret_is_shown_once_and_replaces_the_old_one(webhook: Webhook, alice: User) -> None:
    old = webhook.reveal_secret()
    page = ClientOf(alice).post(address(webhook, "webhook_secret")).content.decode()
    webhook.refresh_from_db()
    assert webhook.reveal_secret() != old
    assert webhook.reveal_secret() in page


def test_a_test_event_is_sent_and_stands_in_the_log(webhook: Webhook, alice: User) -> None:
    page = ClientOf(alice).post(address(webhook, "webhook_test"), follow=True).content.decode()
    assert Delivery.objects.get().event == EventType.TEST
    assert "webhook.test</a>" in page
    assert 'hx-trigger="every 2s"' in page  # until its first try is over


def test_the_log_shows_what_came_of_each_delivery(webhook: Webhook, alice: User) -> None:
    delivery = send_test(webhook, by=alice)
    outcome = {"status_code": 503, "tries": 2, "milliseconds": 31, "error": "The receiver answered 503."}
    Delivery.objects.update(next_try_at=timezone.now(), answer="<b>Down</b>", **outcome)
    log = (
        ClientOf(alice)
        .get(address(webhook), headers={"HX-Request": "true", "HX-Target": "webhook-deliveries"})
        .content.decode()
    )
    assert log.lstrip().startswith('<section class="section" id="webhook-deliveries"')
    assert all(words in log for words in (">503<", "2 of 8", "31 ms", "Retrying", "The receiver answered 503."))
    assert "every 2s" not in log
    page = ClientOf(alice).get(reverse("webhooks:webhook_delivery", args=[delivery.pk])).content.decode()
    assert delivery.message_id in page
    assert "&lt;b&gt;Down&lt;/b&gt;" in page


def test_the_log_has_pages(webhook: Webhook, alice: User) -> None:
    Delivery.objects.bulk_create(Delivery(webhook=webhook, event=EventType.TEST, body="{}") for _ in range(30))
    assert "1–25 of 30 deliveries" in ClientOf(alice).get(address(webhook)).content.decode()
    assert "26–30 of 30 deliveries" in ClientOf(alice).get(f"{address(webhook)}?page=2").content.decode()


def test_an_event_is_delivered_again(webhook: Webhook, alice: User) -> None:
    delivery = send_test(webhook, by=alice)
    Delivery.objects.update(state=DeliveryState.GIVEN_UP, tries=8, next_try_at=None)
    assert "Deliver again" in ClientOf(alice).get(address(webhook)).content.decode()
    ClientOf(alice).post(redelivery(delivery))
    again = Delivery.objects.get()
    assert (again.state, again.tries, again.message_id) == (DeliveryState.WAITING, 0, delivery.message_id)


def test_alice_deletes_one_with_its_log(webhook: Webhook, alice: User) -> None:
    send_test(webhook, by=alice)
    ClientOf(alice).post(address(webhook, "webhook_deletion"))
    assert not Webhook.objects.exists()
    assert not Delivery.objects.exists()


def test_bob_sees_and_changes_nothing(webhook: Webhook, alice: User, bob: User, project: Project) -> None:
    delivery = send_test(webhook, by=alice)
    page = ClientOf(bob).get(address(webhook)).content.decode()
    assert "Admins of the team can change this." in page
    assert "Make a new secret" not in page
    assert ClientOf(bob).get(reverse("webhooks:webhook_delivery", args=[delivery.pk])).status_code == 200
    assert [ClientOf(bob).post(address(webhook, route), fields()).status_code for route in ACTIONS] == [403] * 4
    assert ClientOf(bob).post(redelivery(delivery)).status_code == 403
    assert create(bob, project).status_code == 403
    assert Webhook.objects.get() == webhook


def test_charlie_does_not_learn_that_it_exists(webhook: Webhook, alice: User, charlie: User, project: Project) -> None:
    delivery = send_test(webhook, by=alice)
    assert [ClientOf(charlie).post(address(webhook, route), fields()).status_code for route in ACTIONS] == [404] * 4
    assert ClientOf(charlie).get(address(webhook)).status_code == 404
    assert ClientOf(charlie).get(reverse("webhooks:webhook_delivery", args=[delivery.pk])).status_code == 404
    assert ClientOf(charlie).post(redelivery(delivery)).status_code == 404
    assert ClientOf(charlie).get(reverse("webhooks:webhook_list", args=[project.pk])).status_code == 404
    assert create(charlie, project).status_code == 404


def test_a_form_from_another_site_changes_nothing(webhook: Webhook, alice: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert [browser.post(address(webhook, route), fields()).status_code for route in ACTIONS] == [403] * 4
    assert Webhook.objects.filter(url=webhook.url).exists()


@pytest.mark.parametrize("route", ACTIONS[1:])
def test_what_changes_something_is_not_read(webhook: Webhook, alice: User, route: str) -> None:
    assert ClientOf(alice).get(address(webhook, route)).status_code == 405
