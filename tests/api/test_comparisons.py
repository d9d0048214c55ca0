"""Comparisons by the API."""

from __future__ import annotations

import uuid

import pytest
from rest_framework.test import APIClient
from scipy import stats

from evalhub.accounts.models import Project
from runs.models import Run
from tests.runs.comparison.compared_runs import make_compared_run, make_questions

COMPARISONS = "/api/v1/comparisons/"
KEYS = [f"q{place}" for place in range(12)]
BEFORE = [0.1, 0.5, 0.3, 0.4, 0.2, 0.6, 0.3, 0.5, 0.4, 0.2, 0.3, 0.6]
AFTER = [0.4, 0.6, 0.7, 0.6, 0.1, 0.9, 0.5, 0.7, 0.6, 0.5, 0.3, 0.8]


@pytest.fixture
def runs(project: Project) -> list[Run]:
    version = make_questions(project, KEYS, topics=("returns", "prices"))
    metrics = {"relevance": {"name": "Relevance", "threshold": 0.5}}
    return [make_compared_run(version, {"relevance": column}, metrics=metrics) for column in (BEFORE, AFTER)]


def asked(runs: list[Run], more: str = "") -> str:
    return f"?runs={','.join(str(run.uuid) for run in runs)}{more}"


def test_it_gives_every_number_with_its_verdict(runs: list[Run], viewer_calls: APIClient) -> None:
    found = viewer_calls.get(COMPARISONS + asked(runs)).json()
    (line,) = found["lines"]
    wanted = stats.ttest_rel(AFTER, BEFORE)
    assert line["p"] == pytest.approx(wanted.pvalue)
    assert (line["ci_low"], line["ci_high"]) == pytest.approx(tuple(wanted.confidence_interval()))
    assert (line["measure"], line["candidate"], line["verdict"]) == ("m.relevance", str(runs[1].uuid), "better")
    assert (line["better"], line["worse"], line["same"]) == (10, 1, 1)
    assert line["sentence"].startswith("better by 0.19 (")
    (match,) = found["matches"]
    assert (match["matched"], match["only_in_baseline"], match["only_in_candidate"]) == (12, 0, 0)
    assert {fact["fairness"] for fact in found["fairness"]} == {"same"}
    assert found["slices"] == []


def test_slices_come_when_asked_for(runs: list[Run], bob_calls: APIClient) -> None:
    found = bob_calls.get(COMPARISONS + asked(runs, "&slice=topic&by=m.relevance")).json()
    assert {line["value"]: line["items"] for line in found["slices"]} == {"returns": 6, "prices": 6}


def test_items_come_worst_first_in_pages(runs: list[Run], bob_calls: APIClient) -> None:
    page = bob_calls.get(f"{COMPARISONS}items/{asked(runs, '&size=5')}").json()
    assert [item["change"] for item in page["results"]][:3] == ["worse", "same", "better"]
    first = page["results"][0]
    assert (first["ordinal"], first["key"], first["baseline_value"], first["candidate_value"]) == (4, "q4", 0.2, 0.1)
    seen = [item["ordinal"] for item in page["results"]]
    while page["next"]:
        page = bob_calls.get(page["next"]).json()
        seen += [item["ordinal"] for item in page["results"]]
    assert sorted(seen) == list(range(12))
    worse = bob_calls.get(f"{COMPARISONS}items/{asked(runs, '&show=worse')}").json()
    assert [item["ordinal"] for item in worse["results"]] == [4]


def test_charlie_does_not_learn_that_the_runs_exist(runs: list[Run], charlie_calls: APIClient) -> None:
    for path in (COMPARISONS, f"{COMPARISONS}items/"):
        answer = charlie_calls.get(path + asked(runs))
        assert (answer.status_code, answer.json()["code"]) == (404, "run_unknown")
    assert APIClient().get(COMPARISONS + asked(runs)).status_code == 401


@pytest.mark.parametrize(
    ("query", "code"),
    [("?runs=x", "runs_invalid"), ("", "runs_count"), (f"?runs={uuid.UUID(int=5)}", "run_unknown")],
)
def test_runs_that_are_none(bob_calls: APIClient, query: str, code: str) -> None:
    assert bob_calls.get(COMPARISONS + query).json()["code"] == code


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        ("", "&by=m.nothing&slice=topic", "measure_unknown"),
        ("items/", "&candidate=nobody", "candidate_unknown"),
        ("items/", "&show=odd", "show_unknown"),
        ("items/", "&sort=odd", "sort_unknown"),
    ],
)
def test_wishes_that_are_none(runs: list[Run], bob_calls: APIClient, path: str, query: str, code: str) -> None:
    answer = bob_calls.get(f"{COMPARISONS}{path}{asked(runs, query)}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_only_reading_is_offered(bob_calls: APIClient) -> None:
    assert bob_calls.post(COMPARISONS, {}, format="json").status_code == 405
