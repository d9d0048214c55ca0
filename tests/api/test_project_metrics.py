"""What a project makes of a metric, by the API."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, Team, User
from evalhub.accounts.services import create_team
from metrics.choices import MetricKind
from metrics.definitions import MetricDefinition
from metrics.models import Metric, ProjectMetric
from metrics.project_metrics import MetricSetting, configure_metrics
from metrics.services import MetricDraft, create_metric
from tests.factories import builtin, make_connection


@pytest.fixture
def judge(team: Team, alice: User) -> Metric:
    definition = MetricDefinition(definition={"prompt": "Polite?\n{{output}}"})
    draft = MetricDraft(name="Politeness", kind=MetricKind.JUDGE, definition=definition)
    return create_metric(team=team, draft=draft, by=alice)


def _of(project: Project, metric: Metric | None = None) -> str:
    return f"/api/v1/projects/{project.uuid}/metrics/" + (f"{metric.uuid}/" if metric else "")


def test_every_usable_metric_is_there_with_the_setting_in_force(
    project: Project, judge: Metric, bob_calls: APIClient
) -> None:
    told = {one["key"]: one for one in bob_calls.get(f"{_of(project)}?size=200").json()["results"]}
    assert set(told) == set(Metric.objects.usable_in(project).values_list("key", flat=True))
    assert (told["contains"]["is_enabled"], told["bleu"]["is_enabled"]) == (True, False)
    assert told["politeness"] == {
        "metric": str(judge.uuid),
        "key": "politeness",
        "name": "Politeness",
        "kind": "judge",
        "is_enabled": True,
        "threshold": None,
        "weight": 1.0,
        "connection": None,
        "judge_model": "",
        "parameters": {},
    }


def test_alice_changes_what_she_names_and_nothing_else(
    project: Project, judge: Metric, alice: User, alice_calls: APIClient
) -> None:
    connection = make_connection(team=project.team)
    change = {"threshold": 0.9, "connection": str(connection.uuid), "judge_model": "j-1", "parameters": {"seed": 1}}
    told = alice_calls.patch(_of(project, judge), change, format="json").json()
    assert {name: told[name] for name in change} == change
    assert (told["weight"], told["is_enabled"]) == (1.0, True)
    assert alice_calls.patch(_of(project, judge), {"weight": 2}, format="json").json() == told | {"weight": 2.0}
    assert alice_calls.get(_of(project, judge)).json() == told | {"weight": 2.0}
    # The page of settings asks for switch, threshold and weight, and leaves the judge as it is.
    configure_metrics(project, settings=[MetricSetting(judge, False, 0.5, 1)], by=alice)
    assert alice_calls.get(_of(project, judge)).json()["judge_model"] == "j-1"


def test_a_heuristic_takes_its_parameters(project: Project, alice_calls: APIClient) -> None:
    metric = builtin("tool_call_match").metric
    taken = alice_calls.patch(_of(project, metric), {"parameters": {"order": "same"}}, format="json")
    assert (taken.status_code, taken.json()["parameters"]) == (200, {"order": "same"})


@pytest.mark.parametrize(
    ("key", "wrong", "field"),
    [
        ("contains", {"weight": -1}, "weight"),
        ("contains", {"threshold": "inf"}, "threshold"),
        ("contains", {"judge_model": "j-1"}, "judge_model"),
        ("contains", {"parameters": {"a": 1}}, "parameters"),
        ("politeness", {"parameters": {"messages": []}}, "parameters"),
        ("politeness", {"connection": "8c9d8f7e-1111-4222-8333-444455556666"}, "connection"),
    ],
)
def test_a_setting_that_could_not_work_is_refused(
    project: Project, judge: Metric, alice_calls: APIClient, key: str, wrong: dict[str, Any], field: str
) -> None:
    refused = alice_calls.patch(_of(project, Metric.objects.get(key=key)), wrong, format="json")
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert not ProjectMetric.objects.exists()


def test_neither_an_archived_connection_nor_another_teams_judges(
    project: Project, judge: Metric, charlie: User, alice_calls: APIClient
) -> None:
    foreign = make_connection(team=create_team(name="Third", owner=charlie))
    archived = make_connection(team=project.team, archived_at=project.created_at)
    for connection, code in ((foreign, "connection_unknown"), (archived, "connection_not_usable")):
        refused = alice_calls.patch(_of(project, judge), {"connection": str(connection.uuid)}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (400, code)


def test_bob_reads_and_changes_nothing(project: Project, judge: Metric, bob_calls: APIClient) -> None:
    assert bob_calls.get(_of(project, judge)).status_code == 200
    assert bob_calls.patch(_of(project, judge), {"weight": 2}, format="json").status_code == 403


def test_charlie_does_not_learn_of_it(project: Project, judge: Metric, charlie_calls: APIClient) -> None:
    assert charlie_calls.get(_of(project)).status_code == 404
    assert charlie_calls.get(_of(project, judge)).status_code == 404
    assert charlie_calls.patch(_of(project, judge), {"weight": 2}, format="json").status_code == 404
