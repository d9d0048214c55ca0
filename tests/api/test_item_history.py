"""Item histories by the API."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project
from tests.runs.history.histories import make_history


def address(project: Project) -> str:
    return f"/api/v1/datasets/{project.datasets.get().uuid}/history/"


def test_the_worst_come_first_in_pages_with_a_mark_for_each_run(project: Project, viewer_calls: APIClient) -> None:
    runs = make_history(project, "ppp", "p f", "fpp")
    page = viewer_calls.get(address(project) + "?size=2").json()
    broke, back = page["results"]
    assert (broke["course"], broke["key"], broke["history"]) == (
        "broke",
        "q1",
        "First failed in run 3, the newest run.",
    )
    assert (broke["first_failed"], broke["since"]) == (str(runs[2].uuid), str(runs[2].uuid))
    assert [(mark["status"], mark["ordinal"]) for mark in broke["runs"]] == [
        ("passed", 1),
        ("absent", None),
        ("failed", 1),
    ]
    assert (back["course"], back["turns"], back["failures"]) == ("back", 1, 1)
    (steady,) = viewer_calls.get(page["next"]).json()["results"]
    assert (steady["course"], steady["first_failed"]) == ("passing", None)


def test_runs_and_items_are_chosen(project: Project, bob_calls: APIClient) -> None:
    make_history(project, "fpp", "pff")
    found = bob_calls.get(address(project) + "?count=2&show=failing&metric=right&sort=dataset").json()["results"]
    assert [row["key"] for row in found] == ["q1"]
    assert len(found[0]["runs"]) == 2


@pytest.mark.parametrize("query", ["?metric=wit", "?count=0", "?count=x", "?show=x", "?sort=x"])
def test_what_cannot_be_understood_is_said(query: str, project: Project, bob_calls: APIClient) -> None:
    make_history(project, "pf")
    answer = bob_calls.get(address(project) + query)
    assert answer.status_code == 400
    assert query[1:].partition("=")[0] in str(answer.json())


def test_charlie_does_not_learn_that_the_dataset_exists(project: Project, charlie_calls: APIClient) -> None:
    make_history(project, "pf")
    assert charlie_calls.get(address(project)).status_code == 404
