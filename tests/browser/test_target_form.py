"""The form of a target in a browser: only what the kind uses is in sight, and a question is answered in place."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django import Settings

from evalhub.accounts.models import Project, User
from tests.browser.conftest import PHONE, SignedInPage, accessibility_faults
from tests.factories import make_connection
from tests.stub_endpoint import Behaviour, StubEndpoint

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_target_is_tried_out_and_saved(
    signed_in_page: SignedInPage, alice: User, project: Project, stub: StubEndpoint, settings: Settings
) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1"]
    make_connection(team=project.team, base_url=stub.base_url, default_model="stub-1")
    stub.behaviour = Behaviour(reply=lambda _: "It left on Tuesday.")
    page = signed_in_page(alice, reverse("runs:target_create", args=[project.pk]))
    page.get_by_label("Connection").select_option(label="Gateway")
    page.get_by_label("What the user says").fill("{{ imput }}")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("did you mean {{ input }}?")).to_be_visible()
    page.get_by_label("What the user says").fill("Q: {{ input }}")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("region", name="Answer", exact=True)).to_have_text("It left on Tuesday.")
    assert accessibility_faults(page) == []
    page.get_by_label("Name", exact=True).fill("support-bot")
    page.get_by_role("button", name="Create the target").click()
    expect(page.get_by_role("heading", name="support-bot")).to_be_visible()
    assert accessibility_faults(page) == []


def test_only_what_the_kind_uses_is_in_sight_also_on_a_phone(
    signed_in_page: SignedInPage, alice: User, project: Project
) -> None:
    page = signed_in_page(alice, reverse("runs:target_create", args=[project.pk]), viewport=PHONE)
    system, path, tryout = (
        page.get_by_label("System message"),
        page.get_by_label("Path"),
        page.get_by_text("Try it out"),
    )
    expect(system).to_be_visible()
    expect(path).to_be_hidden()
    page.get_by_label("An HTTP endpoint").check()
    expect(path).to_be_visible()
    expect(system).to_be_hidden()
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("Nobody").check()
    expect(path).to_be_hidden()
    expect(tryout).to_be_hidden()
