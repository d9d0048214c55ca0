"""What webhooks are told when a run is over, when it fell behind the pinned baseline, and when a review is given."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Project, Team, User
from evalhub.webhooks.choices import EventType
from evalhub.webhooks.models import Delivery, Webhook
from runs.choices import RunState
from runs.execution.closing import close_run
from runs.execution.comparing import compare_run
from runs.models import Review, Run, RunItem
from runs.services.baselines import pin_baseline
from runs.webhook_events import emit_review_assigned, emit_run_over
from tests.runs.scored_runs import ERROR, Answer, make_scored_run

SAID = "what a model said"
GOOD, BAD = [0.9, 1.0, 0.95, 0.9, 1.0, 0.95], [0.1, 0.2, 0.15, 0.1, 0.2, 0.15]


def make_over(project: Project, values: list[Any], *, like: Run | None = None, **metric: Any) -> Run:
    """A run that has just come to its end, over the dataset of `like` where it is given."""
    answers = [Answer(f"asked {n}", output=SAID, explanation=SAID, scores={"m": v}) for n, v in enumerate(values)]
    metric = {"range_min": 0.0, "range_max": 1.0, **metric}
    dataset = f"Dataset {Run.objects.count()}"
    run = make_scored_run(project=project, answers=answers, metrics={"m": metric}, dataset=dataset, is_over=False)
    if like is not None:
        Run.objects.filter(pk=run.pk).update(dataset_id=like.dataset_id)
    assert close_run(run.pk)
    compare_run(run.pk)
    run.refresh_from_db()
    return run


def told(kind: EventType) -> list[Any]:
    return [orjson.loads(row.body)["data"] for row in Delivery.objects.filter(event=kind).order_by("id")]


def test_a_run_that_is_over_is_told_with_its_numbers(webhook: Webhook, project: Project) -> None:
    run = make_over(project, [1.0, 0.5, 0.9, None, ERROR])
    (event,) = told(EventType.RUN_FINISHED)
    assert event["project"] == {"id": str(project.uuid), "key": "support-bot", "name": "Support bot"}
    assert (event["run"]["id"], event["run"]["state"], event["run"]["grade"]) == (str(run.uuid), "partial", "B")
    assert event["run"]["overall"] == pytest.approx(0.8)
    assert event["run"]["finished_at"] is not None
    (metric,) = event["metrics"]
    assert (metric["key"], metric["scored"], metric["unscored"], metric["errored"]) == ("m", 3, 1, 1)
    assert metric["mean"] == pytest.approx(0.8)
    assert metric["interval"][0] < 0.8 < metric["interval"][1]
    assert (metric["delta"], event["baseline"]) == (None, None)


def test_links_lead_to_where_people_find_evalhub(webhook: Webhook, project: Project, settings: Settings) -> None:
    settings.EVALHUB_URL = "https://evalhub.example.org/"
    run = make_over(project, GOOD)
    assert told(EventType.RUN_FINISHED)[0]["run"]["url"] == f"https://evalhub.example.org/runs/{run.pk}/"


def test_nothing_that_was_asked_or_answered_is_told(webhook: Webhook, project: Project) -> None:
    make_over(project, GOOD)
    body = Delivery.objects.get().body
    assert SAID not in body
    assert "asked" not in body


def test_a_run_worse_than_the_baseline_is_told_twice(webhook: Webhook, project: Project, alice: User) -> None:
    baseline = make_over(project, GOOD)
    pin_baseline(baseline, by=alice)
    run = make_over(project, BAD, like=baseline)
    (event,) = told(EventType.RUN_REGRESSED)
    assert event["run"]["id"] == str(run.uuid)
    assert event["regressed_metrics"] == ["m"]
    delta = event["metrics"][0]["delta"]
    assert (delta["value"], delta["verdict"], delta["items"]) == (pytest.approx(-0.8), "worse", 6)
    assert delta["interval"] == pytest.approx([-0.8, -0.8])  # every item fell by as much
    assert delta["p"] < 0.05
    assert event["baseline"]["id"] == str(baseline.uuid)
    assert event["baseline"]["overall_delta"] == pytest.approx(-0.8)
    assert told(EventType.RUN_FINISHED)[-1]["run"] == event["run"]


@pytest.mark.parametrize(
    ("before", "after", "metric"),
    [
        (BAD, GOOD, {}),
        (GOOD, GOOD, {}),
        ([0.0, 1.0, 0.5], [0.0, 0.9, 0.5], {}),  # within the noise
        (GOOD, BAD, {"direction": "lower"}),
    ],
)
def test_better_equal_and_noise_are_no_regression(
    webhook: Webhook, project: Project, alice: User, before: list[float], after: list[float], metric: dict[str, Any]
) -> None:
    baseline = make_over(project, before, **metric)
    pin_baseline(baseline, by=alice)
    make_over(project, after, like=baseline, **metric)
    assert len(told(EventType.RUN_FINISHED)) == 2
    assert told(EventType.RUN_REGRESSED) == []


def test_a_cancelled_run_is_over_and_no_regression(webhook: Webhook, project: Project, alice: User) -> None:
    baseline = make_over(project, GOOD)
    pin_baseline(baseline, by=alice)
    run = make_over(project, BAD, like=baseline)
    Delivery.objects.all().delete()
    Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLING)
    assert close_run(run.pk)
    assert [event["run"]["state"] for event in told(EventType.RUN_FINISHED)] == ["cancelled"]
    assert told(EventType.RUN_REGRESSED) == []


def test_only_the_webhooks_of_the_project_that_asked_are_told(webhook: Webhook, project: Project, team: Team) -> None:
    other = Project.objects.create(team=team, key="other", name="Other")
    make_over(other, GOOD)
    Webhook.objects.update(events=[EventType.RUN_REGRESSED])
    make_over(project, GOOD)
    Webhook.objects.update(events=[EventType.RUN_FINISHED], is_active=False)
    make_over(project, GOOD)
    assert not Delivery.objects.exists()


def test_an_event_that_was_undone_is_not_told(webhook: Webhook, project: Project) -> None:
    run = make_over(project, GOOD)
    Delivery.objects.all().delete()
    with transaction.atomic():
        emit_run_over(run, list(run.run_metrics.all()))
        assert Delivery.objects.exists()
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()


def test_a_review_is_told_with_whom_it_was_given_to(webhook: Webhook, project: Project, alice: User, bob: User) -> None:
    run = make_over(project, GOOD)
    run_item = RunItem.objects.select_related("item", "run").get(run=run, ordinal=2)
    review = Review.objects.create(run=run, run_item=run_item, assignee=bob)
    emit_review_assigned(review, by=alice)
    (event,) = told(EventType.REVIEW_ASSIGNED)
    assert event["review"]["assignee"] == {"id": bob.pk, "name": "Bob Baker"}
    assert event["review"]["assigned_by"]["name"] == "Alice Archer"
    assert event["item"] == {
        "ordinal": 2,
        "repeat": 0,
        "key": "q2",
        "url": f"http://localhost:8000/runs/{run.pk}/items/2/",
    }
    assert SAID not in Delivery.objects.latest("id").body
