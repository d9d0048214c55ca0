"""Parts of a review change by themselves: nobody overwrites what they have not seen, and every step is kept."""

from __future__ import annotations

from typing import Any

import pytest

from evalhub.accounts.models import Membership, User
from evalhub.core.errors import Conflict, Invalid, NotAllowed
from evalhub.notices.models import Notice
from runs.choices import ReviewState
from runs.models import Label, Review, ReviewChange, RunItem
from runs.services import reviews
from runs.services.labels import create_label, delete_label, merge_label, rename_label
from runs.services.review_changes import ReviewChanged
from runs.services.review_undo import undo
from runs.services.review_values import GivenValue, give_values


def _decide(run_item: RunItem, state: str, by: User, seen: int = 0) -> Review:
    return reviews.set_state(run_item, state=ReviewState(state), seen_version=seen, by=by)


def _last(by: User) -> ReviewChange:
    return ReviewChange.objects.filter(author=by).order_by("-id")[0]


def test_the_second_to_decide_is_told_who_was_first_and_what_they_did(
    run_item: RunItem, alice: User, bob: User
) -> None:
    _decide(run_item, "fixed", alice)
    with pytest.raises(ReviewChanged, match='Alice Archer changed the state meanwhile: it is now "Fixed"') as refused:
        _decide(run_item, "wont_fix", bob)
    assert [(step.before, step.after, step.author) for step in refused.value.theirs] == [("", "fixed", alice)]
    assert Review.objects.get().state == ReviewState.FIXED


def test_another_part_changes_although_somebody_was_first_elsewhere(run_item: RunItem, alice: User, bob: User) -> None:
    _decide(run_item, "fixed", alice)
    review = reviews.correct_output(run_item, text="better", seen_version=0, by=bob)
    assert (review.state, review.corrected_output, review.version) == ("fixed", "better", 2)
    assert [step.field for step in review.changes.all()] == ["corrected_output", "state"]


def test_two_people_give_values_of_one_metric_beside_each_other(run_item: RunItem, alice: User, bob: User) -> None:
    for person, value in ((alice, 0.3), (bob, 0.8)):
        give_values(run_item, given=[GivenValue("faithful", value)], seen_version=0, by=person)
    assert sorted(run_item.overrides.filter(is_current=True).values_list("author__name", "value")) == [
        ("Alice Archer", 0.3),
        ("Bob Baker", 0.8),
    ]


def test_the_same_person_in_two_windows_does_not_overwrite_themselves(run_item: RunItem, bob: User) -> None:
    give_values(run_item, given=[GivenValue("faithful", 0.3)], seen_version=0, by=bob)
    with pytest.raises(ReviewChanged):
        give_values(run_item, given=[GivenValue("faithful", 0.5)], seen_version=0, by=bob)
    assert run_item.overrides.get().value == 0.3


def test_what_is_so_already_is_no_step(run_item: RunItem, bob: User) -> None:
    _decide(run_item, "fixed", bob)
    _decide(run_item, "fixed", bob, seen=1)
    reviews.assign(run_item, assignee=None, seen_version=1, by=bob)
    assert Review.objects.get().version == 1
    assert ReviewChange.objects.count() == 1


def test_a_step_that_changes_nothing_makes_no_review(run_item: RunItem, bob: User) -> None:
    reviews.correct_output(run_item, text="", seen_version=0, by=bob)
    assert not Review.objects.exists()


def test_who_is_given_an_item_is_told(run_item: RunItem, alice: User, bob: User) -> None:
    reviews.assign(run_item, assignee=bob, seen_version=0, by=alice)
    [notice] = Notice.objects.all()
    assert (notice.person, notice.kind) == (bob, "assignment")
    assert notice.address == f"/runs/{run_item.run_id}/items/0/"


@pytest.mark.parametrize("who", ["viewer", "charlie"])
def test_an_item_is_given_to_nobody_who_may_not_review_it(
    who: str, run_item: RunItem, alice: User, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(Invalid, match="cannot review"):
        reviews.assign(run_item, assignee=request.getfixturevalue(who), seen_version=0, by=alice)


def _state(run_item: RunItem, by: User) -> None:
    _decide(run_item, "fixed", by)


def _assignee(run_item: RunItem, by: User) -> None:
    reviews.assign(run_item, assignee=by, seen_version=0, by=by)


def _label(run_item: RunItem, by: User) -> None:
    label = create_label(project=run_item.run.project, name="tone", by=by)
    reviews.set_label(run_item, label=label, is_on=True, by=by)


def _corrected(run_item: RunItem, by: User) -> None:
    reviews.correct_output(run_item, text="better", seen_version=0, by=by)


def _value(run_item: RunItem, by: User) -> None:
    give_values(run_item, given=[GivenValue("faithful", 0.5)], seen_version=0, by=by)


def _shown(run_item: RunItem) -> tuple[Any, ...]:
    review = Review.objects.get(run_item=run_item)
    values = list(run_item.overrides.filter(is_current=True).values_list("value", flat=True))
    return review.state, review.assignee, list(review.labels.all()), review.corrected_output, values


@pytest.mark.parametrize("step", [_state, _assignee, _label, _corrected, _value])
def test_every_step_is_taken_back_and_the_taking_back_too(step: Any, run_item: RunItem, bob: User) -> None:  # noqa: ANN401
    step(run_item, bob)
    after = _shown(run_item)
    undo(run_item, change=_last(bob), by=bob)
    assert _shown(run_item) == ("open", None, [], "", [])
    undo(run_item, change=_last(bob), by=bob)
    assert _shown(run_item) == after


def test_a_step_on_which_others_have_built_is_not_taken_back(run_item: RunItem, alice: User, bob: User) -> None:
    _decide(run_item, "fixed", bob)
    step = _last(bob)
    _decide(run_item, "wont_fix", alice, seen=1)
    with pytest.raises(ReviewChanged):
        undo(run_item, change=step, by=bob)
    assert Review.objects.get().state == "wont_fix"


def test_nobody_takes_back_a_step_of_another(run_item: RunItem, alice: User, bob: User) -> None:
    _decide(run_item, "fixed", bob)
    with pytest.raises(NotAllowed):
        undo(run_item, change=_last(bob), by=alice)


def test_a_viewer_changes_nothing(run_item: RunItem, viewer: User) -> None:
    with pytest.raises(NotAllowed):
        _decide(run_item, "fixed", viewer)
    assert not Review.objects.exists()


def test_labels_are_renamed_merged_and_deleted_everywhere(run_item: RunItem, alice: User) -> None:
    project = run_item.run.project
    tone, style = (create_label(project=project, name=name, by=alice) for name in ("tone", "style"))
    for label in (tone, style):
        reviews.set_label(run_item, label=label, is_on=True, by=alice)
    assert create_label(project=project, name=" Tone ", by=alice) == tone
    with pytest.raises(Conflict):
        rename_label(tone, name="STYLE", by=alice)
    merge_label(tone, into=style, by=alice)
    rename_label(style, name="voice", by=alice)
    assert [label.name for label in Review.objects.get().labels.all()] == ["voice"]
    delete_label(style, by=alice)
    assert not Label.objects.exists()
    assert Review.objects.get().changes.filter(after="tone").exists()


def test_only_admins_change_labels_of_all_items(run_item: RunItem, alice: User, bob: User) -> None:
    label = create_label(project=run_item.run.project, name="tone", by=bob)
    with pytest.raises(NotAllowed):
        rename_label(label, name="style", by=bob)
    assert Membership.objects.filter(user=alice).exists()


def test_leaving_the_team_takes_no_name_out_of_the_history(run_item: RunItem, alice: User, bob: User) -> None:
    reviews.assign(run_item, assignee=bob, seen_version=0, by=alice)
    Membership.objects.filter(user=bob).delete()
    assert ReviewChange.objects.get().after == "bob@example.org"
