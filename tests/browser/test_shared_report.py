"""A report in a real browser: from the comparison to a link, read without a session, closed, and gone; and on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from evalhub.accounts.models import Project, User
from evalhub.accounts.services import set_report_sharing
from runs.models import Run
from tests.browser.conftest import SignedInPage, accessibility_faults
from tests.runs.comparison.compared_runs import make_compared_run, make_questions

KEYS = [f"q{place}" for place in range(20)]
BEFORE = [0.3 + place / 50 for place in range(20)]
AFTER = [value - 0.2 if place % 10 == 0 else value + 0.1 for place, value in enumerate(BEFORE)]


@pytest.fixture
def runs(transactional_db: None, project: Project, alice: User) -> list[Run]:
    set_report_sharing(project.team, is_allowed=True, by=alice)
    version = make_questions(project, KEYS, topics=("returns", "prices"))
    metrics = {"relevance": {"name": "Relevance", "threshold": 0.5, "is_star": True}}
    return [
        make_compared_run(version, {"relevance": column}, metrics=metrics, name=f"Release {number}")
        for number, column in enumerate((BEFORE, AFTER), start=1)
    ]


def test_a_report_is_shared_read_by_a_stranger_and_closed(
    signed_in_page: SignedInPage, browser: Browser, alice: User, runs: list[Run]
) -> None:
    page = signed_in_page(alice, f"/projects/{runs[0].project_id}/compare/?runs={runs[0].pk},{runs[1].pk}&slice=topic")
    page.get_by_role("link", name="Report").click()
    expect(page.locator(".report .outcome").first).to_contain_text("better by 0.07")
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="Share").click()
    page.get_by_label("Name").fill("For the customer")
    page.get_by_role("button", name="Make the link").click()
    address = page.locator("#shared-address").inner_text()
    stranger = browser.new_context(viewport=ViewportSize(width=390, height=844)).new_page()
    stranger.goto(address)
    expect(stranger.locator(".report .outcome").first).to_contain_text("better by 0.07")
    expect(stranger.get_by_text("question q0")).to_have_count(0)
    assert accessibility_faults(stranger) == []
    assert stranger.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert stranger.context.cookies() == []
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text(re.compile("no longer opens"))).to_be_visible()
    answer = stranger.goto(address)
    assert answer is not None
    assert answer.status == 404


def test_paper_has_the_report_and_no_controls(signed_in_page: SignedInPage, alice: User, runs: list[Run]) -> None:
    page = signed_in_page(
        alice, f"/projects/{runs[0].project_id}/compare/report/?runs={runs[0].pk},{runs[1].pk}", color_scheme="dark"
    )
    page.emulate_media(media="print")
    expect(page.locator(".sidebar")).to_be_hidden()
    expect(page.locator(".topbar")).to_be_hidden()
    expect(page.locator("#report-summary")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert page.locator("button:visible, select:visible, input:visible").count() == 0
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
