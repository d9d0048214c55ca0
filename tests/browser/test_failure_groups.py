"""Failing items in groups, followed over three runs, on their page, over REST and as filters of the item table."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from evalhub.accounts.models import Project, User
from runs.choices import GroupState
from runs.comparison.compare import compare_runs
from runs.insights.between import insights_between
from runs.models import FailureGroup, InsightReport, Run
from tests.browser.conftest import SignedInPage, accessibility_faults
from tests.conftest import _ClientOf
from tests.runs.insights.scored import computed, make_questions, score
from tests.runs.scored_runs import Answer

REFUNDS = "The refund policy is misquoted: customers may return a chair within thirty days"
JSON = "Output breaks off before its closing bracket <script>alert(1)</script> so parsing stops"
ADDRESS = "Delivery address abroad was ignored and the parcel price stays silent"


def _run(version: object, reasons: list[str], **fields: object) -> Run:
    answers = [
        Answer(
            scores={"quality": 0.1 if reason else 0.9},
            explanation=f"Item {place} judged. {reason}" if reason else "Fine.",
            passed=not reason,
        )
        for place, reason in enumerate(reasons)
    ]
    return score(version, answers, **fields)  # type: ignore[arg-type]


def _three_runs(project: Project) -> list[Run]:
    """Refunds grow and go, JSON is there throughout, addresses are new in the second."""
    version = make_questions(project, [{}] * 60)
    fine = [""] * 60
    first = [REFUNDS] * 8 + [JSON] * 10 + fine[:42]
    second = [REFUNDS] * 8 + [JSON] * 10 + [REFUNDS] * 12 + [ADDRESS] * 9 + fine[:21]
    third = fine[:8] + [JSON] * 10 + fine[:12] + [ADDRESS] * 9 + fine[:21]
    runs = [_run(version, reasons, name=name) for name, reasons in zip("abc", (first, second, third), strict=True)]
    for run in runs:
        computed(run)
    return runs


def _states(run: Run) -> dict[str, tuple[str, int, int]]:
    found = {}
    for group in FailureGroup.objects.filter(run=run):
        name = next(word for word in ("refund", "bracket", "parcel") if word in group.example)
        found[name] = (group.state, group.line, group.size)
    return found


@pytest.mark.django_db(transaction=True)
def test_groups_are_followed_and_shown(
    project: Project, alice: User, client_of: type[_ClientOf], signed_in_page: SignedInPage
) -> None:
    first, second, third = _three_runs(project)
    a, b, c = _states(first), _states(second), _states(third)
    assert {name: state for name, (state, _, _) in a.items()} == {
        "refund": GroupState.FIRST,
        "bracket": GroupState.FIRST,
    }
    assert b["refund"] == (GroupState.GROWING, a["refund"][1], 20)
    assert b["bracket"] == (GroupState.STEADY, a["bracket"][1], 10)
    assert b["parcel"][0] == GroupState.NEW
    assert c["refund"] == (GroupState.GONE, a["refund"][1], 0)
    assert c["parcel"] == (GroupState.STEADY, b["parcel"][1], 9)
    _links_hold_the_group(second, client_of(alice))
    _programs_are_told(second, client_of(alice))
    _comparison_says_it(first, third)
    _is_shown(second, alice, signed_in_page)
    _follows_again(first, second)


def _links_hold_the_group(run: Run, client: _ClientOf) -> None:
    for group in FailureGroup.objects.filter(run=run):
        page = client.get(reverse("runs:run_detail", args=[run.pk]), {"set": group.set_name})
        assert page.context["table"].total == group.size
        assert b"<script>alert" not in page.content
    missing = client.get(reverse("runs:run_detail", args=[run.pk]), {"set": "group.99"})
    assert "no longer, in this run" in missing.context["table"].form.problems[0]


def _programs_are_told(run: Run, client: _ClientOf) -> None:
    told = client.get(reverse("api:failure_groups", args=[run.uuid])).json()
    assert [group["size"] for group in told["groups"]] == [20, 10, 9]
    assert told["groups"][0]["sizes"] == [8, 20]
    items = client.get(f"{reverse('api:run_items', args=[run.uuid])}?{told['groups'][0]['query']}").json()
    assert len(items["results"]) == 20


def _comparison_says_it(first: Run, third: Run) -> None:
    runs = [Run.objects.with_names().with_metrics().get(pk=run.pk) for run in (first, third)]
    told = {one.said.title.split(":")[0] for one in insights_between(compare_runs(runs), 1)}
    assert told == {"New", "Gone"}


def _is_shown(run: Run, alice: User, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(alice, f"/runs/{run.pk}/")
    page.get_by_role("link", name="Insights").click()
    assert accessibility_faults(page) == []
    expect(page.get_by_role("heading", name="Growing: 20 items that fail a metric read alike")).to_be_visible()
    page.get_by_role("link", name="Failure groups").click()
    assert accessibility_faults(page) == []
    page.locator(".failure-groups tbody a").first.click()
    expect(page.get_by_text("20 of 60 items")).to_be_visible()


def _follows_again(first: Run, second: Run) -> None:
    """Computed again, a run's groups keep their numbers, and nothing changes for the run after it."""
    before = _states(second)
    InsightReport.objects.filter(pk=first.pk).update(wanted_at=first.created_at)
    computed(first)
    assert not InsightReport.objects.filter(pk=second.pk).exclude(wanted_at=None).exists()
    assert _states(second) == before
