"""Webhooks go only where an admin allows, whatever a name leads to at the time."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from evalhub.accounts.models import User
from evalhub.webhooks.choices import DeliveryState
from evalhub.webhooks.delivering import deliver
from evalhub.webhooks.models import Delivery, Webhook
from evalhub.webhooks.services import send_test
from tests.webhooks.receiver import Receiver

Leads = Callable[..., None]


@pytest.fixture
def leads_to(monkeypatch: pytest.MonkeyPatch) -> Leads:
    """`leads_to("10.0.0.5")`: what every name leads to from now on."""

    def lead(*addresses: str) -> None:
        async def getaddrinfo(_loop: object, _host: str, port: int, **_: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)

    return lead


def delivered_to(webhook: Webhook, url: str, *, by: User) -> Delivery:
    Webhook.objects.filter(pk=webhook.pk).update(url=url)
    delivery = send_test(webhook, by=by)
    deliver(delivery.pk)
    delivery.refresh_from_db()
    return delivery


@pytest.mark.parametrize("address", ["127.0.0.2", "10.0.0.5", "169.254.169.254"])
def test_an_allowed_name_that_leads_to_a_private_address_is_not_called(
    webhook: Webhook, alice: User, leads_to: Leads, address: str
) -> None:
    leads_to(address)
    delivery = delivered_to(webhook, "http://hooks.example.org/hook", by=alice)
    assert (delivery.state, delivery.status_code) == (DeliveryState.WAITING, None)
    assert f"leads to the private address {address}" in delivery.error


def test_where_one_address_of_a_name_is_dead_the_next_one_is_called(
    webhook: Webhook, alice: User, receiver: Receiver, leads_to: Leads
) -> None:
    leads_to("127.0.0.99", "127.0.0.1")
    port = receiver.url.rpartition(":")[2]
    delivery = delivered_to(webhook, f"http://127.0.0.1:{port}", by=alice)
    assert (delivery.state, delivery.tries) == (DeliveryState.DELIVERED, 1)
    assert len(receiver.messages) == 1
