"""Reviewing in a real browser: a morning by keyboard alone, two people on one item, blind items, A or B."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, Team, User
from runs.choices import QueueRule, ReviewState, TaskState
from runs.models import Comment, Review, ReviewQueue, ReviewTask, Run
from runs.services.review_queues import QueueSettings, create_pair_queue
from tests.browser.conftest import PHONE, accessibility_faults
from tests.runs.reviewing.scenes import make_queue, make_reviewed_run

pytestmark = pytest.mark.django_db(transaction=True)

SignedInPage = Callable[..., Page]


@pytest.fixture
def run(project: Project) -> Run:
    return make_reviewed_run(project)


@pytest.fixture
def rita(team: Team) -> User:
    user = User.objects.create_user("rita@example.org", "reviewer-secret", name="Rita Reader")
    Membership.objects.create(team=team, user=user, role=Role.REVIEWER)
    return user


def workspace(queue: ReviewQueue, position: int = 0) -> str:
    return reverse("runs:review_task", args=[queue.tasks.filter(position=position).order_by("slot")[0].pk])


def states(queue: ReviewQueue) -> list[str]:
    return list(queue.tasks.order_by("position").values_list("state", flat=True))


def test_a_whole_morning_by_keyboard(
    project: Project, run: Run, alice: User, rita: User, signed_in_page: SignedInPage
) -> None:
    queue = make_queue(run, by=alice, rule=QueueRule.ALL, instructions="Is the answer right?")
    page = signed_in_page(rita, reverse("runs:project_overview", args=[project.pk]))
    keys, title = page.keyboard, page.locator("#item-title")
    keys.press("g")
    keys.press("v")
    expect(page).to_have_url(re.compile(r"/review/$"))
    keys.press("Enter")  # starts the first queue
    expect(title).to_contain_text("q0")
    expect(page.locator(".workspace__side")).to_contain_text("Is the answer right?")
    _choose_keep_and_move(page)
    # A note, and on to the next from within it.
    keys.press("4")
    keys.press("c")
    keys.type("The judge misread it.")
    keys.press("Control+Enter")
    expect(title).to_contain_text("q2")
    keys.press("s")
    expect(title).to_contain_text("q3")
    _read_the_keys(page)
    for title_then in ("q4", "q5", "q2"):
        keys.press("2")
        keys.press("Meta+Enter")
        expect(title).to_contain_text(title_then)
    keys.press("3")
    keys.press("Control+Enter")
    expect(page).to_have_url(re.compile(reverse("runs:review_queue", args=[queue.pk]) + "$"))
    expect(page.get_by_text("Nothing more waits for you")).to_be_visible()
    assert states(queue) == [TaskState.DONE] * 6
    found = Review.objects.order_by("run_item__ordinal").values_list("state", flat=True)
    fixed = ReviewState.FIXED
    assert list(found) == [ReviewState.ACKNOWLEDGED, ReviewState.JUDGE_WRONG, ReviewState.WONT_FIX, fixed, fixed, fixed]
    assert Comment.objects.get().body == "The judge misread it."


def _choose_keep_and_move(page: Page) -> None:
    """Decide on the first item, look at what was kept, and go back and forth by J, K and arrows."""
    keys, title, form = page.keyboard, page.locator("#item-title"), page.locator("#review-form")
    keys.press("1")
    keys.press("Enter")
    expect(form.locator(".badge")).to_have_text("decided")
    expect(page.locator(".workspace__row[aria-current]")).to_have_attribute("data-state", "done")
    keys.press("j")
    expect(title).to_contain_text("q1")
    keys.press("ArrowLeft")
    expect(title).to_contain_text("q0")
    expect(form.get_by_role("radio", name="Acknowledged")).to_be_checked()
    keys.press("ArrowRight")
    expect(title).to_contain_text("q1")
    keys.press("k")
    expect(title).to_contain_text("q0")
    keys.press("j")
    expect(title).to_contain_text("q1")


def _read_the_keys(page: Page) -> None:
    page.keyboard.press("?")
    listed = page.get_by_role("dialog").locator("dt").all_inner_texts()
    assert listed.index("Skip the item") < listed.index("Go to Home")
    for said in ("Choose: Fixed", "Keep the choice", "Skip the item", "Next item"):
        expect(page.get_by_role("dialog")).to_contain_text(said)
    page.keyboard.press("Escape")


def test_two_browsers_on_one_item(run: Run, alice: User, bob: User, rita: User, signed_in_page: SignedInPage) -> None:
    queue = make_queue(run, by=alice)
    hers = signed_in_page(rita, workspace(queue))
    expect(hers.locator("#review-form [data-review-keep]")).to_be_visible()
    hers.wait_for_function("() => performance.getEntriesByType('resource').some(one => one.name.endsWith('/lock/'))")
    his = signed_in_page(bob, workspace(queue))
    expect(his.locator("#review-form")).to_contain_text("Rita Reader is working on this item")
    his.keyboard.press("Enter")  # takes the next
    expect(his.locator("#item-title")).to_contain_text("q1")
    # Her lock has run out while she was away, and he decides on her item.
    ReviewTask.objects.filter(position=0).update(lock_holder=None, lock_until=None)
    his.keyboard.press("k")
    expect(his.locator("#item-title")).to_contain_text("q0")
    his.keyboard.press("2")
    his.keyboard.press("Enter")
    expect(his.locator("#review-form .badge")).to_have_text("decided")
    hers.keyboard.press("3")
    hers.keyboard.press("Enter")
    told = hers.get_by_role("alert")
    expect(told).to_contain_text('Bob Baker decided on this item meanwhile: "Fixed". Yours was not kept.')
    expect(hers.locator(".workspace__side").get_by_text("Fixed").first).to_be_visible()
    assert Review.objects.get().state == ReviewState.FIXED
    hers.keyboard.press("Enter")
    expect(hers.locator("#item-title")).to_contain_text("q1")


def test_a_blind_item_shows_scores_once_it_is_decided(
    run: Run, alice: User, rita: User, signed_in_page: SignedInPage
) -> None:
    metric = run.run_metrics.get().revision.metric
    queue = make_queue(run, by=alice, mode="blind", metric=metric)
    page = signed_in_page(rita, workspace(queue))
    expect(page.locator("#item-drawer")).to_contain_text("Answer 0")
    expect(page.locator("#item-drawer")).not_to_contain_text("The judge gives")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator("#item-drawer")).to_contain_text("The judge gives 0.0")
    expect(page.locator("#item-drawer")).to_contain_text("Rita Reader")
    assert ReviewTask.objects.get(state=TaskState.DONE).choice == "0.25"
    page.keyboard.press("Enter")  # nothing is changed, so it takes the next
    expect(page.locator("#item-title")).to_contain_text("q1")


def test_what_is_said_in_the_panel_stays_in_the_workspace(
    run: Run, alice: User, rita: User, signed_in_page: SignedInPage
) -> None:
    queue = make_queue(run, by=alice)
    page = signed_in_page(rita, workspace(queue))
    page.get_by_role("textbox", name="Comment").fill("Seen.")
    page.get_by_role("button", name="Comment").click()
    expect(page.locator("article", has_text="Seen.")).to_be_visible()
    expect(page).to_have_url(re.compile(workspace(queue) + "$"))
    page.locator('[data-panel="output"]').get_by_role("link", name="Plain").click()
    expect(page).to_have_url(re.compile(workspace(queue)))
    expect(page.locator("#review-form [data-review-keep]")).to_be_visible()


def test_two_answers_are_compared_by_keys(
    project: Project, run: Run, alice: User, rita: User, signed_in_page: SignedInPage
) -> None:
    other = make_reviewed_run(project, dataset="Again", name="candidate")
    queue = create_pair_queue(run, other, settings=QueueSettings(name="A or B"), most=3, by=alice)
    page = signed_in_page(rita, workspace(queue))
    for key in ("1", "2", "3"):
        place = page.locator("#item-drawer").get_attribute("data-place")
        page.keyboard.press(key)
        page.keyboard.press("Control+Enter")
        expect(page.locator(f'#item-drawer[data-place="{place}"]')).to_have_count(0)
    expect(page.get_by_text("Nothing more waits for you")).to_be_visible()
    chosen = [(task.choice == task.left, task.choice) for task in queue.tasks.order_by("position")]
    assert [is_left for is_left, _ in chosen] == [True, False, False]
    assert chosen[2][1] == "tie"


def test_without_script_items_are_decided_one_after_the_other(
    run: Run, alice: User, rita: User, signed_in_page: SignedInPage
) -> None:
    queue = make_queue(run, by=alice)
    page = signed_in_page(rita, reverse("runs:review_queue", args=[queue.pk]), java_script_enabled=False)
    page.get_by_role("button", name="Start").click()
    page.get_by_role("radio", name="Fixed").check()
    page.get_by_role("button", name="Keep and next").click()
    expect(page.locator("#item-title")).to_contain_text("q1")
    page.get_by_role("button", name="Skip").click()
    expect(page.locator("#item-title")).to_contain_text("q2")
    assert states(queue) == [TaskState.DONE, TaskState.WAITING, TaskState.WAITING]


def test_on_a_phone_the_next_item_is_read_from_its_beginning(
    run: Run, alice: User, rita: User, signed_in_page: SignedInPage
) -> None:
    page = signed_in_page(rita, workspace(make_queue(run, by=alice)), viewport={**PHONE, "height": 400})
    page.get_by_role("radio", name="Fixed").check()
    assert page.evaluate("scrollY") > 0
    page.get_by_role("button", name="Keep and next").click()
    expect(page.locator("#item-title")).to_contain_text("q1")
    expect(page.locator("#item-title")).to_be_in_viewport()


def test_a_long_item_is_scrolled_without_tabbing_to_it(
    run: Run, alice: User, rita: User, signed_in_page: SignedInPage
) -> None:
    low = {"width": 1440, "height": 320}
    page = signed_in_page(rita, workspace(make_queue(run, by=alice)), viewport=low)
    pane = page.locator(".workspace__body")
    expect(page.locator("#item-title")).to_be_focused()
    page.keyboard.press("Space")
    assert pane.evaluate("pane => pane.scrollTop") > 0
    page.keyboard.press("PageUp")
    assert pane.evaluate("pane => pane.scrollTop") == 0


def test_ticked_rows_of_the_table_become_a_queue(run: Run, alice: User, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(alice, reverse("runs:run_detail", args=[run.pk]))
    page.get_by_role("checkbox", name="Select item 2").check()
    page.get_by_role("checkbox", name="Select item 4").check()
    page.get_by_role("button", name="Send to review").click()
    page.get_by_role("button", name="Make the queue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review of run")
    assert list(ReviewQueue.objects.get().tasks.values_list("run_item__ordinal", flat=True)) == [1, 3]


@pytest.mark.parametrize(("theme", "options"), [("light", {"viewport": PHONE}), ("dark", {})], ids=["phone", "wide"])
def test_the_pages_have_no_accessibility_fault(
    project: Project, run: Run, alice: User, signed_in_page: SignedInPage, theme: str, options: dict[str, object]
) -> None:
    queue = make_queue(run, by=alice, instructions="Look.")
    other = make_reviewed_run(project, dataset="Again", name="candidate")
    pairs = create_pair_queue(run, other, settings=QueueSettings(name="A or B"), by=alice)
    create = reverse("runs:review_queue_create", args=[project.pk]) + f"?run={run.pk}"
    page = signed_in_page(alice, workspace(queue), color_scheme=theme, **options)
    paths = [reverse("runs:review_list", args=[project.pk]), reverse("runs:review_queue", args=[queue.pk])]
    for path in [workspace(queue), workspace(pairs), create, *paths]:
        page.goto(re.sub(r"^(https?://[^/]+).*", r"\1", page.url) + path)
        assert accessibility_faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
