"""Metrics and their revisions by the API."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Team, User
from metrics.models import Metric
from tests.api.conftest import Caller
from tests.factories import BUILT_IN_KEYS, builtin

METRICS = "/api/v1/metrics/"
OF_TEAM = "/api/v1/teams/support/metrics/"
JUDGE: dict[str, Any] = {
    "name": "Politeness",
    "kind": "judge",
    "category": "quality",
    "definition": {"prompt": "Is this polite?\n{{input}}\n{{output}}", "scale": {"minimum": 1, "maximum": 5}},
}


def _address(metric: Metric) -> str:
    return f"{METRICS}{metric.uuid}/"


def test_the_list_has_built_ins_and_the_teams_own(team: Team, bob_calls: APIClient, alice_calls: APIClient) -> None:
    alice_calls.post(OF_TEAM, JUDGE, format="json")
    told = bob_calls.get(f"{METRICS}?size=200").json()["results"]
    assert {one["key"] for one in told} == BUILT_IN_KEYS | {"politeness"}
    assert {one["team"] for one in told} == {None, "support"}
    assert [one["key"] for one in bob_calls.get(f"{METRICS}?key=contains").json()["results"]] == ["contains"]
    assert [one["key"] for one in bob_calls.get(f"{METRICS}?kind=human").json()["results"]] == []


def test_alice_makes_a_judge(team: Team, alice_calls: APIClient) -> None:
    answer = alice_calls.post(OF_TEAM, JUDGE, format="json")
    told = answer.json()
    assert (answer.status_code, told["key"], told["kind"], told["category"]) == (201, "politeness", "judge", "quality")
    revision = told["current_revision"]
    assert (revision["number"], revision["direction"], revision["range_max"]) == (1, "higher", 1.0)
    assert revision["definition"]["prompt"] == JUDGE["definition"]["prompt"]
    assert alice_calls.get(answer["Location"]).json() == told


def test_a_category_says_which_labels_pass(team: Team, alice_calls: APIClient) -> None:
    words = {"value_type": "category", "range_min": None, "range_max": None, "labels": ["rude", "polite"]}
    body = JUDGE | words | {"definition": {"prompt": "{{output}}"}, "allowed": ["polite"]}
    told = alice_calls.post(OF_TEAM, body, format="json").json()
    assert told["current_revision"]["allowed"] == ["polite"]
    answer = alice_calls.post(OF_TEAM, body | {"name": "Other", "allowed": ["kind"]}, format="json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"kind": "oracle"}, "kind"),
        ({"key": "no spaces"}, "key"),
        ({"definition": {"prompt": "{{ouput}}"}}, "prompt"),
        ({"kind": "composite", "definition": {}}, "definition"),
        ({"kind": "heuristic", "definition": {"scorer": "bleu", "parameters": {"order": 1}}}, "parameters"),
        ({"range_max": "nan"}, "range_max"),
        ({"definition": None}, "definition"),
    ],
)
def test_a_metric_that_could_not_measure_is_refused(
    team: Team, alice_calls: APIClient, wrong: dict[str, Any], field: str
) -> None:
    refused = alice_calls.post(OF_TEAM, JUDGE | wrong, format="json")
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert not Metric.objects.filter(team=team).exists()


def test_an_empty_range_and_an_unknown_scorer_are_refused(team: Team, alice_calls: APIClient) -> None:
    empty = JUDGE | {"range_min": 1, "range_max": 1}
    assert alice_calls.post(OF_TEAM, empty, format="json").json()["code"] == "range_invalid"
    unknown = JUDGE | {"kind": "heuristic", "definition": {"scorer": "magic"}}
    assert alice_calls.post(OF_TEAM, unknown, format="json").json()["code"] == "scorer_unknown"


def test_a_revision_changes_what_it_names_and_an_old_one_comes_back(team: Team, alice_calls: APIClient) -> None:
    made = alice_calls.post(OF_TEAM, JUDGE, format="json").json()
    revisions = f"{METRICS}{made['id']}/revisions/"
    second = alice_calls.post(revisions, {"direction": "lower", "note": "Rudeness now."}, format="json")
    told = second.json()
    assert (second.status_code, told["number"], told["direction"], told["note"]) == (201, 2, "lower", "Rudeness now.")
    assert told["definition"] == made["current_revision"]["definition"]
    back = alice_calls.post(revisions, {"direction": "higher"}, format="json")
    assert (back.status_code, back.json()["number"]) == (200, 1)
    assert alice_calls.get(f"{METRICS}{made['id']}/").json()["current_revision"]["number"] == 1
    assert [one["number"] for one in alice_calls.get(revisions).json()["results"]] == [1, 2]


def test_a_metric_that_ships_with_evalhub_is_only_read(team: Team, alice_calls: APIClient) -> None:
    address = _address(builtin("contains").metric)
    assert alice_calls.get(address).status_code == 200
    assert alice_calls.delete(address).json()["code"] == "metric_built_in"
    assert alice_calls.post(f"{address}revisions/", {"direction": "lower"}, format="json").status_code == 403


def test_an_archived_metric_is_in_no_list_and_still_read(team: Team, alice_calls: APIClient) -> None:
    address = alice_calls.post(OF_TEAM, JUDGE, format="json")["Location"]
    assert alice_calls.delete(address).status_code == 204
    assert alice_calls.get(f"{METRICS}?key=politeness").json()["results"] == []
    assert alice_calls.get(address).json()["archived_at"]


def test_bob_reads_and_changes_nothing(team: Team, alice_calls: APIClient, bob_calls: APIClient) -> None:
    address = alice_calls.post(OF_TEAM, JUDGE, format="json")["Location"]
    assert bob_calls.get(address).status_code == 200
    assert bob_calls.post(OF_TEAM, JUDGE, format="json").status_code == 403
    assert bob_calls.delete(address).status_code == 403
    assert bob_calls.post(f"{address}revisions/", {"direction": "lower"}, format="json").status_code == 403


def test_charlie_does_not_learn_that_the_metric_exists(
    team: Team, alice_calls: APIClient, charlie: User, caller: Caller
) -> None:
    address = alice_calls.post(OF_TEAM, JUDGE, format="json")["Location"]
    calls = caller(charlie)
    assert calls.get(address).status_code == 404
    assert calls.get(f"{address}revisions/").status_code == 404
    assert calls.post(OF_TEAM, JUDGE, format="json").status_code == 404
    assert calls.get(f"{METRICS}?key=politeness").json()["results"] == []
