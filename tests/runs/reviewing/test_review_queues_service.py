"""Making queues: who gets what, how many there may be, and what stays in step with them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from evalhub.accounts.models import AuditEntry, Project, User
from evalhub.core.errors import Conflict, Invalid, NotAllowed
from evalhub.notices.models import Notice
from evalhub.webhooks.choices import EventType
from evalhub.webhooks.models import Delivery, Webhook
from runs.choices import Assignment, QueueRule, TaskState
from runs.execution.deletion import delete_run_rows
from runs.models import Review, ReviewQueue, ReviewTask, Run
from runs.review_progress import progress_by_person
from runs.review_rules import RuleWish, matching_places
from runs.services import review_queues as services
from runs.services.runs import delete_run
from tests.runs.reviewing.scenes import make_queue, make_reviewed_run


def counts(queue: ReviewQueue) -> dict[str, int]:
    return {person.name: person.waiting for person in progress_by_person(queue)}


def test_items_go_round_in_turn_and_their_reviews_say_to_whom(run: Run, alice: User, rita: User, sam: User) -> None:
    queue = make_queue(run, by=alice, rule=QueueRule.ALL, assignment=Assignment.ROUND_ROBIN, people=[rita, sam])
    assert counts(queue) == {"Rita Reader": 3, "Sam Seer": 3}
    assert Review.objects.filter(run=run, assignee=rita).count() == 3
    steps = Review.objects.get(run_item__ordinal=0).changes.values_list("field", "before", "after", "author")
    assert list(steps) == [("assignee", "", "rita@example.org", alice.pk)]


def test_by_load_those_with_open_items_elsewhere_get_fewer(run: Run, alice: User, rita: User, sam: User) -> None:
    make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita])
    queue = make_queue(run, by=alice, rule=QueueRule.ALL, assignment=Assignment.BY_LOAD, people=[rita, sam])
    assert counts(queue) == {"Rita Reader": 2, "Sam Seer": 4}  # five and four open items together


def test_with_several_reviewers_nobody_is_the_reviews_one_assignee(
    run: Run, alice: User, rita: User, sam: User
) -> None:
    queue = make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita, sam])
    assert (queue.reviewers_per_item, queue.tasks.count()) == (2, 6)
    assert not Review.objects.exists()


def test_a_webhook_is_told_of_each_item_that_somebody_was_given(
    project: Project, run: Run, alice: User, rita: User
) -> None:
    hook = Webhook(project=project, url="https://hooks.example.org/", events=[EventType.REVIEW_ASSIGNED])
    hook.set_secret("whsec_c2VjcmV0")
    hook.save()
    make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita])
    assert Delivery.objects.filter(event=EventType.REVIEW_ASSIGNED, body__contains="Rita Reader").count() == 3


def test_each_person_is_told_once_how_many_items_wait(run: Run, alice: User, rita: User, sam: User) -> None:
    queue = make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita, sam, alice])
    told = Notice.objects.order_by("person__name").values_list("person__name", "text", "address")
    text, address = '3 items to review in "Morning"', reverse("runs:review_queue", args=[queue.pk])
    assert list(told) == [("Rita Reader", text, address), ("Sam Seer", text, address)]


def test_what_is_done_with_a_queue_is_written_down(run: Run, alice: User, rita: User, sam: User) -> None:
    queue = make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita])
    services.edit_queue(queue, change=services.QueueChange(name="Evening"), by=alice)
    services.reassign_tasks(queue, from_person=rita, to_person=sam, by=alice)
    services.close_queue(queue, by=alice)
    services.reopen_queue(queue, by=alice)
    services.delete_queue(queue, by=alice)
    entries = AuditEntry.objects.filter(subject_kind="review_queue").order_by("pk")
    assert [entry.action for entry in entries] == ["created", "changed", "assigned", "archived", "restored", "deleted"]
    assert entries[1].changes == {"name": ["Morning", "Evening"]}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"name": "  "}, "name"),
        ({"assignment": Assignment.ROUND_ROBIN}, "people"),
        ({"reviewers_per_item": 0}, "reviewers_per_item"),
        ({"reviewers_per_item": 10}, "reviewers_per_item"),
    ],
)
def test_what_cannot_be_is_refused(run: Run, alice: User, settings: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_queue(run, by=alice, **settings)
    assert refused.value.field == field
    assert not ReviewQueue.objects.exists()


def test_nobody_gets_an_item_twice(run: Run, alice: User, rita: User, sam: User) -> None:
    with pytest.raises(Invalid, match="1 to 2 can"):
        make_queue(run, by=alice, assignment=Assignment.ROUND_ROBIN, people=[rita, sam], reviewers_per_item=3)


def test_people_who_may_not_review_get_nothing(run: Run, alice: User, viewer: User, charlie: User) -> None:
    for person in (viewer, charlie):
        with pytest.raises(Invalid, match="may not review"):
            make_queue(run, by=alice, assignment=Assignment.FIXED, people=[person])


def test_a_queue_has_a_cap_that_counts_items_times_people(
    run: Run, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MOST_TASKS", 11)
    with pytest.raises(Invalid, match="12 tasks were asked for, and a queue holds 11"):
        make_queue(run, by=alice, rule=QueueRule.ALL, reviewers_per_item=2)
    monkeypatch.setattr(services, "MOST_TASKS", 5)
    with pytest.raises(Invalid, match="6 tasks"):
        make_queue(run, by=alice, rule=QueueRule.ALL)


def test_a_rule_that_finds_nothing_makes_no_queue(project: Project, alice: User) -> None:
    fine = make_reviewed_run(project, values=(0.9, 1.0), dataset="Fine")
    with pytest.raises(Invalid, match="No item matches"):
        make_queue(fine, by=alice)


def test_items_that_are_added_go_on_in_turn_and_none_is_there_twice(
    run: Run, alice: User, rita: User, sam: User
) -> None:
    queue = make_queue(run, by=alice, assignment=Assignment.ROUND_ROBIN, people=[rita, sam])
    places = matching_places(run, RuleWish(QueueRule.ALL))
    assert services.add_items(queue, run, places=places, by=alice) == 3
    assert counts(queue) == {"Rita Reader": 3, "Sam Seer": 3}
    assert services.add_items(queue, run, places=places, by=alice) == 0
    assert list(queue.tasks.values_list("position", flat=True)) == list(range(6))


def test_a_closed_queue_takes_no_items_until_it_is_open_again(run: Run, alice: User) -> None:
    queue = make_queue(run, by=alice)
    services.close_queue(queue, by=alice)
    places = matching_places(run, RuleWish(QueueRule.ALL))
    with pytest.raises(Conflict, match="is closed"):
        services.add_items(queue, run, places=places, by=alice)
    services.reopen_queue(queue, by=alice)
    assert services.add_items(queue, run, places=places, by=alice) == 3


def test_open_items_are_handed_over_and_done_ones_stay(run: Run, alice: User, rita: User, sam: User) -> None:
    queue = make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita])
    first = queue.tasks.first()
    assert first
    ReviewTask.objects.filter(pk=first.pk).update(state=TaskState.DONE, choice="fixed", done_at=timezone.now())
    assert services.reassign_tasks(queue, from_person=rita, to_person=sam, by=alice) == 2
    assert counts(queue) == {"Rita Reader": 0, "Sam Seer": 2}
    assert Review.objects.filter(assignee=sam).count() == 2


def test_who_has_an_item_already_does_not_get_it_again(run: Run, alice: User, rita: User, sam: User) -> None:
    queue = make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita, sam])
    assert services.reassign_tasks(queue, from_person=rita, to_person=sam, by=alice) == 0


def test_a_due_day_that_is_over_is_late(run: Run, alice: User) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    assert make_queue(run, by=alice, due_on=yesterday).is_overdue
    assert not make_queue(run, by=alice, due_on=timezone.localdate()).is_overdue


def test_only_editors_make_and_change_queues(run: Run, alice: User, rita: User) -> None:
    with pytest.raises(NotAllowed, match="hand out their items"):
        make_queue(run, by=rita)
    queue = make_queue(run, by=alice)
    with pytest.raises(NotAllowed):
        services.close_queue(queue, by=rita)
    with pytest.raises(NotAllowed):
        services.delete_queue(queue, by=rita)


def test_deleting_a_queue_leaves_reviews(run: Run, alice: User, rita: User) -> None:
    queue = make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita])
    services.delete_queue(queue, by=alice)
    assert not ReviewTask.objects.exists()
    assert Review.objects.count() == 3


def test_a_deleted_run_takes_its_items_out_of_queues(run: Run, alice: User) -> None:
    queue = make_queue(run, by=alice)
    delete_run(run, by=alice)
    assert delete_run_rows(run.pk)
    queue.refresh_from_db()
    assert (queue.run, queue.tasks.count()) == (None, 0)
