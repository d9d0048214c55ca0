"""The page of a comparison: who sees it, what it says, what its address can hold."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from evalhub.accounts.models import Project, User
from metrics.choices import ValueType
from metrics.models import ProjectMetric
from runs.models import Run
from tests.conftest import _ClientOf as ClientOf
from tests.runs.comparison.compared_runs import make_compared_run, make_questions

HOSTILE = '<script>alert("x")</script> five words more'
KEYS = [f"q{place}" for place in range(30)]
METRICS: dict[str, dict[str, object]] = {
    "relevance": {"name": "Relevance", "threshold": 0.5, "is_star": True},
    "exact": {"name": "Exact", "value_type": ValueType.BOOLEAN},
}
BEFORE = [0.4 + place / 100 for place in range(30)]
# Ten items get better by 0.3, five worse by 0.1, fifteen stay.
AFTER = [value + (0.3 if place < 10 else -0.1 if place < 15 else 0.0) for place, value in enumerate(BEFORE)]


@pytest.fixture
def runs(project: Project) -> tuple[Run, Run]:
    version = make_questions(project, KEYS, topics=("returns", "prices", "parcels"))
    exact = [float(place % 2) for place in range(30)]
    first = make_compared_run(version, {"relevance": BEFORE, "exact": exact}, metrics=METRICS, name="Release 1")
    second = make_compared_run(
        version,
        {"relevance": AFTER, "exact": exact},
        metrics=METRICS,
        outputs=[f"{HOSTILE} {place}" for place in range(30)],
        name="Release 2",
    )
    return first, second


def address(runs: tuple[Run, ...], query: str = "") -> str:
    ids = ",".join(str(run.pk) for run in runs)
    return f"/projects/{runs[0].project_id}/compare/?runs={ids}{query}"


def html_of(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, response
    return response.content.decode()


def in_words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def ordinals(html: str) -> list[int]:
    return [int(place) for place in re.findall(r'data-item-place="(\d+)"', html)]


def test_it_says_what_is_better_and_by_how_much(runs: tuple[Run, Run], viewer: User, client_of: type[ClientOf]) -> None:
    words = in_words(html_of(client_of(viewer), address(runs)))
    assert "Comparison of 2 runs" in words
    assert re.search(r" better by 0\.08 \(0\.0\d to 0\.1\d\), 30 items", words)
    assert "the same on all 30 items" in words
    assert "▲ better 10" in words
    assert "▼ worse 5" in words
    assert "= same 15" in words
    assert "the same conditions for all" in words


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("&show=worse", [10, 11, 12, 13, 14]),
        ("&show=better&sort=ordinal", list(range(10))),
        ("&show=worse&meta.topic=prices", [10, 13]),
        ("&show=unmatched", []),
        ("&sort=ordinal&page=2", [25, 26, 27, 28, 29]),
        ("&by=m.exact&show=same&sort=ordinal&meta.topic=parcels", list(range(2, 30, 3))),
        ("&by=m.gone&show=worse", [10, 11, 12, 13, 14]),
        ("&show=nonsense&vs=9&page=0&item=x&view=odd&sort=odd", None),
    ],
)
def test_the_address_says_which_items(
    runs: tuple[Run, Run], bob: User, client_of: type[ClientOf], query: str, expected: list[int] | None
) -> None:
    found = ordinals(html_of(client_of(bob), address(runs, query)))
    assert found == expected if expected is not None else len(found) == 25


def test_the_worst_stand_first(runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]) -> None:
    assert set(ordinals(html_of(client_of(bob), address(runs)))[:5]) == {10, 11, 12, 13, 14}
    assert set(ordinals(html_of(client_of(bob), address(runs, "&sort=best")))[:10]) == set(range(10))


def test_words_that_differ_are_marked_and_hostile_text_is_text(
    runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]
) -> None:
    html = html_of(client_of(bob), address(runs, "&view=diff"))
    assert "<script>alert" not in html
    assert "&lt;" in html
    assert "<del>answer</del>" in html
    assert "five words more" in in_words(html)


def test_slices_are_tested_one_by_one(runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]) -> None:
    html = html_of(client_of(bob), address(runs, "&slice=topic"))
    assert all(f">{topic}</a>" in html for topic in ("returns", "prices", "parcels"))
    assert "meta.topic=returns" in html


def test_the_fairness_panel_names_what_differs(project: Project, bob: User, client_of: type[ClientOf]) -> None:
    first = make_questions(project, KEYS)
    second = make_questions(project, [*KEYS[2:], "new"])
    metric = {"relevance": {"name": "Relevance", "threshold": 0.5}}
    pair = (
        make_compared_run(first, {"relevance": BEFORE}, metrics=metric, name="Release 1"),
        make_compared_run(
            second, {"relevance": BEFORE[1:]}, metrics={"relevance": {"threshold": 0.6}}, name="Release 2"
        ),
    )
    metrics = pair[0].run_metrics.get().revision.metric
    ProjectMetric.objects.create(project=project, metric=metrics, threshold=0.9)
    pair[1].run_metrics.update(judge_model="judge-2")
    pair[0].run_metrics.update(judge_model="judge-1")
    words = in_words(html_of(client_of(bob), address(pair)))
    assert "28 matched, 2 only in the baseline, 1 only here" in words
    assert "Questions v1 Questions v2" in words
    assert "Relevance: judge-1 Relevance: judge-2" in words
    assert "Relevance: ≥ 0.50 Relevance: ≥ 0.60" in words
    assert "Relevance: judged by ≥ 0.50, now 0.9" in words
    assert "In Release 1, not in Release 2 2 q0 q1" in words
    assert "In Release 2, not in Release 1 1 new" in words
    assert ordinals(html_of(client_of(bob), address(pair, "&show=unmatched"))) == [0, 1]


def test_one_item_is_shown_in_every_run(runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]) -> None:
    path = address(runs, "&show=worse").replace("/compare/", "/compare/items/11/")
    page = html_of(client_of(bob), path)
    words = in_words(page)
    assert "2 of 5" in words
    assert "Item 12 in 2 runs" in words
    assert "answer 11" in words
    assert "▼ worse −0.10" in words
    assert "said of 11" in words
    assert "/compare/items/10/?" in page
    assert "/compare/items/12/?" in page
    drawer = client_of(bob).get(path, headers={"HX-Request": "true", "HX-Target": "item-drawer"})
    assert drawer["HX-Push-Url"].endswith("&show=worse&item=11")
    assert drawer.content.decode().lstrip().startswith('<aside class="drawer"')


@pytest.mark.parametrize("ordinal", [30, 99_999])
def test_an_item_that_is_not_there(runs: tuple[Run, Run], bob: User, client_of: type[ClientOf], ordinal: int) -> None:
    path = address(runs).replace("/compare/", f"/compare/items/{ordinal}/")
    assert client_of(bob).get(path).status_code == 404


def test_charts_hold_few_points_and_have_a_table(runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]) -> None:
    html = html_of(client_of(bob), address(runs).replace("/compare/", "/compare/charts/"))
    assert 'id="spread-figure"' in html
    assert "30 items; on the line both are equal" in in_words(html)
    assert "0.40 to 0.45" in in_words(html)


def test_ticked_runs_are_put_in_order(runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]) -> None:
    first, second = runs
    path = f"/projects/{first.project_id}/compare/"
    ticked = f"{path}?runs={second.pk}&runs={first.pk}"
    assert client_of(bob).get(ticked)["Location"] == f"{path}?runs={first.pk},{second.pk}"
    Run.objects.filter(pk=second.pk).update(is_baseline=True)
    assert client_of(bob).get(ticked)["Location"] == f"{path}?runs={second.pk},{first.pk}"
    assert client_of(bob).get(f"{path}?runs={first.pk}")["Location"] == f"{path}?runs={second.pk},{first.pk}"


def test_without_two_runs_there_is_a_choice(runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]) -> None:
    html = html_of(client_of(bob), f"/projects/{runs[0].project_id}/compare/")
    assert html.count('type="checkbox" name="runs"') == 2


@pytest.mark.parametrize("part", ["", "charts/", "items/3/"])
def test_charlie_does_not_learn_that_the_runs_exist(
    runs: tuple[Run, Run], charlie: User, client_of: type[ClientOf], part: str
) -> None:
    path = address(runs).replace("/compare/", f"/compare/{part}")
    assert client_of(charlie).get(path).status_code == 404
    assert Client().get(path).status_code == 302
    assert client_of(charlie).post(path).status_code == 405


def test_a_run_of_elsewhere_is_not_found_and_six_are_too_many(
    runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]
) -> None:
    assert client_of(bob).get(address(runs) + ",999999").status_code == 404
    six = [make_compared_run(runs[0].dataset_version, {"relevance": BEFORE}, metrics=METRICS) for _ in range(4)]
    assert client_of(bob).get(address((*runs, *six))).status_code == 400


def test_the_page_asks_the_database_little(runs: tuple[Run, Run], bob: User, client_of: type[ClientOf]) -> None:
    client = client_of(bob)
    html_of(client, address(runs))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        html_of(client, address(runs, "&show=worse"))
    assert len(queries) <= 13
