"""The pages of review: lists, making a queue, one queue, and what leads do with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evalhub.accounts.models import Project, User
from runs.choices import Assignment, PairSide, QueueRule
from runs.models import ReviewQueue, Run
from runs.services.review_queues import QueueSettings, create_pair_queue
from runs.services.review_tasks import Decision, decide
from tests.runs.reviewing.scenes import make_queue, make_reviewed_run

ClientOf = Callable[[User], Client]
FORM = {"name": "Morning", "assignment": "anyone", "reviewers_per_item": "1", "mode": "open", "rule": "failing"}


def page(client: Client, name: str, *args: object, query: str = "") -> str:
    answer = client.get(reverse(f"runs:{name}", args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def create_address(run: Run, query: str = "") -> str:
    return reverse("runs:review_queue_create", args=[run.project_id]) + f"?run={run.pk}{query}"


def test_a_queue_is_made_by_rule(run: Run, alice: User, rita: User, client_of: ClientOf) -> None:
    sent = FORM | {"assignment": "fixed", "people": [rita.pk], "instructions": "Look closely.", "answer": "quality"}
    answer = client_of(alice).post(create_address(run), sent)
    queue = ReviewQueue.objects.get()
    assert answer.headers["Location"] == reverse("runs:review_queue", args=[queue.pk])
    assert (queue.rule, queue.tasks.filter(person=rita).count(), str(queue.metric)) == (QueueRule.FAILING, 3, "quality")
    shown = page(client_of(rita), "review_queue", queue.pk)
    assert "Look closely." in shown
    assert "Rita Reader" in shown


def test_without_a_run_in_the_address_one_is_chosen_first(run: Run, alice: User, client_of: ClientOf) -> None:
    shown = page(client_of(alice), "review_queue_create", run.project_id)
    assert f'<option value="{run.pk}">run · Questions</option>' in shown


def test_a_queue_is_made_of_ticked_items_and_of_all_that_match(run: Run, alice: User, client_of: ClientOf) -> None:
    client = client_of(alice)
    client.post(create_address(run, "&place=4&place=1&place=4"), FORM)
    assert list(ReviewQueue.objects.get().tasks.values_list("run_item__ordinal", flat=True)) == [4, 1]
    client.post(create_address(run, "&matching=1&m.quality=0.5..&sort=-m.quality"), FORM | {"name": "Matching"})
    queue = ReviewQueue.objects.get(name="Matching")
    assert list(queue.tasks.values_list("run_item__ordinal", flat=True)) == [5, 4, 3]
    assert queue.rule_words == "All 3 items that matched a filter"


def test_ticked_items_go_into_a_queue_that_is_there(run: Run, alice: User, client_of: ClientOf) -> None:
    queue = make_queue(run, by=alice)
    address = reverse("runs:review_queue_items", args=[run.project_id]) + f"?run={run.pk}&place=0&place=5"
    client_of(alice).post(address, {"queue": queue.pk})
    assert sorted(queue.tasks.values_list("run_item__ordinal", flat=True)) == [0, 1, 2, 5]


def test_the_table_of_a_run_offers_boxes_to_those_who_may_hand_out(
    run: Run, alice: User, rita: User, client_of: ClientOf
) -> None:
    shown = page(client_of(alice), "run_detail", run.pk, query="?failing=1")
    assert 'name="place" value="2"' in shown
    assert f"?failing=1&amp;run={run.pk}&amp;matching=1" in shown
    assert 'name="place"' not in page(client_of(rita), "run_detail", run.pk)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"rule": "below"}, "Choose a metric: this rule does not go by the overall score."),
        ({"rule": "flipped"}, "pinned as the baseline"),
        ({"assignment": "by_load"}, "Say who gets the items"),
        ({"rule": "near", "width": "0.0001"}, "No item matches"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    run: Run, alice: User, client_of: ClientOf, sent: dict[str, str], said: str
) -> None:
    answer = client_of(alice).post(create_address(run), FORM | sent)
    assert said in answer.content.decode()
    assert not ReviewQueue.objects.exists()


def test_the_list_shows_what_waits_for_whom_and_what_is_late(
    project: Project, run: Run, alice: User, rita: User, sam: User, client_of: ClientOf
) -> None:
    late = timezone.localdate() - timedelta(days=1)
    queue = make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita], due_on=late)
    hers = page(client_of(rita), "review_list", project.pk)
    assert "late" in hers
    assert reverse("runs:review_next", args=[queue.pk]) in hers
    assert "Question 0" in hers
    his = page(client_of(sam), "review_list", project.pk)
    assert reverse("runs:review_next", args=[queue.pk]) not in his
    assert "Nothing is assigned to you here." in his
    assert "Question 0" in page(client_of(sam), "review_list", project.pk, query="?tasks=waiting")
    assert "Nothing is done yet." in page(client_of(sam), "review_list", project.pk, query="?tasks=done")


def test_my_reviews_are_those_of_all_projects(
    project: Project, run: Run, alice: User, rita: User, charlie: User, client_of: ClientOf
) -> None:
    other = Project.objects.create(team=project.team, key="other", name="Other bot")
    make_queue(run, by=alice)
    make_queue(make_reviewed_run(other, dataset="Theirs"), by=alice, name="Elsewhere")
    shown = page(client_of(rita), "my_reviews")
    assert "Morning" in shown
    assert "Elsewhere" in shown
    assert "Nothing waits for you" in page(client_of(charlie), "my_reviews")


def test_a_work_list_leads_to_its_items_and_to_a_queue_of_them(
    project: Project, run: Run, alice: User, viewer: User, client_of: ClientOf
) -> None:
    shown = page(client_of(alice), "review_list", project.pk)
    query = f"?run={run.pk}&rule=failing"
    assert f"{reverse('runs:review_work_list', args=[project.pk])}{query}".replace("&", "&amp;") in shown
    items = page(client_of(alice), "review_work_list", project.pk, query=query)
    assert reverse("runs:item_detail", args=[run.pk, 2]) in items
    assert "Make a queue of these" in items
    assert "Make a queue of these" not in page(client_of(viewer), "review_work_list", project.pk, query=query)


def test_a_queue_is_changed_closed_handed_over_and_deleted(
    run: Run, alice: User, rita: User, sam: User, client_of: ClientOf
) -> None:
    queue = make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita])
    client = client_of(alice)
    client.post(reverse("runs:review_queue_edit", args=[queue.pk]), {"name": "Evening", "due_on": "2099-12-01"})
    client.post(
        reverse("runs:review_queue_reassignment", args=[queue.pk]), {"from_person": rita.pk, "to_person": sam.pk}
    )
    client.post(reverse("runs:review_queue_closure", args=[queue.pk]))
    queue.refresh_from_db()
    assert (queue.name, str(queue.due_on), queue.is_closed) == ("Evening", "2099-12-01", True)
    assert queue.tasks.filter(person=sam).count() == 3
    client.post(reverse("runs:review_queue_closure", args=[queue.pk]), {"reopen": "1"})
    assert "3 waiting" in page(client, "review_queue", queue.pk)
    assert "The queue goes with" in page(client, "review_queue_deletion", queue.pk)
    client.post(reverse("runs:review_queue_deletion", args=[queue.pk]))
    assert not ReviewQueue.objects.exists()


def test_a_blind_comparison_is_made_from_a_comparison_and_shows_its_result_there(
    project: Project, run: Run, alice: User, client_of: ClientOf
) -> None:
    other = make_reviewed_run(project, dataset="Again", name="candidate")
    client = client_of(alice)
    compare = page(client, "run_comparison", project.pk, query=f"?runs={run.pk},{other.pk}")
    address = create_address(run, f"&candidate={other.pk}")
    assert address.replace("&", "&amp;") in compare
    client.post(address, FORM | {"name": "Blind", "most": "4"})
    queue = ReviewQueue.objects.get()
    assert (queue.candidate, queue.tasks.count()) == (other, 4)
    assert "Nothing is decided yet" in page(client, "review_result", queue.pk)
    assert "Result of Blind" in page(client, "run_comparison", project.pk, query=f"?runs={run.pk},{other.pk}")


def test_the_result_says_how_often_and_how_sure(
    project: Project, run: Run, alice: User, viewer: User, client_of: ClientOf
) -> None:
    other = make_reviewed_run(project, dataset="Again", name="candidate")
    queue = create_pair_queue(run, other, settings=QueueSettings(name="Blind"), by=alice)
    for task in queue.tasks.all():
        word = "left" if task.left_for(alice) == PairSide.CANDIDATE else "right"
        decide(task, decision=Decision(word), by=alice)
    shown = page(client_of(viewer), "review_result", queue.pk)
    assert "100.0 %" in shown
    assert "People prefer the candidate&#x27;s answers" in shown or "People prefer the candidate's answers" in shown
    assert "p = 0.031" in shown
