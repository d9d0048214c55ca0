"""Trends in a real browser: the picture is drawn, filters and measures change it, a release is marked."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from evalhub.accounts.models import Project, User
from runs.models import Run
from tests.browser.conftest import PHONE, SignedInPage, accessibility_faults
from tests.runs.trends.lined_runs import SHARE, make_line_run, make_line_version, values_around

START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def runs(transactional_db: None, project: Project) -> list[Run]:
    version = make_line_version(project, items=20)
    made = [("bot 1.0", 0.7), ("bot 1.0", 0.7), ("rival 1.0", 0.6), ("bot 2.0", 0.4)]
    return [
        make_line_run(
            version,
            {"relevance": values_around(mean, seed=seed, items=20), "tone": values_around(0.6, seed=seed, items=20)},
            metrics={"relevance": SHARE, "tone": {**SHARE, "name": "Tone"}},
            target=target,
            created_at=START + timedelta(days=seed),
        )
        for seed, (target, mean) in enumerate(made)
    ]


def expect_picture(page: Page) -> None:
    expect(page.locator("[data-chart='trend-figure'][data-drawn]")).to_be_visible(timeout=30_000)


def test_the_picture_follows_filters_and_measures_and_shows_a_release(
    signed_in_page: SignedInPage, bob: User, project: Project, runs: list[Run]
) -> None:
    page = signed_in_page(bob, f"/projects/{project.pk}/")
    page.get_by_role("link", name="Trends").click()
    plot = page.locator("[data-chart='trend-figure']")
    drawn = plot.locator(".scatterlayer .trace.scatter path.js-line")  # a line and its band for each target
    expect(drawn).to_have_count(4, timeout=30_000)
    page.get_by_role("link", name=re.compile("^Relevance")).click()
    expect(page).to_have_url(re.compile("measure=m.relevance"))
    expect(page.locator(".outcome[data-tone='bad']")).to_contain_text("worse by 0.3")
    page.locator("select[name=target]").select_option("bot")
    expect(drawn).to_have_count(2, timeout=30_000)
    expect(page).to_have_url(re.compile("target=bot"))
    page.locator("select[name=by]").select_option("version")
    expect(page.locator("tbody").first).to_contain_text("2 runs")

    page.get_by_role("link", name="Mark a release").click()
    page.get_by_label("What was released").fill("Release 2")
    page.get_by_label("When (UTC)").fill("2026-11-03T12:00")
    page.get_by_role("button", name="Mark it").click()
    expect(plot.locator(".annotation")).to_contain_text("Release 2", timeout=30_000)
    point = plot.locator(".scatterlayer .point").last.bounding_box()
    assert point
    page.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    page.mouse.click(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    expect(page).to_have_url(re.compile(r"/runs/\d+/$"))


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}, {"color_scheme": "dark"}])
def test_everybody_can_read_it(
    signed_in_page: SignedInPage, bob: User, project: Project, runs: list[Run], options: dict[str, object]
) -> None:
    page = signed_in_page(bob, f"/projects/{project.pk}/trends/?measure=m.relevance", **options)
    expect_picture(page)
    assert accessibility_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
