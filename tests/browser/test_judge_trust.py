"""Judge trust in a real browser: from a badge over the counts to the items, a threshold looked at and put in force."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from evalhub.accounts.models import Project, User
from metrics.models import ProjectMetric
from runs.models import Run
from runs.trust.measuring import measure_project
from tests.browser.conftest import PHONE, SignedInPage, accessibility_faults
from tests.runs.trust.scenes import judged_run, say

VALUES = [place / 40 for place in range(40)]


@pytest.fixture
def run(transactional_db: None, project: Project, alice: User) -> Run:
    run = judged_run(project, VALUES, name="Release 1")
    say(run, {place: 0.99 if place == 3 else value for place, value in enumerate(VALUES)}, by=alice)
    measure_project(project.pk)
    return run


def test_from_the_badge_to_a_threshold_in_force(signed_in_page: SignedInPage, alice: User, run: Run) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/")
    page.locator("a.trust").first.click()
    expect(page.get_by_role("heading", name="Politeness", level=1)).to_be_visible()
    page.locator("[data-chart]").scroll_into_view_if_needed()
    expect(page.locator("[data-chart] .scatterlayer .trace")).to_have_count(4, timeout=30_000)
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="judge fail, people pass: 1 item").click()
    expect(page.locator("#judge-items tbody tr")).to_have_count(1)
    page.get_by_label("Look at").fill("0.45")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("button", name="Use 0.45 in runs to come").click()
    expect(page.get_by_text("Runs to come judge Politeness by 0.45")).to_be_visible()
    assert ProjectMetric.objects.get(project=run.project).threshold == 0.45
    page.locator("#judge-items .table__link").first.click()
    expect(page).to_have_url(re.compile(rf"/runs/{run.pk}/items/3/"))


@pytest.mark.parametrize("options", [{"viewport": PHONE}, {"color_scheme": "dark"}])
def test_everybody_can_read_it(signed_in_page: SignedInPage, alice: User, run: Run, options: dict[str, object]) -> None:
    page = signed_in_page(alice, f"/projects/{run.project_id}/judges/", **options)
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="Politeness").click()
    expect(page.locator("#judge-items")).to_be_visible()
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
