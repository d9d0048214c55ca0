"""A category, a percentage and a metric turned round in a real browser: bars, filters, drawer."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from evalhub.accounts.models import User
from runs.models import Run
from tests.browser.conftest import SignedInPage, accessibility_faults
from tests.runs.value_types.conftest import judge_stub, judged_run, queued_run  # noqa: F401  # fixtures


def test_labels_are_clicked_chosen_and_read(signed_in_page: SignedInPage, alice: User, judged_run: Run) -> None:  # noqa: F811
    page = signed_in_page(alice, f"/runs/{judged_run.pk}/")
    page.locator(".histogram__slot").filter(has_text=re.compile(r"^\s*anger: 1 item")).click()
    expect(page.locator("#item-count")).to_have_text("1 of 4 items")
    expect(page).to_have_url(re.compile(r"m\.tone=anger$"))
    page.locator(".item-rows__link").click()
    expect(page.locator('#item-drawer [data-metric="tone"] .chip')).to_contain_text("anger")
    expect(page.locator('#item-drawer [data-metric="tone"] summary')).to_contain_text("neutral, joy, love or surprise")
    assert accessibility_faults(page) == []
    page.keyboard.press("Escape")
    page.locator("#item-filter-menu").click()
    page.get_by_label("Category").select_option("tone:joy")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"m\.tone=joy"))
    expect(page.locator("#item-count")).to_have_text("1 of 4 items")
