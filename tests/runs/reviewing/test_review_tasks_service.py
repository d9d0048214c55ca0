"""Working through a queue: locks that run out, decisions that nobody overwrites, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid, NotAllowed
from runs.choices import Assignment, ReviewState, TaskState
from runs.models import Comment, Override, Review, ReviewQueue, ReviewTask, Run
from runs.services import review_queues
from runs.services import review_tasks as services
from runs.services.review_tasks import Decision
from tests.runs.reviewing.scenes import make_queue


def first_of(queue: ReviewQueue) -> ReviewTask:
    task = queue.tasks.order_by("position", "slot").first()
    assert task
    return task


def fixed(word: str = "fixed", **fields: object) -> Decision:
    return Decision(word, **fields)  # type: ignore[arg-type]  # named by the test


def test_two_people_take_different_items(run: Run, alice: User, rita: User, sam: User) -> None:
    queue = make_queue(run, by=alice)
    hers, his = services.take_next(queue, by=rita), services.take_next(queue, by=sam)
    assert hers
    assert his
    assert (hers.position, his.position) == (0, 1)
    again = services.take_next(queue, by=rita)
    assert again == hers


def test_who_comes_second_is_told_who_works_on_it(run: Run, alice: User, rita: User, sam: User) -> None:
    task = first_of(make_queue(run, by=alice))
    services.hold_task(task, by=rita)
    for attempt in (
        lambda: services.hold_task(task, by=sam),
        lambda: services.skip(task, by=sam),
        lambda: services.decide(task, decision=fixed(), by=sam),
    ):
        with pytest.raises(Conflict, match="Rita Reader is working on this item"):
            attempt()
    assert not Review.objects.exists()


def test_a_lock_runs_out_by_itself(run: Run, alice: User, rita: User, sam: User) -> None:
    task = first_of(make_queue(run, by=alice))
    services.hold_task(task, by=rita)
    ReviewTask.objects.filter(pk=task.pk).update(lock_until=timezone.now() - timedelta(seconds=1))
    services.hold_task(task, by=sam)
    with pytest.raises(Conflict, match="Sam Seer"):
        services.hold_task(task, by=rita)


def test_who_moves_on_lets_go_of_the_item_before(run: Run, alice: User, rita: User, sam: User) -> None:
    queue = make_queue(run, by=alice)
    first, second = queue.tasks.order_by("position")[:2]
    services.hold_task(first, by=rita)
    services.hold_task(second, by=rita)
    assert services.take_next(queue, by=sam) == first


def test_a_decision_moves_the_review_and_frees_the_item(run: Run, alice: User, rita: User) -> None:
    task = first_of(make_queue(run, by=alice))
    services.hold_task(task, by=rita)
    services.decide(task, decision=fixed("judge_wrong", note="It is right."), by=rita)
    task.refresh_from_db()
    assert (task.state, task.choice, task.person, task.lock_holder) == (TaskState.DONE, "judge_wrong", rita, None)
    assert Review.objects.get().state == ReviewState.JUDGE_WRONG
    assert Comment.objects.get().body == "It is right."


def test_who_decides_second_is_told_what_the_first_decided(run: Run, alice: User, rita: User, sam: User) -> None:
    task = first_of(make_queue(run, by=alice))
    services.decide(task, decision=fixed("fixed"), by=rita)
    with pytest.raises(Conflict, match='Rita Reader decided on this item meanwhile: "Fixed"'):
        services.decide(task, decision=fixed("wont_fix"), by=sam)
    assert Review.objects.get().state == ReviewState.FIXED


def test_a_blind_queue_does_not_tell_what_the_first_decided(run: Run, alice: User, rita: User, sam: User) -> None:
    task = first_of(make_queue(run, by=alice, mode="blind"))
    services.decide(task, decision=fixed("fixed"), by=rita)
    with pytest.raises(Conflict) as refused:
        services.decide(task, decision=fixed("wont_fix"), by=sam)
    assert "fixed" not in refused.value.message


def test_a_review_that_changed_elsewhere_keeps_the_decision_out(run: Run, alice: User, rita: User) -> None:
    task = first_of(make_queue(run, by=alice))
    Review.objects.create(run=run, run_item=task.run_item, state=ReviewState.ACKNOWLEDGED)
    with pytest.raises(Conflict, match="Acknowledged"):
        services.decide(task, decision=fixed(seen_version=0), by=rita)
    task.refresh_from_db()
    assert task.state == TaskState.WAITING


def test_a_person_may_change_their_mind(run: Run, alice: User, rita: User) -> None:
    task = first_of(make_queue(run, by=alice))
    services.decide(task, decision=fixed("fixed"), by=rita)
    services.decide(task, decision=fixed("wont_fix"), by=rita)
    assert list(Review.objects.get().changes.values_list("after", flat=True)) == ["wont_fix", "fixed"]


def test_several_reviewers_move_the_review_once_they_agree(run: Run, alice: User, rita: User, sam: User) -> None:
    queue = make_queue(run, by=alice, reviewers_per_item=2, mode="blind")
    first, second, third, fourth = queue.tasks.order_by("position", "slot")[:4]
    services.decide(first, decision=fixed("fixed"), by=rita)
    assert not Review.objects.exists()
    services.decide(second, decision=fixed("fixed"), by=sam)
    assert Review.objects.get().state == ReviewState.FIXED
    services.decide(third, decision=fixed("fixed"), by=rita)
    services.decide(fourth, decision=fixed("wont_fix"), by=sam)
    assert Review.objects.count() == 1  # of the second item they disagree


def test_nobody_looks_at_one_item_twice(run: Run, alice: User, rita: User) -> None:
    queue = make_queue(run, by=alice, reviewers_per_item=2)
    first, second = queue.tasks.order_by("position", "slot")[:2]
    services.decide(first, decision=fixed(), by=rita)
    with pytest.raises(Conflict, match="decided on this item already"):
        services.decide(second, decision=fixed(), by=rita)
    after = services.take_next(queue, by=rita)
    assert after
    assert after.position == 1


def test_a_value_is_kept_beside_the_score_with_its_history(run: Run, alice: User, rita: User) -> None:
    metric = run.run_metrics.get().revision.metric
    task = first_of(make_queue(run, by=alice, metric=metric))
    services.decide(task, decision=fixed("0.25"), by=rita)
    services.decide(task, decision=fixed("0.75", note="Better than I thought."), by=rita)
    kept = Override.objects.order_by("id").values_list("value", "is_current", "note", "author")
    assert list(kept) == [(0.25, False, "", rita.pk), (0.75, True, "Better than I thought.", rita.pk)]
    assert Review.objects.get().state == ReviewState.OPEN  # a value decides nothing


def test_an_answer_that_is_none_is_refused_with_those_there_are(run: Run, alice: User, rita: User) -> None:
    with pytest.raises(Invalid, match="acknowledged, fixed"):
        services.decide(first_of(make_queue(run, by=alice)), decision=fixed("splendid"), by=rita)


def test_a_skipped_item_stays_with_its_person_or_with_everybody(run: Run, alice: User, rita: User, sam: User) -> None:
    own = make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita])
    services.skip(first_of(own), by=rita)
    assert first_of(own).state == TaskState.SKIPPED
    anybodys = make_queue(run, by=alice)
    services.skip(first_of(anybodys), by=rita)
    assert services.take_next(anybodys, by=sam) == first_of(anybodys)


def test_the_next_item_is_behind_the_last_and_then_from_the_start(run: Run, alice: User, rita: User) -> None:
    queue = make_queue(run, by=alice)
    positions = [getattr(services.take_next(queue, by=rita, after=after), "position", None) for after in (0, 2, None)]
    assert positions == [1, 0, 0]


def test_when_nothing_waits_there_is_no_next(run: Run, alice: User, rita: User) -> None:
    queue = make_queue(run, by=alice)
    review_queues.close_queue(queue, by=alice)
    assert services.take_next(queue, by=rita) is None
    with pytest.raises(Conflict, match="is closed"):
        services.decide(first_of(queue), decision=fixed(), by=rita)


def test_another_persons_item_is_theirs(run: Run, alice: User, rita: User, sam: User) -> None:
    queue = make_queue(run, by=alice, assignment=Assignment.FIXED, people=[rita])
    with pytest.raises(Conflict, match="now Rita Reader's"):
        services.decide(first_of(queue), decision=fixed(), by=sam)
    assert services.take_next(queue, by=sam) is None


def test_viewers_do_not_work(run: Run, alice: User, viewer: User) -> None:
    queue = make_queue(run, by=alice)
    with pytest.raises(NotAllowed):
        services.take_next(queue, by=viewer)


def at_once(*attempts: Callable[[], object]) -> list[object]:
    """What each attempt gives, or the conflict it ends in, when all begin together on connections of their own."""
    start, found = Barrier(len(attempts)), [None] * len(attempts)

    def attempt(place: int) -> None:
        start.wait(timeout=10)
        try:
            found[place] = attempts[place]()  # type: ignore[call-overload]  # each its own kind
        except Conflict as conflict:
            found[place] = conflict  # type: ignore[call-overload]  # as above
        finally:
            connection.close()

    threads = [Thread(target=attempt, args=(place,)) for place in range(len(attempts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return list(found)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_is_told(project: Project, run: Run, alice: User, rita: User, sam: User) -> None:
    for task in make_queue(run, by=alice).tasks.all():
        outcomes = at_once(
            lambda task=task: services.decide(task, decision=fixed("fixed"), by=rita),  # type: ignore[misc]
            lambda task=task: services.decide(task, decision=fixed("wont_fix"), by=sam),  # type: ignore[misc]
        )
        assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [False, True]
        winner = next(outcome for outcome in outcomes if isinstance(outcome, ReviewTask))
        assert Review.objects.get(run_item=task.run_item_id).state == winner.choice


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_next_at_once_get_different_items(run: Run, alice: User, rita: User, sam: User) -> None:
    queue = make_queue(run, by=alice)
    taken = at_once(lambda: services.take_next(queue, by=rita), lambda: services.take_next(queue, by=sam))
    assert len({task.pk for task in taken if isinstance(task, ReviewTask)}) == 2


@pytest.mark.django_db(transaction=True)
def test_one_who_takes_the_next_twice_at_once_gets_the_same_item(run: Run, alice: User, rita: User) -> None:
    queue = make_queue(run, by=alice)
    first, second = at_once(*[lambda: services.take_next(queue, by=rita)] * 2)
    assert first == second == first_of(queue)


@pytest.mark.django_db(transaction=True)
def test_two_last_reviewers_at_once_still_settle_the_review(run: Run, alice: User, rita: User, sam: User) -> None:
    queue = make_queue(run, by=alice, reviewers_per_item=2)
    hers, his = queue.tasks.order_by("position", "slot")[:2]
    at_once(
        lambda: services.decide(hers, decision=fixed("fixed"), by=rita),
        lambda: services.decide(his, decision=fixed("fixed"), by=sam),
    )
    assert Review.objects.get().state == ReviewState.FIXED
