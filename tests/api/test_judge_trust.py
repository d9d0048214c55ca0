"""How far judges are believed, by the API."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, User
from runs.models import TrustWork
from runs.trust.measuring import measure_project
from tests.runs.trust.scenes import judge_metric, judged_run, say


def test_a_measurement_is_told_with_what_it_stands_on(project: Project, bob: User, bob_calls: APIClient) -> None:
    run = judged_run(project, [1.0, 0.0] * 20)
    say(run, {place: float(place % 2 == 0 or place == 1) for place in range(40)}, by=bob)
    measure_project(project.pk)
    [told] = bob_calls.get(f"/api/v1/projects/{project.uuid}/judge-trust/").json()["results"]
    assert told["metric"] == str(judge_metric(project).uuid)
    assert (told["revision"], told["judge_model"], told["is_current_revision"]) == (1, "judge-1", True)
    assert (told["rows"], told["agreement"], told["people"]) == (40, 0.975, 1)
    assert told["kappa"] == pytest.approx(0.95)
    assert (told["word"], told["compare_as"], told["human_metric"]) == ("almost perfect", "classes", None)
    assert (told["alpha"], told["has_newer_verdicts"]) == (None, False)


def test_a_measurement_can_be_asked_for(project: Project, bob_calls: APIClient) -> None:
    answer = bob_calls.post(f"/api/v1/projects/{project.uuid}/judge-trust/measurement/")
    assert answer.status_code == 202
    assert answer.json()["asked_at"] is not None
    assert answer.json()["measured_at"] is None
    assert TrustWork.objects.waiting().get().project == project
