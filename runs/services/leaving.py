"""What becomes of a person's schedules and reviews when they leave the team."""

from __future__ import annotations

from evalhub.accounts.models import Team, User
from runs.choices import ReviewState
from runs.models import EvaluationSchedule, Review, ReviewTask
from runs.services.schedules import pause_for

_UNDECIDED = (ReviewState.OPEN, ReviewState.ACKNOWLEDGED)


def release(team: Team, user: User) -> None:
    """Pause the schedules that start in the person's name, and let open reviews and tasks wait for somebody else."""
    held = EvaluationSchedule.objects.filter(set_by=user, paused_at=None, evaluation__project__team=team)
    for schedule in held.select_for_update(of=("self",)):
        pause_for(schedule, reason=f"{user} is no longer in the team; resume it in your own name.")
    Review.objects.filter(assignee=user, run__project__team=team, state__in=_UNDECIDED).update(assignee=None)
    waiting = ReviewTask.objects.waiting().filter(person=user, queue__project__team=team)
    waiting.update(person=None, lock_holder=None, lock_until=None)
