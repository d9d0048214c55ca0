"""What docs/webhooks.md tells receivers is so."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys

import pytest
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Project, User
from evalhub.launch.paths import REPOSITORY
from evalhub.webhooks.choices import DeliveryState, EventType
from evalhub.webhooks.delivering import deliver
from evalhub.webhooks.models import Delivery, Webhook
from evalhub.webhooks.services import WebhookValues, create_webhook, send_test
from runs.services.baselines import pin_baseline
from tests.webhooks.test_run_events import BAD, GOOD, make_over, told
from tests.worker import wait_until

_TEXT = (REPOSITORY / "docs" / "webhooks.md").read_text()


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", _TEXT, re.DOTALL)
    assert found
    return found[1]


def _names(value: object) -> object:
    """The keys of an object, and of those within it."""
    if isinstance(value, dict):
        return {key: _names(inner) for key, inner in value.items()}
    return [_names(inner) for inner in value[:1]] if isinstance(value, list) and value else None


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_table_has_every_event() -> None:
    assert re.findall(r"^\| `([a-z.]+)` \|", _TEXT, re.MULTILINE) == EventType.values


def test_the_message_shown_has_the_parts_of_a_real_one(webhook: Webhook, project: Project, alice: User) -> None:
    baseline = make_over(project, GOOD)
    pin_baseline(baseline, by=alice)
    make_over(project, BAD, like=baseline)
    (real,) = told(EventType.RUN_REGRESSED)
    shown = json.loads(_block("json"))["data"]
    shown["run"]["tags"] = real["run"]["tags"]
    assert _names(shown) == _names(real)


def test_the_waits_are_those_of_the_settings(settings: Settings) -> None:
    assert settings.EVALHUB_WEBHOOK_WAITS == [5, 300, 1_800, 7_200, 18_000, 28_800, 28_800]
    assert "after 5 s, 5 min, 30 min, 2 h, 5 h, 8 h and 8 h" in _TEXT


@pytest.mark.parametrize(("knows_it", "state"), [(True, DeliveryState.DELIVERED), (False, DeliveryState.WAITING)])
def test_the_receiver_shown_takes_what_is_signed_and_nothing_else(
    project: Project, alice: User, knows_it: bool, state: DeliveryState
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    values = WebhookValues(f"http://127.0.0.1:{port}/", [EventType.RUN_FINISHED])
    issued = create_webhook(project=project, values=values, by=alice)
    secret = issued.secret if knows_it else "whsec_bm90IHRoZSBvbmU="
    program = _block("python").replace("whsec_…", secret).replace('("", 8080)', f'("127.0.0.1", {port})')
    with subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL) as receiver:
        try:
            wait_until(lambda: _is_listening(port), what="the receiver listens")
            delivery = send_test(issued.webhook, by=alice)
            deliver(delivery.pk)
        finally:
            receiver.terminate()
    assert Delivery.objects.get().state == state
