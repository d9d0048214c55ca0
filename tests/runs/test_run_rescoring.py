"""Measuring more metrics on a run that is over, chosen in the browser."""

from __future__ import annotations

import pytest
from django.urls import reverse

from evalhub.accounts.models import Project, User
from runs.models import Run
from tests.conftest import _ClientOf as ClientOf
from tests.factories import make_dataset, make_metric, make_run, make_run_metric, make_version


@pytest.fixture
def run(project: Project) -> Run:
    rows = [{"input": "a", "output": "A", "expected": "A"}]
    run = make_run(version=make_version(dataset=make_dataset(project=project), rows=rows), state="finished")
    make_run_metric(run=run, revision=make_metric(key="contains"), threshold=0.8)
    return run


def address(run: Run) -> str:
    return reverse("runs:run_rescoring", args=[run.pk])


def test_what_the_run_measured_is_ticked_with_its_threshold(run: Run, bob: User) -> None:
    forms = {form.option.key: form for form in ClientOf(bob).get(address(run)).context["metric_forms"]}
    assert forms["contains"].initial["is_chosen"]
    assert forms["contains"].initial["threshold"] == 0.8
    assert not forms["equals"].initial["is_chosen"]


def test_bob_adds_a_metric_and_the_others_stay(run: Run, bob: User) -> None:
    response = ClientOf(bob).post(address(run), {"metric-equals-is_chosen": "on", "metric-equals-threshold": "1"})
    assert response["Location"] == reverse("runs:run_detail", args=[run.pk])
    run.refresh_from_db()
    assert run.state == "queued"
    assert {metric.key: metric.threshold for metric in run.run_metrics.all()} == {"contains": 0.8, "equals": 1.0}


def test_choosing_nothing_is_said_at_the_metrics(run: Run, bob: User) -> None:
    page = ClientOf(bob).post(address(run), {"metric-equals-weight": "1"})
    assert "Choose at least one metric" in str(page.context["form"].errors["metrics"])


def test_a_live_run_is_refused_with_what_to_do(run: Run, bob: User) -> None:
    Run.objects.update(state="scoring")
    page = ClientOf(bob).post(address(run), {"metric-equals-is_chosen": "on"})
    assert "wait for it or stop it first" in page.content.decode()
    assert run.run_metrics.count() == 1


def test_a_viewer_may_not_and_charlie_does_not_learn_of_it(run: Run, viewer: User, charlie: User) -> None:
    body = {"metric-equals-is_chosen": "on"}
    assert ClientOf(viewer).post(address(run), body).status_code == 403
    assert ClientOf(charlie).post(address(run), body).status_code == 404
    assert run.run_metrics.count() == 1
