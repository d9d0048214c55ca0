"""The runs of a project: filters, sorting, columns, pages, and the difference to the baseline."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from evalhub.accounts.models import Project, User
from metrics.models import MetricRevision
from runs.models import DatasetVersion, Run
from tests.conftest import _ClientOf as ClientOf
from tests.factories import make_dataset, make_metric, make_run, make_run_metric, make_target, make_version


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return make_version(dataset=make_dataset(project=project), rows=[{"input": "a"}])


@pytest.fixture
def contains(db: None) -> MetricRevision:
    return make_metric(key="contains")


def measured(version: DatasetVersion, revision: MetricRevision, name: str, mean: float | None, **fields: Any) -> Run:
    half = fields.pop("half_width", 0.01)
    run = make_run(version=version, name=name, **{"state": "finished", "overall": mean, **fields})
    ends = {"ci_low": mean - half, "ci_high": mean + half} if mean is not None else {}
    make_run_metric(run=run, revision=revision, mean=mean, n_scored=9, **ends)
    return run


def names(user: User, project: Project, query: str = "") -> list[str]:
    page = ClientOf(user).get(address(project) + query).content.decode()
    return re.findall(r'class="table__link"[^>]*>([^<]+)</a>', page)


def address(project: Project) -> str:
    return reverse("runs:run_list", args=[project.pk])


def test_the_newest_run_stands_first(project: Project, version: DatasetVersion, viewer: User) -> None:
    make_run(version=version, name="first")
    make_run(version=version, name="second")
    assert names(viewer, project) == ["second", "first"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?sort=m.contains", ["low", "mid", "high", "none"]),
        ("?sort=-m.contains", ["high", "mid", "low", "none"]),
        ("?sort=overall", ["low", "mid", "high", "none"]),
        ("?sort=-name", ["none", "mid", "low", "high"]),
        ("?m.contains=0.4..0.7", ["mid"]),
        ("?m.contains=..0.4", ["low"]),
        ("?q=HIG", ["high"]),
        ("?q=nightly", ["mid"]),
        ("?tag=nightly", ["mid"]),
        ("?state=failed", ["none"]),
        ("?state=failed&state=finished&sort=name", ["high", "low", "mid", "none"]),
        ("?author=bak", ["low"]),
        ("?meta.branch=main", ["mid"]),
        ("?metadata=build%3D3", ["high"]),
        ("?meta.branch=main&metadata=build%3D3", []),
        ("?metadata=build", ["none", "high", "mid", "low"]),
        ("?m.contains=what", ["none", "high", "mid", "low"]),
        ("?dataset=99999&sort=nonsense", ["none", "high", "mid", "low"]),
    ],
)
def test_filters_and_sorting_stand_in_the_address(
    project: Project, version: DatasetVersion, contains: MetricRevision, bob: User, query: str, expected: list[str]
) -> None:
    measured(version, contains, "low", 0.2, created_by=bob)
    measured(version, contains, "mid", 0.5, tags=["nightly"], metadata={"branch": "main"})
    measured(version, contains, "high", 0.9, metadata={"build": 3})
    measured(version, contains, "none", None, state="failed")
    assert names(bob, project, query) == expected


def test_dataset_and_target_narrow_the_list(project: Project, version: DatasetVersion, bob: User) -> None:
    other = make_version(dataset=make_dataset(project=project, name="Others"), rows=[{"input": "b"}])
    make_run(version=version, name="one", target=make_target(project=project, name="bot-a"))
    make_run(version=other, name="two", target=make_target(project=project, name="bot-b"))
    assert names(bob, project, f"?dataset={other.dataset.pk}") == ["two"]
    assert names(bob, project, "?target=bot-a") == ["one"]


def test_a_delta_is_against_the_baseline_of_the_dataset_with_its_interval_and_says_noise(
    project: Project, version: DatasetVersion, contains: MetricRevision, bob: User
) -> None:
    measured(version, contains, "pinned", 0.5, is_baseline=True)
    measured(version, contains, "better", 0.7)
    measured(version, contains, "noisy", 0.55, half_width=0.2)
    page = ClientOf(bob).get(address(project)).content.decode()
    better = "Against the baseline pinned: better, 95 % interval +18.6 to +21.4 pp"
    noisy = "Against the baseline pinned: within the noise, 95 % interval −15.0 to +25.0 pp"
    assert f'data-tone="good" title="{better}">+20.0 pp<' in page
    assert f'data-tone="neutral" title="{noisy}">≈ +5.0 pp<' in page
    assert page.count('class="delta"') == 2


def test_columns_are_chosen_in_the_address(
    project: Project, version: DatasetVersion, contains: MetricRevision, bob: User
) -> None:
    measured(version, contains, "run", 0.5, tags=["nightly"])
    page = ClientOf(bob).get(address(project) + "?cols=state,m.contains&cols=tags").content.decode()
    labels = re.findall(r'<td data-label="(\w+)"', page)
    assert labels == ["State", "Contains", "Tags"]
    assert 'title="Mean of Contains, higher is better"' in page
    assert "<span>↑ Contains</span>" in page


def test_a_bad_range_is_named(project: Project, bob: User) -> None:
    page = ClientOf(bob).get(address(project) + "?m.contains=much").content.decode()
    assert "&quot;much&quot; is no range" in page


def test_pages_hold_thirty_runs_and_a_page_past_the_end_is_the_last(
    project: Project, version: DatasetVersion, bob: User
) -> None:
    for number in range(31):
        make_run(version=version, name=f"run {number}")
    assert len(names(bob, project)) == 30
    assert names(bob, project, "?page=2") == names(bob, project, "?page=99") == ["run 0"]


def test_htmx_gets_only_the_table(project: Project, version: DatasetVersion, bob: User) -> None:
    make_run(version=version)
    headers = {"HX-Request": "true", "HX-Target": "run-table"}
    page = ClientOf(bob).get(address(project), headers=headers).content.decode()
    assert page.strip().startswith("<section")
    assert "<html" not in page


def test_the_address_says_only_what_was_chosen(project: Project, version: DatasetVersion, bob: User) -> None:
    make_run(version=version)
    headers = {"HX-Request": "true", "HX-Target": "run-table"}
    usual = "&".join(
        f"cols={name}" for name in ("state", "dataset", "target", "overall", "items", "duration", "author", "age")
    )
    response = ClientOf(bob).get(f"{address(project)}?q=run&dataset=&m.contains=&{usual}", headers=headers)
    assert response["HX-Push-Url"] == f"{address(project)}?q=run"
    response = ClientOf(bob).get(f"{address(project)}?q=&cols=state&sort=name", headers=headers)
    assert response["HX-Push-Url"] == f"{address(project)}?cols=state&sort=name"


def test_an_empty_list_says_what_to_do(project: Project, bob: User) -> None:
    page = ClientOf(bob).get(address(project)).content.decode()
    assert "No runs yet" in page
    assert reverse("runs:run_create", args=[project.pk]) in page


def test_a_deleted_run_is_gone(project: Project, version: DatasetVersion, bob: User) -> None:
    make_run(version=version, deleted_at="2026-01-01T00:00:00Z")
    assert names(bob, project) == []


def test_charlie_does_not_learn_that_the_project_exists(project: Project, charlie: User) -> None:
    assert ClientOf(charlie).get(address(project)).status_code == 404


def test_anonymous_is_sent_to_sign_in(project: Project, client: Client) -> None:
    assert client.get(address(project))["Location"].startswith("/accounts/login/")


def test_the_list_answers_no_post(project: Project, bob: User) -> None:
    assert ClientOf(bob).post(address(project)).status_code == 405


def test_queries_do_not_grow_with_runs(
    project: Project,
    version: DatasetVersion,
    contains: MetricRevision,
    bob: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        measured(version, contains, f"run {number}", 0.5, is_baseline=number == 0)
    client = ClientOf(bob)
    with django_assert_max_num_queries(13):
        client.get(address(project))
