"""The page of trends: points with intervals and verdicts, filters in the address, folded versions, the file."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from evalhub.accounts.models import Project, User
from runs.models import DatasetVersion, Run
from runs.trends.points import MOST_RUNS, trend_of
from runs.trends.wish import TrendAxis, TrendWish
from runs.views.project_trends import PAGE_SIZE
from tests.conftest import _ClientOf as ClientOf
from tests.factories import make_metric, make_run, make_run_metric
from tests.runs.trends.lined_runs import make_line_run, make_line_version, values_around

START = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return make_line_version(project, items=20)


def address(project: Project) -> str:
    return reverse("runs:project_trends", args=[project.pk])


def page_of(user: User, project: Project, query: str = "") -> str:
    return ClientOf(user).get(address(project) + query).content.decode()


def figure_in(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="trend-figure" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    figure: dict[str, Any] = json.loads(found[1])
    return figure


def named_in(page: str) -> list[str]:
    return re.findall(r'class="table__link"[^>]*>([^<]+)</a>', page)


def around(mean: float, seed: int = 0) -> dict[str, list[float]]:
    return {"m": values_around(mean, seed=seed, items=20)}


def test_every_point_has_its_interval_counts_and_verdict(
    project: Project, version: DatasetVersion, viewer: User
) -> None:
    first = make_line_run(version, around(0.7, 1), name="first", created_at=START)
    values = [None, *values_around(0.5, seed=2, items=20)[1:]]
    second = make_line_run(version, {"m": values}, name="second", created_at=START + timedelta(days=1))
    page = page_of(viewer, project)
    assert named_in(page) == ["second", "first"]
    metric = second.run_metrics.get()
    assert f"{metric.mean:.2f}" in page
    assert "1 unscored" in page
    assert re.search(r"▼ worse by 0\.2\d \(0\.\d\d to 0\.\d\d\), 19 items", page)
    assert f"{reverse('runs:run_comparison', args=[project.pk])}?runs={first.pk},{second.pk}" in page
    (trace,) = figure_in(page)["traces"]
    assert trace["x"] == ["2026-11-01 12:00:00", "2026-11-02 12:00:00"]
    assert (trace["marks"], trace["counts"], trace["runs"]) == (["", "worse"], [20, 19], [first.pk, second.pk])
    assert trace["low"][1] < trace["y"][1] < trace["high"][1]
    assert figure_in(page)["threshold"] == 0.5


def test_noise_is_drawn_without_a_mark(project: Project, version: DatasetVersion, viewer: User) -> None:
    for seed in range(3):
        make_line_run(version, around(0.6, seed))
    page = page_of(viewer, project)
    assert figure_in(page)["traces"][0]["marks"] == ["", "", ""]
    assert "no difference that 20 items can show" in page


def test_a_mark_that_many_looks_may_explain_is_hollow(project: Project, version: DatasetVersion, viewer: User) -> None:
    runs = [make_line_run(version, around(0.6, seed)) for seed in range(6)]
    verdict = runs[-1].verdicts.get()
    verdict.verdict, verdict.adjusted_p = "worse", 0.03
    verdict.save()
    page = page_of(viewer, project)
    assert figure_in(page)["traces"][0]["marks"][-1] == "worse?"
    assert "may be chance among 5 looks" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?target=rival", ["by rival"]),
        ("?tag=nightly", ["tagged"]),
        ("?branch=main", ["on main"]),
        ("?tag=nothing", []),
        ("?measure=m.other", ["with other"]),
    ],
)
def test_the_address_holds_the_filters(
    project: Project, version: DatasetVersion, viewer: User, query: str, shown: list[str]
) -> None:
    make_line_run(version, around(0.5), name="tagged", tags=["nightly"])
    make_line_run(version, around(0.5), name="on main", metadata={"branch": "main"})
    make_line_run(version, around(0.5), name="by rival", target="rival 1")
    make_line_run(version, {"other": around(0.5)["m"]}, name="with other")
    assert named_in(page_of(viewer, project, query)) == shown


def test_targets_are_lines_of_their_own_and_new_versions_of_the_dataset_are_marked(
    project: Project, version: DatasetVersion, viewer: User
) -> None:
    make_line_run(version, around(0.5))
    make_line_run(version, around(0.5), target="rival 1")
    make_line_run(make_line_version(project, items=20, first=5), around(0.5))
    figure = figure_in(page_of(viewer, project))
    assert [(trace["name"], len(trace["y"])) for trace in figure["traces"]] == [("bot", 2), ("rival", 1)]
    assert [one["name"] for one in figure["versions"]] == ["dataset v2"]


def test_runs_of_one_version_are_folded_without_claiming_more_certainty(
    project: Project, version: DatasetVersion
) -> None:
    old = [make_line_run(version, around(0.5, seed), target="bot 1.0") for seed in range(2)]
    new = [make_line_run(version, around(0.8, seed), target="bot 2.0") for seed in range(2)]
    wish = TrendWish(version.dataset_id, "m.m", TrendAxis.VERSION)
    ((before, after),) = (line.points for line in trend_of(project, wish).lines)
    assert ([run.pk for run in before.runs], before.version) == ([run.pk for run in old], "1.0")
    metrics = [run.run_metrics.get() for run in new]
    for end in ("mean", "ci_low", "ci_high"):
        averaged = sum(getattr(metric, end) for metric in metrics) / 2
        assert getattr(after.reading, end.removeprefix("ci_")) == pytest.approx(averaged)
    assert before.verdict is None
    assert after.verdict is not None
    assert (after.verdict.against, after.verdict.verdict) == (old[1], "better")


def test_pass_rate_and_overall_have_intervals_too(project: Project, version: DatasetVersion, viewer: User) -> None:
    metrics = {"m": {"threshold": 0.5}, "n": {"threshold": 0.5}}
    run = make_line_run(version, {**around(0.5), "n": around(0.9)["m"]}, metrics=metrics)
    Run.objects.filter(pk=run.pk).update(failing_count=5)
    rate = trend_of(project, TrendWish(version.dataset_id, "pass_rate")).points[0].reading
    assert (rate.mean, rate.low, rate.high) == pytest.approx((0.75, 0.531299, 0.888138), abs=1e-5)  # Wilson, 15 of 20
    overall = trend_of(project, TrendWish(version.dataset_id)).points[0].reading
    assert overall.low is not None
    assert overall.high is not None
    assert overall.low < run.overall < overall.high  # type: ignore[operator]  # it is scored
    assert "75.0 %" in page_of(viewer, project, "?measure=pass_rate")


def test_a_page_shows_the_newest_runs_and_says_how_many_there_are(
    project: Project, version: DatasetVersion, viewer: User
) -> None:
    target, revision = project.targets.create(name="bot"), make_metric(key="contains")
    more = MOST_RUNS + 3
    for run in [make_run(version=version, target=target, name=f"r{n}", state="finished") for n in range(more)]:
        make_run_metric(run=run, revision=revision, mean=0.5, n_scored=1, rank=0)
    page = page_of(viewer, project)
    assert f"{MOST_RUNS} newest of {more} runs" in page
    assert (named_in(page)[0], len(named_in(page))) == (f"r{more - 1}", PAGE_SIZE)
    assert named_in(page_of(viewer, project, "?page=2"))[0] == f"r{more - PAGE_SIZE - 1}"
    assert len(list(csv.reader(io.StringIO(exported(viewer, project))))) == more + 1


def exported(user: User, project: Project, query: str = "") -> str:
    response = ClientOf(user).get(reverse("runs:trend_export", args=[project.pk]) + query)
    assert response["Content-Type"].startswith("text/csv")
    return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]  # it is streamed


def test_the_file_has_what_the_page_says(project: Project, version: DatasetVersion, viewer: User) -> None:
    make_line_run(version, around(0.7, 1), name="=first")
    run = make_line_run(version, around(0.5, 2), name="second")
    newest, oldest = csv.DictReader(io.StringIO(exported(viewer, project, "?measure=m.m")))
    verdict = run.verdicts.get()
    assert (newest["run"], newest["against"], newest["verdict"], newest["items"]) == (
        "second",
        "'=first",
        "worse",
        "20",
    )
    assert float(newest["difference"]) == verdict.difference
    assert (oldest["run"], oldest["verdict"]) == ("'=first", "")


def test_a_project_without_finished_runs_says_what_to_do(project: Project, bob: User) -> None:
    assert "A trend begins with the second finished run" in page_of(bob, project)
    assert ClientOf(bob).get(reverse("runs:trend_export", args=[project.pk])).status_code == 404


def test_charlie_does_not_learn_that_there_are_trends(project: Project, charlie: User) -> None:
    assert ClientOf(charlie).get(address(project)).status_code == 404


def test_the_overview_leads_here(project: Project, version: DatasetVersion, viewer: User) -> None:
    make_line_run(version, around(0.7))
    overview = ClientOf(viewer).get(reverse("runs:project_overview", args=[project.pk])).content.decode()
    assert f'href="{address(project)}?dataset={version.dataset_id}"' in overview


def test_queries_do_not_grow_with_runs(
    project: Project, version: DatasetVersion, viewer: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for seed in range(8):
        make_line_run(version, around(0.6, seed), target=f"bot {seed % 3}")
    client = ClientOf(viewer)
    with django_assert_max_num_queries(17):
        client.get(address(project))
