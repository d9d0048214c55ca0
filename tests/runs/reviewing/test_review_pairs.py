"""Blind comparison of two runs: the order is drawn for each person, and the result says how sure it is."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid
from runs.choices import PairSide, Preference
from runs.models import Override, Review, ReviewQueue, Run
from runs.review_progress import pairs_result
from runs.services.review_queues import QueueSettings, add_items, chosen_by_hand, create_pair_queue
from runs.services.review_tasks import Decision, decide
from tests.runs.reviewing.scenes import make_reviewed_run


@pytest.fixture
def candidate(project: Project) -> Run:
    """Answers five of the run's six questions."""
    return make_reviewed_run(project, values=(0.5,) * 5, dataset="Again", name="candidate")


def pairs(run: Run, candidate: Run, *, by: User, most: int | None = None, reviewers: int = 1) -> ReviewQueue:
    settings = QueueSettings(name="A or B", reviewers_per_item=reviewers)
    return create_pair_queue(run, candidate, settings=settings, most=most, by=by)


def prefer(queue: ReviewQueue, wanted: list[str], by: User) -> None:
    """Decide on the first questions by run: the side is found by what was drawn for the person."""
    for task, wish in zip(queue.tasks.filter(person=None).order_by("position", "slot"), wanted, strict=False):
        left = task.left_for(by)
        word = wish if wish not in PairSide.values else ("left" if wish == left else "right")
        decide(task, decision=Decision(word), by=by)


def test_only_questions_that_both_answered_are_compared(run: Run, candidate: Run, alice: User) -> None:
    queue = pairs(run, candidate, by=alice)
    both = queue.tasks.values_list("run_item__item__key", "other_run_item__item__key", "other_run_item__run")
    assert list(both) == [(f"q{place}", f"q{place}", candidate.pk) for place in range(5)]
    assert queue.is_blind


def test_some_of_them_are_drawn(run: Run, candidate: Run, alice: User) -> None:
    queue = pairs(run, candidate, by=alice, most=2)
    assert queue.tasks.count() == 2
    assert queue.rule_words == "2 of 5 questions that both runs answered"


def test_the_side_is_the_same_every_time_and_differs_between_people_and_questions(
    run: Run, candidate: Run, alice: User, rita: User, sam: User
) -> None:
    queue = pairs(run, candidate, by=alice)
    tasks = list(queue.tasks.order_by("position"))
    again = ReviewQueue.objects.get(pk=queue.pk).tasks.order_by("position")
    assert [task.left_for(rita) for task in tasks] == [task.left_for(rita) for task in again]
    drawn = []
    for seed in range(40):
        queue.seed = seed
        for task in tasks:
            task.queue = queue
            drawn.append((task.left_for(rita), task.left_for(sam)))
    assert len(set(drawn)) == 4
    assert 70 <= sum(hers == PairSide.BASELINE for hers, _ in drawn) <= 130


def test_a_choice_of_side_is_kept_as_the_run_it_stood_for(run: Run, candidate: Run, alice: User, rita: User) -> None:
    queue = pairs(run, candidate, by=alice)
    for task in queue.tasks.all():
        decide(task, decision=Decision("left"), by=rita)
        assert task.choice == task.left == task.left_for(rita)
    bias = pairs_result(queue).bias
    assert (bias.left, bias.right) == (5, 0)
    assert not Review.objects.exists()
    assert not Override.objects.exists()


def test_the_result_counts_ties_as_half_and_bad_ones_as_ties(run: Run, candidate: Run, alice: User, rita: User) -> None:
    queue = pairs(run, candidate, by=alice)
    prefer(queue, ["candidate", "candidate", "baseline", Preference.TIE, Preference.BOTH_BAD], rita)
    result = pairs_result(queue)
    assert (result.said.wins, result.said.losses, result.said.ties, result.both_bad) == (2, 1, 2, 1)
    assert result.said.win_rate
    assert result.said.win_rate.value == pytest.approx(0.6)
    assert (result.decisions, result.questions) == (5, 5)


def test_two_votes_on_a_question_count_as_one(run: Run, candidate: Run, alice: User, rita: User, sam: User) -> None:
    queue = pairs(run, candidate, by=alice, most=1, reviewers=2)
    prefer(queue, ["candidate"], rita)
    prefer(queue, ["baseline"], sam)
    result = pairs_result(queue)
    assert (result.said.n, result.said.ties, result.decisions) == (1, 1, 2)


def test_runs_that_share_nothing_are_not_compared(project: Project, run: Run, alice: User) -> None:
    other = make_reviewed_run(project, values=(), dataset="Empty", name="empty")
    with pytest.raises(Invalid, match="No item matches"):
        pairs(run, other, by=alice)
    with pytest.raises(Invalid, match="Two different runs"):
        pairs(run, run, by=alice)


def test_single_items_do_not_come_into_a_comparison(run: Run, candidate: Run, alice: User) -> None:
    queue = pairs(run, candidate, by=alice)
    with pytest.raises(Conflict, match="compares two runs"):
        add_items(queue, run, places=chosen_by_hand([0]).places, by=alice)
