"""What a person held in a team when they leave it: schedules and reviews."""

from __future__ import annotations

from django_celery_beat.models import PeriodicTask

from evalhub.accounts.models import Membership, Project, User
from evalhub.accounts.services import remove_member
from runs.choices import ReviewState
from runs.models import Evaluation, Review
from runs.services.schedules import set_schedule
from tests.runs.scored_runs import Answer, make_scored_run


def test_schedules_of_who_leaves_are_paused_with_a_reason(evaluation: Evaluation, alice: User, bob: User) -> None:
    schedule = set_schedule(evaluation, cron="0 6 * * 1", time_zone="UTC", by=bob)
    remove_member(Membership.objects.get(user=bob), by=alice)
    schedule.refresh_from_db()
    assert schedule.is_paused
    assert schedule.pause_reason == "Bob Baker is no longer in the team; resume it in your own name."
    assert not PeriodicTask.objects.get(pk=schedule.periodic_task_id).enabled


def test_open_reviews_of_who_leaves_wait_for_somebody_else_and_decided_ones_keep_their_name(
    project: Project, alice: User, bob: User
) -> None:
    answers = [Answer(output="a"), Answer(output="b")]
    run = make_scored_run(project=project, answers=answers, metrics={"contains": {}}, dataset="Reviewed")
    for item, state in zip(run.run_items.order_by("ordinal"), (ReviewState.OPEN, ReviewState.FIXED), strict=True):
        Review.objects.create(run=run, run_item=item, state=state, assignee=bob)
    remove_member(Membership.objects.get(user=bob), by=bob)
    assert [review.assignee for review in Review.objects.order_by("run_item__ordinal")] == [None, bob]
