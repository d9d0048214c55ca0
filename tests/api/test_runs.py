"""The list of runs by the API, and one run: the numbers of the pages."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries
from rest_framework.test import APIClient

from evalhub.accounts.models import Project
from runs.models import Run
from tests.factories import make_dataset, make_run, make_target, make_version
from tests.runs.scored_runs import Answer, make_scored_run

METRICS: dict[str, dict[str, Any]] = {"tone": {"threshold": 0.5, "range_min": 0.0, "range_max": 1.0}}


def _address(project: Project) -> str:
    return f"/api/v1/projects/{project.uuid}/runs/"


def _scored(project: Project, *values: float | str | None, **fields: Any) -> Run:
    answers = [Answer(scores={"tone": value}) for value in values]
    return make_scored_run(project=project, answers=answers, metrics=METRICS, **fields)


def _names(client: APIClient, address: str) -> list[str]:
    """All pages of the list, two runs at a time."""
    names, following = [], f"{address}{'&' if '?' in address else '?'}size=2"
    while following:
        page = client.get(following).json()
        names += [run["name"] for run in page["results"]]
        following = page["next"]
    return names


@pytest.fixture
def runs(project: Project) -> list[Run]:
    """Five runs; the last two have no overall score."""
    version = make_version(dataset=make_dataset(project=project), rows=[{"input": "a"}])
    overalls = [0.2, 0.9, 0.9, None, None]
    return [make_run(version=version, name=f"r{place}", overall=overall) for place, overall in enumerate(overalls)]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", "r4 r3 r2 r1 r0"),
        ("age", "r0 r1 r2 r3 r4"),
        ("-overall", "r2 r1 r0 r4 r3"),
        ("overall", "r0 r2 r1 r4 r3"),
        ("name", "r0 r1 r2 r3 r4"),
        ("-duration", "r4 r3 r2 r1 r0"),
        ("m.tone", "r4 r3 r2 r1 r0"),
    ],
)
def test_the_pages_hold_every_run_once_in_the_order_asked_for(
    project: Project, runs: list[Run], bob_calls: APIClient, sort: str, order: str
) -> None:
    assert _names(bob_calls, f"{_address(project)}?sort={sort}") == order.split()


def test_runs_are_sorted_and_filtered_by_a_metric(project: Project, bob_calls: APIClient) -> None:
    for place, value in enumerate([0.4, 0.9, 0.1]):
        _scored(project, value, value, name=f"r{place}", dataset=f"D{place}")
    assert _names(bob_calls, f"{_address(project)}?sort=-m.tone") == ["r1", "r0", "r2"]
    assert _names(bob_calls, f"{_address(project)}?sort=m.tone&m.tone=0.2..") == ["r0", "r1"]


def test_the_filters_are_those_of_the_page(project: Project, runs: list[Run], bob_calls: APIClient) -> None:
    Run.objects.filter(name="r1").update(tags=["nightly"], state="finished", metadata={"branch": "main"})
    for query in ("tag=nightly", "state=finished", "metadata=branch%3Dmain", "meta.branch=main", "q=r1"):
        assert _names(bob_calls, f"{_address(project)}?{query}") == ["r1"], query
    assert len(_names(bob_calls, f"{_address(project)}?dataset={runs[0].dataset.uuid}&target=bot")) == 5


@pytest.mark.parametrize(
    ("query", "field"),
    [("state=done", "state"), ("sort=colour", "sort"), ("dataset=x", "dataset"), ("m.tone=high", None)],
)
def test_a_filter_that_is_none_is_refused(
    project: Project, bob_calls: APIClient, query: str, field: str | None
) -> None:
    answer = bob_calls.get(f"{_address(project)}?{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_a_page_that_begins_at_a_run_that_is_gone_says_so(
    project: Project, runs: list[Run], bob_calls: APIClient
) -> None:
    following = bob_calls.get(f"{_address(project)}?size=2").json()["next"]
    runs[3].delete()
    assert bob_calls.get(following).json()["code"] == "cursor_gone"


def test_a_list_costs_as_many_queries_for_many_runs_as_for_one(
    project: Project, bob_calls: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(6):
        _scored(project, 0.5, name=f"r{place}", dataset=f"D{place}")
    with django_assert_max_num_queries(8):
        assert len(bob_calls.get(_address(project)).json()["results"]) == 6


def test_a_run_is_told_with_the_numbers_of_its_page(project: Project, bob_calls: APIClient) -> None:
    run = _scored(project, 1.0, 0.4, None, "errored", name="Friday")
    told = bob_calls.get(f"/api/v1/runs/{run.uuid}/").json()
    assert (told["name"], told["state"], told["overall"], told["grade"]) == ("Friday", "partial", 0.7, "C")
    assert told["counts"] == {"items": 4, "scored": 2, "errored": 1, "failing": 0}
    assert told["dataset"]["version"] == 1
    [metric] = told["metrics"]
    frozen = run.run_metrics.get()
    assert metric["mean"] == frozen.mean == 0.7
    assert (metric["ci_low"], metric["ci_high"]) == (frozen.ci_low, frozen.ci_high)
    assert (metric["scored"], metric["unscored"], metric["errored"]) == (2, 1, 1)
    assert (metric["passed"], metric["pass_rate"], metric["threshold"]) == (1, 0.5, 0.5)


def test_a_run_says_how_far_it_is_from_the_baseline(project: Project, bob_calls: APIClient) -> None:
    pinned = _scored(project, 0.2, 0.2, name="pinned")
    run = make_run(version=pinned.dataset_version, name="later", state="finished")
    metric = pinned.run_metrics.get()
    metric.pk, metric.run, metric.mean, metric.ci_low, metric.ci_high = None, run, 0.9, 0.8, 1.0
    metric.save(force_insert=True)
    assert bob_calls.put(f"/api/v1/runs/{pinned.uuid}/baseline/").json()["is_baseline"] is True
    told = bob_calls.get(f"/api/v1/runs/{run.uuid}/").json()
    assert told["baseline"] == {"id": str(pinned.uuid), "name": "pinned"}
    assert told["metrics"][0]["difference"]["value"] == pytest.approx(0.7)
    assert bob_calls.delete(f"/api/v1/runs/{pinned.uuid}/baseline/").status_code == 204
    assert bob_calls.get(f"/api/v1/runs/{run.uuid}/").json()["baseline"] is None


def test_a_live_run_is_counted_as_it_is_now(project: Project, bob_calls: APIClient) -> None:
    run = _scored(project, 1.0, 0.5, is_over=False)
    told = bob_calls.get(f"/api/v1/runs/{run.uuid}/").json()
    assert told["progress"]["total"] == 2
    assert told["metrics"][0]["mean"] == 0.75


def test_runs_are_answered_compressed(project: Project, runs: list[Run], bob_calls: APIClient) -> None:
    answer = bob_calls.get(_address(project), headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"


def test_runs_of_other_projects_are_not_in_the_list(project: Project, bob_calls: APIClient) -> None:
    other = Project.objects.create(team=project.team, key="second", name="Second")
    make_run(version=make_version(dataset=make_dataset(project=other), rows=[]), target=make_target(project=other))
    assert _names(bob_calls, _address(project)) == []
