"""What a person sees of queues: the most urgent first, each item once, decisions in the words they were chosen by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evalhub.accounts.models import Project, User
from runs.choices import Assignment, QueueRule
from runs.models import ReviewQueue, ReviewTask, Run
from runs.review_lists import near_tasks, person_counts, queue_lines
from runs.services.review_queues import close_queue
from runs.services.review_tasks import Decision, decide, take_next
from tests.runs.reviewing.scenes import make_queue

ClientOf = Callable[[User], Client]

pytestmark = pytest.mark.django_db


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def test_the_soonest_due_comes_first_of_what_waits_for_the_person(run: Run, alice: User, rita: User, sam: User) -> None:
    make_queue(run, by=alice, name="late", due_on=in_days(-2))
    make_queue(run, by=alice, name="whenever")
    make_queue(run, by=alice, name="tomorrow", due_on=in_days(1))
    make_queue(run, by=alice, name="hers", assignment=Assignment.FIXED, people=[rita], due_on=in_days(-9))
    lines = queue_lines(ReviewQueue.objects.all(), sam)
    assert [line.queue.name for line in lines] == ["late", "tomorrow", "whenever", "hers"]


def test_who_may_not_review_is_offered_no_queue(
    project: Project, run: Run, alice: User, viewer: User, client_of: ClientOf
) -> None:
    queue = make_queue(run, by=alice)
    client = client_of(viewer)
    assert "Nothing waits for you" in client.get(reverse("runs:my_reviews")).content.decode()
    shown = client.get(reverse("runs:review_list", args=[project.pk])).content.decode()
    assert queue.name in shown
    assert reverse("runs:review_next", args=[queue.pk]) not in shown


@pytest.mark.parametrize("each", [1, 2])
def test_an_item_stands_once_in_the_list_of_a_person(run: Run, alice: User, rita: User, sam: User, each: int) -> None:
    queue = make_queue(run, by=alice, rule=QueueRule.ALL, reviewers_per_item=each)
    for person in (rita, sam):
        task = take_next(queue, by=person)
        assert task is not None
        decide(task, decision=Decision("fixed"), by=person)
    rows = near_tasks(queue, rita, 2)
    counts = person_counts(queue, rita, 2)
    # Where one person is enough, what Sam decided on is not hers any more.
    expected = [0, 2, 3, 4, 5] if each == 1 else [0, 1, 2, 3, 4, 5]
    assert [row.position for row in rows] == expected
    assert (counts.total, counts.done, counts.before) == (len(expected), 1, expected.index(2))


def test_what_another_decided_is_told_by_its_label(run: Run, alice: User, rita: User, client_of: ClientOf) -> None:
    queue = make_queue(run, by=alice)
    task = decided(queue, rita)
    shown = client_of(alice).get(reverse("runs:review_task", args=[task.pk])).content.decode()
    assert "They decided: Judge is wrong." in shown


def test_in_a_closed_queue_one_reads_what_one_decided(run: Run, alice: User, rita: User, client_of: ClientOf) -> None:
    queue = make_queue(run, by=alice)
    task = decided(queue, rita)
    close_queue(queue, by=alice)
    shown = client_of(rita).get(reverse("runs:review_task", args=[task.pk])).content.decode()
    assert '<span class="strong">Judge is wrong</span>' in shown
    assert "Back to the queue" in shown
    assert reverse("runs:review_next", args=[queue.pk]) not in shown


def decided(queue: ReviewQueue, person: User) -> ReviewTask:
    task = take_next(queue, by=person)
    assert task is not None
    return decide(task, decision=Decision("judge_wrong"), by=person)


def test_a_new_day_that_is_over_is_refused_and_an_old_one_may_stay(
    project: Project, run: Run, alice: User, client_of: ClientOf
) -> None:
    client, over = client_of(alice), in_days(-1)
    create = f"{reverse('runs:review_queue_create', args=[project.pk])}?run={run.pk}"
    form = {"name": "Morning", "assignment": "anyone", "reviewers_per_item": "1", "mode": "open", "rule": "failing"}
    said = f"{over.day} {over:%B %Y} is over; choose today or a later day."
    assert said in client.post(create, form | {"due_on": str(over)}).content.decode()
    assert not ReviewQueue.objects.exists()
    queue = make_queue(run, by=alice, due_on=over)
    edit = reverse("runs:review_queue_edit", args=[queue.pk])
    assert client.post(edit, {"name": "Evening", "due_on": str(over)}).status_code == 302
    assert said not in client.get(edit).content.decode()
    earlier = in_days(-3)
    assert "is over" in client.post(edit, {"name": "Night", "due_on": str(earlier)}).content.decode()
    queue.refresh_from_db()
    assert (queue.name, queue.due_on) == ("Evening", over)


def test_what_one_skipped_is_told_at_the_end_and_found_again(
    project: Project, run: Run, alice: User, rita: User, client_of: ClientOf
) -> None:
    queue = make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita])
    client = client_of(rita)
    for task in queue.tasks.order_by("position"):
        last = client.post(reverse("runs:review_skip", args=[task.pk]), follow=True)
    assert "Nothing more waits for you in Morning. You skipped 3" in last.content.decode()
    shown = client.get(reverse("runs:review_list", args=[project.pk])).content.decode()
    assert all(reverse("runs:review_task", args=[task.pk]) in shown for task in queue.tasks.all())
