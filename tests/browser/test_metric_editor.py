"""A judge of one's own from its first prompt to its use in a project, in a browser."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from evalhub.accounts.models import Project, User
from runs.models import Run
from tests.browser.conftest import PHONE, SignedInPage, accessibility_faults
from tests.factories import make_connection
from tests.runs.scored_runs import Answer, make_scored_run
from tests.stub_endpoint import Behaviour, StubEndpoint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(project: Project, stub: StubEndpoint, settings: Settings) -> Run:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1"]
    prices = {"input_price": Decimal(2), "output_price": Decimal(8)}
    make_connection(team=project.team, base_url=stub.base_url, default_model="stub-1", **prices)  # type: ignore[arg-type]  # fields by their names
    stub.behaviour = Behaviour(reply=lambda _: '{"explanation": "It greets.", "score": 0.75}')
    answers = [
        Answer(input=f"Question {number}", output=f"Good day, {number}!", scores={"contains": 1.0}, overall=1.0)
        for number in range(4)
    ]
    return make_scored_run(project=project, answers=answers, metrics={"contains": {"threshold": 0.7}}, name="Nightly")


def test_a_judge_is_made_tried_saved_revised_and_switched_on(
    signed_in_page: SignedInPage, alice: User, project: Project, run: Run
) -> None:
    page = signed_in_page(alice, reverse("runs:metric_list", args=[project.team.slug]))
    assert accessibility_faults(page) == []
    page.get_by_role("link", name="New metric").click()
    page.get_by_role("link", name="A judge of your own").click()
    page.get_by_label("Name", exact=True).fill("Politeness")
    _try(page)
    page.get_by_role("button", name="Create the metric").click()
    expect(page.get_by_role("heading", name="Politeness", exact=True)).to_be_visible()
    assert accessibility_faults(page) == []
    _revise(page)
    _switch_on(page, project)


def _try(page: Page) -> None:
    """A mistake is told, the cost is said before and after, and the verdicts stand beside the items."""
    page.get_by_label("Prompt").fill("Polite?\n{{outptu}}")
    page.get_by_role("button", name="Ask the judge").click()
    expect(page.get_by_text("did you mean {{output}}?")).to_be_visible()
    page.get_by_label("Prompt").fill("Polite?\n{{output}}")
    page.get_by_role("button", name="Show items and cost").click()
    expect(page.get_by_text("Would take")).to_be_visible()
    page.get_by_role("checkbox", name="Item").first.uncheck()
    page.get_by_role("button", name="Ask the judge").click()
    expect(page.get_by_text("It greets.", exact=True)).to_have_count(2)
    expect(page.get_by_text("220 tokens, $0.0006")).to_be_visible()
    assert accessibility_faults(page) == []


def _revise(page: Page) -> None:
    page.get_by_role("link", name="Edit and try out").click()
    page.get_by_label("Prompt").fill("Very polite?\n{{output}}")
    page.get_by_label("What changed and why").fill("Stricter.")
    page.get_by_role("button", name="Add an example").click()
    expect(page.get_by_label("Prompt")).to_have_value("Very polite?\n{{output}}")
    page.get_by_label("Output").first.fill("Whatever.")
    page.get_by_label("Right verdict").fill("0.1")
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_role("link", name="Revision 2").click()
    expect(page.locator("ins", has_text="Very polite")).to_be_visible()
    expect(page.get_by_text("Stricter.")).to_be_visible()
    assert accessibility_faults(page) == []


def _switch_on(page: Page, project: Project) -> None:
    page.goto(page.url.split("/teams/")[0] + reverse("runs:project_metrics", args=[project.pk]))
    page.get_by_label("Contains: threshold").fill("1")
    page.get_by_label("Politeness: weight").fill("2")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("wanted ≥ 0.70 → ≥ 1.00")).to_be_visible()
    assert accessibility_faults(page) == []
    page.get_by_role("button", name="Save the metrics").click()
    expect(page.get_by_label("Politeness: weight")).to_have_value("2.0")


def test_only_what_the_values_use_is_in_sight_also_on_a_phone(
    signed_in_page: SignedInPage, alice: User, project: Project
) -> None:
    address = reverse("runs:metric_create", args=[project.team.slug]) + "?kind=judge"
    page = signed_in_page(alice, address, viewport=PHONE)
    categories, highest = page.get_by_label("Categories", exact=False).first, page.get_by_label("Highest")
    expect(highest).to_be_visible()
    expect(categories).to_be_hidden()
    page.get_by_label("Category", exact=True).last.check()
    expect(highest).to_be_hidden()
    expect(categories).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert accessibility_faults(page) == []
