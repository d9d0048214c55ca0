"""How the metrics of a project came out from run to run, for programs."""

from __future__ import annotations

from typing import Any

from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, User
from runs.services.baselines import pin_baseline
from tests.runs.scored_runs import Answer, make_scored_run
from tests.runs.trends.lined_runs import make_line_run, make_line_version, values_around


def _scored(project: Project, *values: float, name: str, is_over: bool = True) -> None:
    answers = [Answer(scores={"contains": value, "equals": 1.0}) for value in values]
    metrics: dict[str, dict[str, Any]] = {"contains": {}, "equals": {}}
    make_scored_run(project=project, answers=answers, metrics=metrics, name=name, dataset=name, is_over=is_over)


def test_each_finished_run_is_a_point_of_each_metric(project: Project, bob_calls: APIClient) -> None:
    _scored(project, 1.0, 0.0, name="old")
    _scored(project, 1.0, 1.0, name="new")
    _scored(project, 1.0, name="at work", is_over=False)
    address = f"/api/v1/projects/{project.uuid}/trends/"
    points = bob_calls.get(address, {"metric": "contains"}).json()["results"]
    assert [(point["run_name"], point["mean"], point["scored"]) for point in points] == [("new", 1, 2), ("old", 0.5, 2)]
    assert points[1]["ci_low"] < 0.5 < points[1]["ci_high"]
    assert len(bob_calls.get(address).json()["results"]) == 4
    of_dataset = bob_calls.get(address, {"dataset": points[0]["dataset"]}).json()["results"]
    assert {point["run_name"] for point in of_dataset} == {"new"}
    assert bob_calls.get(address, {"target": "nobody"}).json()["results"] == []


def test_what_cannot_be_read_is_told_and_strangers_learn_nothing(
    project: Project, bob_calls: APIClient, charlie_calls: APIClient
) -> None:
    address = f"/api/v1/projects/{project.uuid}/trends/"
    refused = bob_calls.get(address, {"dataset": "x"})
    assert (refused.status_code, refused.json()["field"]) == (400, "dataset")
    assert charlie_calls.get(address).status_code == 404


def test_each_point_says_what_the_paired_test_found(project: Project, bob: User, bob_calls: APIClient) -> None:
    version = make_line_version(project)
    baseline = make_line_run(version, {"m": values_around(0.6, seed=1)}, name="pinned")
    pin_baseline(baseline, by=bob)
    make_line_run(version, {"m": values_around(0.75, seed=2)}, name="good", tags=["nightly"])
    make_line_run(version, {"m": values_around(0.6, seed=3)}, name="back", metadata={"branch": "main"})
    address = f"/api/v1/projects/{project.uuid}/trends/"
    back, good, first = bob_calls.get(address).json()["results"]
    step = back["against_previous"]
    assert (step["run_name"], step["verdict"], step["items"], step["reason"]) == ("good", "worse", 40, "")
    assert step["ci_low"] < step["difference"] < step["ci_high"] < 0
    assert step["adjusted_p"] <= 0.05
    assert (back["against_baseline"]["run"], back["against_baseline"]["verdict"]) == (
        str(baseline.uuid),
        "no_difference",
    )
    assert (first["against_previous"], first["against_baseline"]) == (None, None)
    assert bob_calls.get(address, {"tag": "nightly"}).json()["results"] == [good]
    assert bob_calls.get(address, {"branch": "main"}).json()["results"] == [back]


def test_queries_do_not_grow_with_points(
    project: Project, bob_calls: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    version = make_line_version(project, items=2)
    for _ in range(6):
        make_line_run(version, {"m": [0.1, 0.9]})
    with django_assert_max_num_queries(12):
        bob_calls.get(f"/api/v1/projects/{project.uuid}/trends/")
