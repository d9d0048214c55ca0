"""Setting, pausing and removing the times of an evaluation in the browser."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import User
from runs.models import Evaluation, EvaluationSchedule
from runs.services.schedules import set_schedule


def address(evaluation: Evaluation, action: str = "") -> str:
    return f"/evaluations/{evaluation.pk}/schedule/{action}"


def test_bob_lets_it_start_every_working_day(client_of: type, bob: User, evaluation: Evaluation) -> None:
    body = {"every": "0 6 * * 1-5", "time_zone": "Europe/Zurich"}
    assert client_of(bob).post(address(evaluation), body).status_code == 302
    schedule = EvaluationSchedule.objects.get()
    assert (schedule.cron, schedule.time_zone, schedule.set_by) == ("0 6 * * 1-5", "Europe/Zurich", bob)
    page = client_of(bob).get(f"/evaluations/{evaluation.pk}/").content.decode()
    for words in ("At 06:00, Monday through Friday", "Europe/Zurich", "Bob Baker", "Pause"):
        assert words in page


def test_times_of_ones_own_are_taken_and_shown_again(client_of: type, bob: User, evaluation: Evaluation) -> None:
    body = {"every": "own", "cron": " 30  22 * * 1-5", "time_zone": "UTC"}
    client_of(bob).post(address(evaluation), body)
    initial = client_of(bob).get(address(evaluation)).context["form"].initial
    assert (initial["every"], initial["cron"], initial["time_zone"]) == ("own", "30 22 * * 1-5", "UTC")


@pytest.mark.parametrize(
    ("changes", "field", "told"),
    [
        ({"every": "own", "cron": ""}, "cron", "write five fields"),
        ({"every": "own", "cron": "* * * * *"}, "cron", "every 10 minutes"),
        ({"time_zone": "Nowhere"}, "time_zone", "valid choice"),
    ],
)
def test_times_that_cannot_be_are_told_at_their_field(
    client_of: type, bob: User, evaluation: Evaluation, changes: dict[str, str], field: str, told: str
) -> None:
    response = client_of(bob).post(address(evaluation), {"every": "0 6 * * *", "time_zone": "UTC", **changes})
    assert told in str(response.context["form"].errors[field])
    assert not EvaluationSchedule.objects.exists()


def test_it_is_paused_resumed_and_removed(client_of: type, alice: User, bob: User, evaluation: Evaluation) -> None:
    set_schedule(evaluation, cron="0 6 * * *", time_zone="UTC", by=alice)
    client = client_of(bob)
    client.post(address(evaluation, "pause/"))
    assert "Somebody paused it" in client.get(f"/evaluations/{evaluation.pk}/").content.decode()
    client.post(address(evaluation, "resumption/"))
    assert EvaluationSchedule.objects.get().set_by == bob
    client.post(address(evaluation, "deletion/"))
    assert "It starts only when somebody starts it" in client.get(f"/evaluations/{evaluation.pk}/").content.decode()


def test_a_reason_for_a_pause_is_shown(client_of: type, viewer: User, alice: User, evaluation: Evaluation) -> None:
    set_schedule(evaluation, cron="0 6 * * *", time_zone="UTC", by=alice)
    EvaluationSchedule.objects.update(paused_at="2026-01-01T00:00Z", pause_reason="It has no target.")
    page = client_of(viewer).get(f"/evaluations/{evaluation.pk}/").content.decode()
    assert "It has no target." in page
    assert "Resume in my name" not in page


@pytest.mark.parametrize("action", ["pause/", "resumption/", "deletion/"])
def test_who_may_not_changes_no_times(
    client_of: type, alice: User, viewer: User, charlie: User, evaluation: Evaluation, action: str
) -> None:
    assert client_of(alice).post(address(evaluation, action)).status_code == 404  # there are none
    set_schedule(evaluation, cron="0 6 * * *", time_zone="UTC", by=alice)
    assert client_of(viewer).post(address(evaluation, action)).status_code == 403
    assert client_of(charlie).post(address(evaluation, action)).status_code == 404
    assert client_of(alice).get(address(evaluation, action)).status_code == 405
