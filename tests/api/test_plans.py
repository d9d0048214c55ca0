"""Plans by the API."""

from __future__ import annotations

import numpy as np
import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project
from runs.models import Run
from tests.runs.comparison.compared_runs import make_compared_run, make_questions

PLAN = "/api/v1/comparisons/plan/"


@pytest.fixture
def runs(project: Project) -> list[Run]:
    version = make_questions(project, [str(number) for number in range(30)])
    columns = [np.random.default_rng(seed).uniform(0, 1, 60).round(3).tolist() for seed in (1, 2)]
    metrics = {"close": {"threshold": 0.5}}
    return [make_compared_run(version, {"close": column}, metrics=metrics, repeats=2) for column in columns]


def asked(runs: list[Run], more: str) -> str:
    return f"{PLAN}?runs={','.join(str(run.uuid) for run in runs)}{more}"


def test_a_plan_has_its_parts_and_what_follows(runs: list[Run], viewer_calls: APIClient) -> None:
    plan = viewer_calls.get(asked(runs, "&difference=0.05&by=m.close")).json()
    assert (plan["noise_from"], plan["pairs"], plan["power"], plan["measure"]) == ("repeats", 30, 0.8, "m.close")
    needed = [row["items_needed"] for row in plan["plans"]]
    assert [row["repeats"] for row in plan["plans"]] == [1, 2, 3, 5, 10]
    assert needed == sorted(needed, reverse=True)
    once = plan["variance_of_items"] + plan["variance_of_noise"]
    assert needed[0] == pytest.approx(once * (1.959964 + 0.841621) ** 2 / 0.05**2, abs=3)


@pytest.mark.parametrize("more", ["", "&difference=0", "&difference=nan", "&difference=x", "&difference=1&power=1"])
def test_what_cannot_be_planned_is_said(more: str, runs: list[Run], bob_calls: APIClient) -> None:
    answer = bob_calls.get(asked(runs, more))
    assert answer.status_code == 400
    assert answer.json()["code"] in {"difference_invalid", "power_invalid"}


def test_charlie_does_not_learn_that_the_runs_exist(runs: list[Run], charlie_calls: APIClient) -> None:
    assert charlie_calls.get(asked(runs, "&difference=0.1")).status_code == 404
