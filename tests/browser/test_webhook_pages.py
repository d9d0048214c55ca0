"""Webhooks in a real browser: by keyboard, on a phone, and with nothing that assistive tools stumble over."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Project, User
from evalhub.webhooks.choices import DeliveryState, EventType
from evalhub.webhooks.models import Delivery, Webhook
from evalhub.webhooks.services import WebhookValues, create_webhook
from tests.browser.conftest import PHONE, SignedInPage, accessibility_faults

URL = "https://hooks.example.org/evalhub"


@pytest.fixture(autouse=True)
def _allowed(settings: Settings) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["hooks.example.org"]


@pytest.fixture
def webhook(project: Project, alice: User) -> Webhook:
    values = WebhookValues(URL, [EventType.RUN_FINISHED])
    webhook = create_webhook(project=project, values=values, by=alice).webhook
    Delivery.objects.create(
        webhook=webhook, event=EventType.RUN_FINISHED, subject="release 4", body="{}", status_code=204, tries=1,
        state=DeliveryState.DELIVERED, next_try_at=None, answer="taken",
    )  # fmt: skip
    return webhook


def test_a_webhook_is_made_with_the_keyboard_alone(signed_in_page: SignedInPage, alice: User, project: Project) -> None:
    page = signed_in_page(alice, reverse("webhooks:webhook_create", args=[project.pk]))
    page.get_by_label("Address").focus()
    page.keyboard.type(URL)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Copy it now; it cannot be shown again.")).to_be_visible()
    webhook = Webhook.objects.get()
    assert (webhook.url, webhook.events) == (URL, ["run.finished"])
    expect(page.locator("code")).to_have_text(webhook.reveal_secret())
    assert accessibility_faults(page) == []


def test_a_test_is_sent_by_its_key_and_the_log_follows_it(
    signed_in_page: SignedInPage, alice: User, webhook: Webhook
) -> None:
    page = signed_in_page(alice, reverse("webhooks:webhook_detail", args=[webhook.pk]))
    page.keyboard.press("t")
    row = page.get_by_role("row", name="webhook.test")
    expect(row).to_contain_text("Waiting")
    Delivery.objects.filter(event=EventType.TEST).update(state=DeliveryState.DELIVERED, tries=1, status_code=204)
    expect(row).to_contain_text("Delivered")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("route", ["webhook_list", "webhook_detail", "webhook_delivery"])
def test_nothing_is_in_the_way_of_assistive_tools(
    signed_in_page: SignedInPage, alice: User, webhook: Webhook, route: str, scheme: str
) -> None:
    numbers = {"webhook_list": webhook.project_id, "webhook_detail": webhook.pk}
    number = numbers.get(route) or webhook.deliveries.get().pk
    page = signed_in_page(alice, reverse(f"webhooks:{route}", args=[number]), viewport=PHONE, color_scheme=scheme)
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
