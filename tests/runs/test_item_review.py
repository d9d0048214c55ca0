"""Deciding and commenting on an item from its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, User
from runs.choices import ReviewState, RunState
from runs.models import Comment, Review, ReviewChange, Run
from tests.factories import make_dataset, make_run, make_version
from tests.runs.answers import Answer, answer_run

ClientOf = Callable[[User], Client]


@pytest.fixture
def run(project: Project) -> Run:
    version = make_version(dataset=make_dataset(project=project), rows=[{"key": "a", "input": "x"}])
    run = make_run(version=version, state=RunState.FINISHED)
    answer_run(run, [Answer(output="y")])
    return run


@pytest.fixture
def reviewer(viewer: User) -> User:
    Membership.objects.filter(user=viewer).update(role=Role.REVIEWER)
    return viewer


def address(run: Run, what: str) -> str:
    return reverse(f"runs:item_{what}", args=[run.pk, 0])


def test_a_reviewer_decides_and_every_step_is_kept(run: Run, reviewer: User, client_of: ClientOf) -> None:
    client = client_of(reviewer)
    response = client.post(address(run, "review") + "?failing=1", {"state": "judge_wrong", "version": 0})
    assert response.headers["Location"] == f"{address(run, 'detail')}?failing=1"
    client.post(address(run, "review"), {"state": "fixed", "version": 1})
    review = Review.objects.get()
    assert (review.state, review.version, review.run_id) == (ReviewState.FIXED, 2, run.pk)
    steps = ReviewChange.objects.order_by("id").values_list("before", "after", "author")
    assert list(steps) == [("", "judge_wrong", reviewer.pk), ("judge_wrong", "fixed", reviewer.pk)]


@pytest.mark.parametrize("seen", [0, 2])
def test_two_people_cannot_overwrite_each_other(run: Run, bob: User, client_of: ClientOf, seen: int) -> None:
    Review.objects.create(run=run, run_item=run.run_items.get(), state=ReviewState.ACKNOWLEDGED)
    response = client_of(bob).post(address(run, "review"), {"state": "fixed", "version": seen})
    assert response.status_code == 409
    assert "Acknowledged" in response.content.decode()
    assert Review.objects.get().state == ReviewState.ACKNOWLEDGED
    assert not ReviewChange.objects.exists()


def test_a_decision_on_a_review_that_is_gone_leaves_none_behind(run: Run, bob: User, client_of: ClientOf) -> None:
    assert client_of(bob).post(address(run, "review"), {"state": "fixed", "version": 3}).status_code == 409
    assert not Review.objects.exists()


def test_a_reviewer_comments_and_the_comment_is_shown_as_text(run: Run, reviewer: User, client_of: ClientOf) -> None:
    client = client_of(reviewer)
    client.post(address(run, "comments"), {"body": "I <b>disagree</b>."})
    assert Comment.objects.get().author == reviewer
    assert "I &lt;b&gt;disagree&lt;/b&gt;." in client.get(address(run, "detail")).content.decode()


@pytest.mark.parametrize(
    ("what", "sent"),
    [
        ("review", {"state": "great", "version": 0}),
        ("review", {"state": "fixed"}),
        ("review", {"state": "fixed", "version": "new"}),
        ("comments", {"body": "  "}),
        ("comments", {"body": "x" * 20_001}),
    ],
)
def test_what_cannot_be_used_is_refused(
    run: Run, bob: User, client_of: ClientOf, what: str, sent: dict[str, str]
) -> None:
    assert client_of(bob).post(address(run, what), sent).status_code == 400
    assert not Review.objects.exists()
    assert not Comment.objects.exists()


@pytest.mark.parametrize(("what", "sent"), [("review", {"state": "fixed", "version": 0}), ("comments", {"body": "x"})])
def test_who_may_write(
    run: Run, viewer: User, charlie: User, client_of: ClientOf, what: str, sent: dict[str, str]
) -> None:
    assert client_of(viewer).post(address(run, what), sent).status_code == 403
    assert client_of(charlie).post(address(run, what), sent).status_code == 404
    assert client_of(viewer).get(address(run, what)).status_code == 405
    assert not Review.objects.exists()
    assert not Comment.objects.exists()


def test_a_viewer_is_shown_no_form(run: Run, viewer: User, bob: User, client_of: ClientOf) -> None:
    assert address(run, "review") not in client_of(viewer).get(address(run, "detail")).content.decode()
    assert address(run, "review") in client_of(bob).get(address(run, "detail")).content.decode()
