"""Remarks name members with @, who are told once; only their author changes them."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import User
from evalhub.core.errors import Invalid, NotAllowed
from evalhub.notices.models import Notice
from runs.mentions import handles_of, mentioned
from runs.models import Comment, RunItem
from runs.services import reviews
from runs.services.comments import add_comment, delete_comment, edit_comment

PEOPLE = {
    1: ("Ann", "ann@example.org"),
    2: ("Ann Lee", "lee@example.org"),
    3: ("Sam", "sam.one@example.org"),
    4: ("Sam", "sam.two@example.org"),
}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("@Ann look", {1}),
        ("@ann lee look", {2}),
        ("@Ann, @lee: both", {1, 2}),
        ("@annabel look", set()),
        ("mail me at x@ann", set()),
        ("@ Ann", set()),
        ("@Sam", set()),
        ("@sam.two and @sam.one@example.org", {3, 4}),
        ("(@Ann)", {1}),
        ("", set()),
    ],
)
def test_who_is_named(body: str, found: set[int]) -> None:
    assert mentioned(body, handles_of(PEOPLE)) == found


def _told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("id").values_list("person__name", "kind"))


def test_members_are_told_once_and_strangers_never(run_item: RunItem, alice: User, bob: User, charlie: User) -> None:
    body = "@Bob Baker and @bob, what does @Charlie Cole say? And @Alice Archer?"
    comment = add_comment(run_item, body=body, by=alice)
    assert _told() == [("Bob Baker", "mention")]
    assert Notice.objects.get().address == f"/runs/{run_item.run_id}/items/0/#comment-{comment.pk}"


def test_editing_tells_only_whom_it_names_anew(run_item: RunItem, alice: User, bob: User, viewer: User) -> None:
    comment = add_comment(run_item, body="@Bob Baker", by=alice)
    edit_comment(comment, body="@Bob Baker and @Vera Viewer", by=alice)
    assert _told() == [("Bob Baker", "mention"), ("Vera Viewer", "mention")]
    assert comment.edited_at is not None


def test_whose_item_it_is_hears_of_comments_once(run_item: RunItem, alice: User, bob: User) -> None:
    reviews.assign(run_item, assignee=bob, seen_version=0, by=bob)
    run_item = RunItem.objects.select_related("run__project__team").get(pk=run_item.pk)
    add_comment(run_item, body="Hm.", by=alice)
    add_comment(run_item, body="@Bob Baker?", by=alice)
    assert _told() == [("Bob Baker", "comment"), ("Bob Baker", "mention")]


def test_nobody_changes_the_words_of_another(run_item: RunItem, alice: User, bob: User) -> None:
    comment = add_comment(run_item, body="Mine.", by=alice)
    with pytest.raises(NotAllowed):
        edit_comment(comment, body="Yours.", by=bob)
    with pytest.raises(NotAllowed):
        delete_comment(comment, by=bob)
    assert Comment.objects.get().body == "Mine."
    delete_comment(comment, by=alice)
    assert not Comment.objects.exists()


@pytest.mark.parametrize("body", ["", "  ", "x" * 20_001])
def test_nothing_said_is_no_comment(body: str, run_item: RunItem, bob: User) -> None:
    with pytest.raises(Invalid):
        add_comment(run_item, body=body, by=bob)
