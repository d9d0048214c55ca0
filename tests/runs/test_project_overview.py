"""The page of one project: its grade, its trend, what is below threshold, and what to do next."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from evalhub.accounts.models import Project, User
from metrics.models import MetricRevision
from runs.models import Dataset, DatasetVersion, Run
from tests.conftest import _ClientOf as ClientOf
from tests.factories import make_dataset, make_metric, make_run, make_run_metric, make_version


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return make_version(dataset=make_dataset(project=project), rows=[{"input": "a"}])


@pytest.fixture
def contains(db: None) -> MetricRevision:
    return make_metric(key="contains")


def finished(version: DatasetVersion, revision: MetricRevision, mean: float, **fields: Any) -> Run:
    run = make_run(version=version, **{"state": "finished", "overall": mean, "name": f"run at {mean}", **fields})
    half = 0.02
    make_run_metric(
        run=run,
        revision=revision,
        mean=mean,
        threshold=0.7,
        n_scored=100,
        n_passed=60,
        ci_low=mean - half,
        ci_high=mean + half,
    )
    return run


def address(project: Project, dataset: Dataset | None = None) -> str:
    path = reverse("runs:project_overview", args=[project.pk])
    return f"{path}?dataset={dataset.pk}" if dataset else path


def page_of(user: User, path: str) -> str:
    return ClientOf(user).get(path).content.decode()


def test_grade_and_threshold_are_of_the_last_finished_run(
    project: Project, version: DatasetVersion, contains: MetricRevision, viewer: User
) -> None:
    finished(version, contains, 0.92)
    finished(version, contains, 0.65)
    make_run(version=version, state="failed", name="failed one")
    page = page_of(viewer, address(project))
    assert 'data-grade="D"' in page
    assert "below the wanted 0.70" in " ".join(page.replace('<span class="bad">', "").split())


def test_what_is_below_threshold_links_to_exactly_its_items(
    project: Project, version: DatasetVersion, contains: MetricRevision, bob: User
) -> None:
    run = finished(version, contains, 0.6, failing_count=12)
    page = page_of(bob, address(project))
    assert "misses its threshold: 60.0 %, wanted ≥ 70.0 %" in page
    assert f"{reverse('runs:run_detail', args=[run.pk])}?status.contains=failing" in page
    assert "Show the 40 items" in page
    assert f"{reverse('runs:run_detail', args=[run.pk])}?failing=1" in page


def test_each_dataset_stands_with_its_newest_version(project: Project, version: DatasetVersion, bob: User) -> None:
    newer = make_version(dataset=version.dataset, rows=[{"input": "a"}, {"input": "b"}], number=2)
    (line,) = ClientOf(bob).get(address(project)).context["overview"].datasets
    assert line.newest == newer
    assert "v2</td>" in page_of(bob, address(project))


def test_a_good_run_has_nothing_to_look_at(
    project: Project, version: DatasetVersion, contains: MetricRevision, bob: User
) -> None:
    finished(version, contains, 0.9)
    assert "no item fails" in page_of(bob, address(project))


@pytest.mark.parametrize(("mean", "words"), [(0.85, "better"), (0.75, "worse"), (0.81, "within the noise")])
def test_each_metric_is_held_against_the_pinned_baseline(
    project: Project, version: DatasetVersion, contains: MetricRevision, bob: User, mean: float, words: str
) -> None:
    finished(version, contains, 0.8, is_baseline=True)
    finished(version, contains, mean)
    (line,) = ClientOf(bob).get(address(project)).context["overview"].lines
    assert line.delta.words == words
    assert line.delta.value == pytest.approx(mean - 0.8)
    assert line.delta.low < line.delta.value < line.delta.high
    assert (line.delta.low < 0 < line.delta.high) == line.delta.is_noise
    assert line.difference_interval == f"{line.delta.low * 100:+.1f} to {line.delta.high * 100:+.1f} pp".replace(
        "-", "−"
    )


def test_the_trend_is_of_one_dataset_oldest_first_with_its_baseline_marked(
    project: Project, version: DatasetVersion, contains: MetricRevision, bob: User
) -> None:
    other = make_version(dataset=make_dataset(project=project, name="Others"), rows=[{"input": "b"}])
    for mean in (0.5, 0.6, 0.8):
        finished(version, contains, mean, is_baseline=mean == 0.6)
    finished(other, contains, 0.1)
    strip = ClientOf(bob).get(address(project, version.dataset)).context["overview"].strip
    assert [point.y for point in strip.points] == [0.5, 0.6, 0.8]
    assert [point.run.is_baseline for point in strip.points] == [False, True, False]
    assert [point.is_passing for point in strip.points] == [False, False, True]
    newest = ClientOf(bob).get(address(project)).context["overview"]
    assert newest.shown.dataset.name == "Others"


def test_an_empty_project_leads_to_the_upload_and_then_to_a_run(project: Project, bob: User, viewer: User) -> None:
    upload = f'href="{reverse("runs:dataset_upload", args=[project.pk])}"'
    assert upload in page_of(bob, address(project))
    assert upload not in page_of(viewer, address(project))
    make_version(dataset=make_dataset(project=project), rows=[{"input": "a"}])
    assert "Start a run" in page_of(bob, address(project))


def test_charlie_does_not_learn_that_the_project_exists(project: Project, charlie: User) -> None:
    assert ClientOf(charlie).get(address(project)).status_code == 404


def test_anonymous_is_sent_to_sign_in(project: Project, client: Client) -> None:
    assert client.get(address(project))["Location"].startswith("/accounts/login/")


def test_the_page_answers_no_post(project: Project, bob: User) -> None:
    assert ClientOf(bob).post(address(project)).status_code == 405


def test_queries_do_not_grow_with_runs_and_datasets(
    project: Project, contains: MetricRevision, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for name in ("One", "Two", "Three"):
        version = make_version(dataset=make_dataset(project=project, name=name), rows=[{"input": "a"}])
        for mean in (0.5, 0.6, 0.7):
            finished(version, contains, mean, is_baseline=mean == 0.5)
    client = ClientOf(bob)
    with django_assert_max_num_queries(15):
        client.get(address(project))
