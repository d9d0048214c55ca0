"""What was decided in a queue, and who may know it yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from django.test import Client
from django.urls import reverse

from evalhub.accounts.models import User
from runs.choices import QueueMode, QueueRule
from runs.models import ReviewQueue, ReviewTask, Run
from runs.review_progress import decisions_of
from runs.services.review_tasks import Decision, decide
from tests.runs.reviewing.scenes import make_queue

ClientOf = Callable[[User], Client]


def say(queue: ReviewQueue, by: User, words: Mapping[int, str]) -> None:
    """The person's decisions on their own tasks, by the item's place."""
    for place, word in words.items():
        task = queue.tasks.get(person=by, run_item__ordinal=place)
        decide(task, decision=Decision(word), by=by)


@pytest.fixture
def queue(run: Run, alice: User, bob: User, rita: User) -> ReviewQueue:
    """Three failing items, each for both."""
    return make_queue(run, by=alice, assignment="fixed", people=[bob, rita], reviewers_per_item=2)


def test_answers_are_counted_and_those_that_several_gave_alike(queue: ReviewQueue, bob: User, rita: User) -> None:
    say(queue, bob, {0: "acknowledged", 1: "judge_wrong", 2: "acknowledged"})
    say(queue, rita, {0: "acknowledged", 1: "fixed"})
    found = decisions_of(queue)
    assert found is not None
    counts = {answer.label: answer.count for answer in found.answers}
    assert counts == {"Acknowledged": 3, "Fixed": 1, "Judge is wrong": 1}
    assert (found.total, found.shared, found.alike) == (5, 2, 1)


def test_the_page_shows_them(queue: ReviewQueue, bob: User, client_of: ClientOf) -> None:
    address = reverse("runs:review_queue", args=[queue.pk])
    assert "What was decided" not in client_of(bob).get(address).content.decode()
    say(queue, bob, {0: "acknowledged", 1: "judge_wrong"})
    page = client_of(bob).get(address).content.decode()
    assert "1 of 2" in page
    assert "What was decided" in page


def test_of_a_blind_queue_they_are_known_when_nothing_waits(run: Run, alice: User, bob: User) -> None:
    queue = make_queue(run, by=alice, rule=QueueRule.FAILING, assignment="fixed", people=[bob], mode=QueueMode.BLIND)
    say(queue, bob, {0: "fixed"})
    assert decisions_of(queue) is None
    say(queue, bob, {1: "fixed", 2: "fixed"})
    found = decisions_of(queue)
    assert found is not None
    assert (found.total, found.shared) == (3, 0)
    assert not ReviewTask.objects.filter(queue=queue, choice="").exists()


def test_words_that_can_no_longer_be_chosen_are_still_counted(run: Run, alice: User, bob: User) -> None:
    metric = run.run_metrics.get().revision.metric
    queue = make_queue(run, by=alice, metric=metric, assignment="fixed", people=[bob])
    say(queue, bob, {0: "1", 1: "1", 2: "0.25"})
    run.run_metrics.update(range_max=None)
    found = decisions_of(queue)
    assert found is not None
    assert {answer.label: answer.count for answer in found.answers} == {"0.25": 1, "1": 2}
