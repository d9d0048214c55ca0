"""One try after another: signatures, what counts as taken, pauses, and when an event is given up."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from evalhub.accounts.models import User
from evalhub.webhooks import delivering
from evalhub.webhooks.choices import DeliveryState, EventType
from evalhub.webhooks.delivering import deliver, sweep
from evalhub.webhooks.models import Delivery, Webhook
from evalhub.webhooks.outbox import record_event
from evalhub.webhooks.sending import Outcome
from evalhub.webhooks.services import renew_secret, send_test
from tests.webhooks.receiver import Receiver, Reply


@pytest.fixture
def delivery(webhook: Webhook, alice: User) -> Delivery:
    return send_test(webhook, by=alice)


def tried(delivery: Delivery, *, times: int = 1) -> Delivery:
    """The delivery after so many tries, each as if its time had come."""
    for _ in range(times):
        Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.WAITING).update(next_try_at=timezone.now())
        deliver(delivery.pk)
    delivery.refresh_from_db()
    return delivery


def test_what_arrives_is_signed_and_says_what_happened(delivery: Delivery, receiver: Receiver) -> None:
    assert tried(delivery).state == DeliveryState.DELIVERED
    (received,) = receiver.received
    assert received.message["type"] == "webhook.test"
    assert received.message["data"]["project"]["key"] == "support-bot"
    assert received.headers["webhook-id"] == delivery.message_id
    assert received.headers["content-type"] == "application/json"
    assert (delivery.status_code, delivery.tries, delivery.next_try_at, delivery.error) == (204, 1, None, "")


def test_a_receiver_with_another_secret_does_not_believe_it(
    delivery: Delivery, receiver: Receiver, alice: User
) -> None:
    renew_secret(delivery.webhook, by=alice)
    tried(delivery)
    assert [one.message for one in receiver.received] == [None]


def test_a_delivered_event_is_not_sent_again(delivery: Delivery, receiver: Receiver) -> None:
    tried(delivery, times=2)
    assert len(receiver.received) == 1


def test_every_try_has_the_same_id_and_the_time_of_its_own(delivery: Delivery, receiver: Receiver) -> None:
    receiver.replies = [Reply(500), Reply(503)]
    assert tried(delivery, times=3).state == DeliveryState.DELIVERED
    assert receiver.ids == [delivery.message_id] * 3
    assert len(receiver.messages) == 3


def test_pauses_grow_and_the_event_is_given_up_after_about_a_day(
    delivery: Delivery, receiver: Receiver, settings: Settings
) -> None:
    receiver.then = Reply(500, b"out of order")
    waits = settings.EVALHUB_WEBHOOK_WAITS
    assert waits == sorted(waits)
    assert timedelta(hours=20) < timedelta(seconds=sum(waits)) < timedelta(hours=28)
    for wait in waits:
        tried(delivery)
        assert delivery.state == DeliveryState.WAITING
        assert delivery.next_try_at
        # Spread by up to a tenth, so that the backlog of a receiver does not come back all at once.
        assert wait - 3 <= (delivery.next_try_at - timezone.now()).total_seconds() <= wait * 1.1
    assert tried(delivery).state == DeliveryState.GIVEN_UP
    assert (delivery.tries, delivery.next_try_at) == (8, None)
    assert (delivery.status_code, delivery.answer) == (500, "out of order")
    assert delivery.error == "The receiver answered 500."


def test_a_try_before_its_time_does_nothing(delivery: Delivery, receiver: Receiver) -> None:
    receiver.then = Reply(500)
    tried(delivery)
    deliver(delivery.pk)
    assert len(receiver.received) == 1


def test_a_busy_receiver_says_how_long_to_wait(delivery: Delivery, receiver: Receiver) -> None:
    receiver.then = Reply(429, headers={"Retry-After": "600"})
    tried(delivery)
    assert delivery.next_try_at
    assert delivery.next_try_at > timezone.now() + timedelta(seconds=590)


def test_one_that_is_gone_is_switched_off_with_all_that_waits(
    webhook: Webhook, alice: User, receiver: Receiver
) -> None:
    first, second = send_test(webhook, by=alice), send_test(webhook, by=alice)
    receiver.then = Reply(410)
    assert tried(first).state == DeliveryState.GIVEN_UP
    second.refresh_from_db()
    webhook.refresh_from_db()
    assert (second.state, second.tries) == (DeliveryState.GIVEN_UP, 0)
    assert not webhook.is_active
    assert "410 Gone" in webhook.note
    assert record_event(EventType.RUN_FINISHED, project_id=webhook.project_id, subject="", content={}) == []


def test_one_that_is_off_is_tried_once_for_the_person_who_asks(delivery: Delivery, receiver: Receiver) -> None:
    Webhook.objects.update(is_active=False)
    receiver.then = Reply(500)
    assert tried(delivery).state == DeliveryState.GIVEN_UP
    assert (delivery.tries, delivery.error) == (1, "The receiver answered 500.")


def test_redirects_are_not_followed(delivery: Delivery, receiver: Receiver) -> None:
    receiver.replies = [Reply(302, headers={"Location": f"{receiver.url}/elsewhere"})]
    assert tried(delivery).state == DeliveryState.WAITING
    assert [one.path for one in receiver.received] == ["/hook"]
    assert "redirects are not followed" in delivery.error


def test_one_that_hangs_is_left_after_its_time(delivery: Delivery, receiver: Receiver, settings: Settings) -> None:
    settings.EVALHUB_WEBHOOK_SECONDS = 0.2
    receiver.then = Reply(hangs=True)
    assert tried(delivery).state == DeliveryState.WAITING
    assert delivery.error == "The receiver did not answer within 0.2 seconds."
    assert delivery.status_code is None
    assert 200 <= (delivery.milliseconds or 0) < 2000


def test_of_an_answer_its_first_kilobyte_is_kept(delivery: Delivery, receiver: Receiver) -> None:
    receiver.then = Reply(200, b"a\x00\xff" + b"b" * 5_000_000)
    tried(delivery)
    assert delivery.state == DeliveryState.DELIVERED
    assert delivery.answer == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}" + "b" * 1021


def test_a_host_that_was_taken_off_the_list_is_not_called(
    delivery: Delivery, receiver: Receiver, settings: Settings
) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = []
    assert tried(delivery).state == DeliveryState.WAITING
    assert "is not allowed" in delivery.error
    assert receiver.received == []


def test_nobody_there_is_said_and_tried_again(delivery: Delivery, webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(url="http://127.0.0.1:1/hook")
    assert tried(delivery).error == "The receiver cannot be reached at 127.0.0.1:1."
    assert delivery.state == DeliveryState.WAITING


def test_a_secret_that_cannot_be_read_is_said(delivery: Delivery, webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(secret=b"nonsense")
    assert "cannot be decrypted" in tried(delivery).error


def test_the_log_of_a_worker_names_no_secret_and_no_address(
    delivery: Delivery, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.replies = [Reply(500)]
    with caplog.at_level(logging.INFO):
        tried(delivery, times=2)
    assert f"delivery {delivery.pk}, try 1: 500" in caplog.text
    assert receiver.secret not in caplog.text
    assert "/hook" not in caplog.text


def test_the_sweep_rings_for_what_is_due_once_in_a_while(delivery: Delivery, receiver: Receiver) -> None:
    assert sweep() == []  # rung for when it was written
    Delivery.objects.update(rung_at=timezone.now() - timedelta(minutes=2))
    assert sweep() == [delivery.pk]
    assert sweep() == []
    receiver.then = Reply(500)
    tried(delivery)
    assert sweep() == []
    Delivery.objects.update(next_try_at=timezone.now())
    assert sweep() == [delivery.pk]


def test_a_worker_that_vanished_costs_a_try_and_after_the_last_the_event(
    delivery: Delivery, settings: Settings
) -> None:
    gone = {"state": DeliveryState.SENDING, "lease_until": timezone.now(), "rung_at": None}
    Delivery.objects.update(tries=1, **gone)
    assert sweep() == [delivery.pk]
    Delivery.objects.update(tries=len(settings.EVALHUB_WEBHOOK_WAITS) + 1, **gone)
    assert sweep() == []
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.GIVEN_UP
    assert "stopped without a word" in delivery.error


def test_a_worker_that_was_only_slow_does_not_write_over_the_next_one(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def send_slowly(*_: object, **__: object) -> Outcome:
        Delivery.objects.filter(pk=delivery.pk).update(token=7)  # another has taken it up meanwhile
        return Outcome(milliseconds=1, status=500)

    monkeypatch.setattr(delivering, "send", send_slowly)
    assert tried(delivery).state == DeliveryState.SENDING
    assert (delivery.token, delivery.status_code) == (7, None)


def test_the_log_forgets_what_is_over_after_a_month(delivery: Delivery, webhook: Webhook, alice: User) -> None:
    tried(delivery)
    waiting = send_test(webhook, by=alice)
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    sweep()
    assert list(Delivery.objects.all()) == [waiting]
