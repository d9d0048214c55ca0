"""Events on their way through a real worker, which may be killed, to a receiver that may fail."""

from __future__ import annotations

from typing import Any

import pytest

from evalhub.accounts.models import Project, User
from evalhub.webhooks.choices import DeliveryState
from evalhub.webhooks.models import Delivery, Webhook
from evalhub.webhooks.services import send_test
from tests.runs.execution.scenes import queue_run
from tests.webhooks.receiver import Receiver, Reply
from tests.worker import Worker, empty_broker, wait_until

ENVIRONMENT: dict[str, Any] = {
    "EVALHUB_ALLOWED_ENDPOINT_HOSTS": "127.0.0.1",
    "EVALHUB_WEBHOOK_WAITS": "0.1,0.1,0.1",
    "EVALHUB_WEBHOOK_SECONDS": "1",
}


def state_of(delivery: Delivery) -> str:
    return Delivery.objects.values_list("state", flat=True).get(pk=delivery.pk)


@pytest.mark.usefixtures("webhook")
def test_a_run_that_a_worker_finishes_is_told(
    worker: Worker, project: Project, alice: User, receiver: Receiver
) -> None:
    worker.start(**ENVIRONMENT)
    run = queue_run(project, alice, count=20)
    wait_until(lambda: bool(receiver.of_type("run.finished")), what="the receiver was told")
    (event,) = receiver.of_type("run.finished")
    assert (event["run"]["id"], event["run"]["state"]) == (str(run.uuid), "finished")
    assert [metric["scored"] for metric in event["metrics"]] == [20] * 4


def test_a_receiver_that_fails_twice_is_told_in_the_end_and_the_log_keeps_its_secret(
    worker: Worker, webhook: Webhook, alice: User, receiver: Receiver
) -> None:
    receiver.replies = [Reply(500), Reply(hangs=True)]
    worker.start(**ENVIRONMENT)
    delivery = send_test(webhook, by=alice)
    wait_until(lambda: state_of(delivery) == DeliveryState.DELIVERED, what="it is delivered")
    assert receiver.ids == [delivery.message_id] * 3
    assert len(receiver.messages) == 3
    wait_until(lambda: f"delivery {delivery.pk}, try 3: 204" in worker.log_text, what="the worker logged it")
    assert receiver.secret not in worker.log_text
    assert receiver.url not in worker.log_text


def test_an_event_that_nobody_takes_is_given_up(
    worker: Worker, webhook: Webhook, alice: User, receiver: Receiver
) -> None:
    receiver.then = Reply(503)
    worker.start(**ENVIRONMENT)
    delivery = send_test(webhook, by=alice)
    wait_until(lambda: state_of(delivery) == DeliveryState.GIVEN_UP, what="it is given up")
    assert len(receiver.received) == 4


def test_a_worker_killed_while_it_sends_loses_nothing(
    worker: Worker, webhook: Webhook, alice: User, receiver: Receiver
) -> None:
    receiver.replies = [Reply(hangs=True)]
    worker.start(**{**ENVIRONMENT, "EVALHUB_WEBHOOK_SECONDS": "20"})
    delivery = send_test(webhook, by=alice)
    wait_until(lambda: len(receiver.received) == 1, what="the first try is under way")
    worker.kill()
    empty_broker()
    assert state_of(delivery) == DeliveryState.SENDING
    Delivery.objects.update(lease_until=delivery.created_at)  # its lease, which is longer than a test, has run out
    worker.start(**ENVIRONMENT)
    wait_until(lambda: state_of(delivery) == DeliveryState.DELIVERED, what="it is delivered")
    assert receiver.ids == [delivery.message_id] * 2


def test_a_message_that_the_broker_lost_is_sent_again(
    worker: Worker, webhook: Webhook, alice: User, receiver: Receiver
) -> None:
    delivery = send_test(webhook, by=alice)
    empty_broker()
    worker.start(**ENVIRONMENT)
    wait_until(lambda: state_of(delivery) == DeliveryState.DELIVERED, what="it is delivered")
    assert receiver.ids == [delivery.message_id]
