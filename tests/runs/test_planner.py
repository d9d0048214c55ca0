"""The page of the planner: from two runs to what the next comparison needs, and the noise between twins."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from statsmodels.stats.power import TTestPower

from evalhub.accounts.models import Project, User
from runs.models import DatasetVersion, Run, RunBatch
from runs.planner.plan import NoiseSource
from runs.views.planner_page import PlannerPage
from tests.conftest import _ClientOf
from tests.factories import make_target
from tests.runs.comparison.compared_runs import make_compared_run, make_questions

CLOSE = {"close": {"threshold": 0.5}}
ITEMS = 40


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return make_questions(project, [str(number) for number in range(ITEMS)])


def make_values(version: DatasetVersion, seed: int, *, repeats: int = 1, **fields: Any) -> Run:
    values = np.random.default_rng(seed).uniform(0, 1, ITEMS * repeats).round(3).tolist()
    return make_compared_run(version, {"close": values}, metrics=CLOSE, repeats=repeats, **fields)


def make_twins(version: DatasetVersion, *seeds: int, **fields: Any) -> list[Run]:
    """Runs of one and the same target."""
    target = make_target(project=version.dataset.project, name="bot", version="7")
    runs = [make_values(version, seed, **fields) for seed in seeds]
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(target=target)
    return runs


def page_of(client: _ClientOf, project: Project, query: str = "") -> PlannerPage:
    answer = client.get(reverse("runs:planner", args=[project.pk]) + query)
    assert answer.status_code == 200
    page: PlannerPage = answer.context["page"]
    return page


def test_items_needed_are_as_many_as_statsmodels_says_of_the_same_differences(
    client_of: type[_ClientOf], bob: User, project: Project, version: DatasetVersion
) -> None:
    one, other = make_values(version, 1), make_values(version, 2)
    page = page_of(client_of(bob), project, "?difference=0.04&power=0.9")
    before, after = (np.random.default_rng(seed).uniform(0, 1, ITEMS).round(3) for seed in (1, 2))
    effect = 0.04 / (after - before).std(ddof=1)
    theirs = TTestPower().solve_power(effect_size=effect, alpha=0.05, power=0.9)
    assert page.answer is not None
    assert float(page.answer.needed[0].replace(",", "")) == pytest.approx(theirs, rel=0.01)
    assert page.chosen == (one, other)
    assert page.times == ["once"]


def test_twins_tell_the_noise_and_what_repeats_are_worth(
    client_of: type[_ClientOf], bob: User, project: Project, version: DatasetVersion
) -> None:
    make_twins(version, 1, 2)
    page = page_of(client_of(bob), project)
    before, after = (np.random.default_rng(seed).uniform(0, 1, ITEMS).round(3) for seed in (1, 2))
    squares = float(((after - before) ** 2).mean())
    assert page.plan is not None
    assert page.plan.source == NoiseSource.TWINS
    # All that twins differ by is noise; what their mean differs by is left out of the spread.
    assert page.plan.spread.noise == pytest.approx(min(squares, (after - before).var(ddof=1)))
    assert page.floor == f"{1.96 * (page.plan.spread.noise / ITEMS) ** 0.5:.3g}"
    assert [row.changed for row in page.twins] == ["100.0%"]
    needs = [int(re.sub(r"\D", "", needed)) for needed in page.needs[-1].needed]
    assert needs == sorted(needs, reverse=True)
    assert needs[0] > 5 * needs[-1]


def test_a_run_that_took_answers_from_the_cache_is_no_twin(
    client_of: type[_ClientOf], bob: User, project: Project, version: DatasetVersion
) -> None:
    _, later = make_twins(version, 1, 2)
    RunBatch.objects.filter(run=later).update(n_cached=3)
    page = page_of(client_of(bob), project)
    assert page.twins == []
    assert page.plan is not None
    assert page.plan.source == NoiseSource.UNKNOWN


def test_repeats_of_the_compared_runs_tell_the_noise_where_there_are_no_twins(
    client_of: type[_ClientOf], bob: User, project: Project, version: DatasetVersion
) -> None:
    runs = [make_values(version, seed, repeats=3) for seed in (1, 2)]
    page = page_of(client_of(bob), project, f"?baseline={runs[1].pk}&candidate={runs[0].pk}")
    assert page.chosen == (runs[1], runs[0])
    assert page.plan is not None
    assert page.plan.source == NoiseSource.REPEATS
    rows = [np.random.default_rng(seed).uniform(0, 1, ITEMS * 3).round(3).reshape(-1, 3) for seed in (1, 2)]
    within = np.mean([row.var(axis=1, ddof=1).mean() for row in rows])
    differences = rows[0].mean(axis=1) - rows[1].mean(axis=1)
    assert page.plan.spread.noise == pytest.approx(min(2 * within, 3 * differences.var(ddof=1)))


@pytest.mark.parametrize("query", ["?difference=-1", "?difference=x", "?power=2", "?dataset=999", "?by=x&baseline=x"])
def test_what_cannot_be_understood_is_left_at_its_default(
    query: str, client_of: type[_ClientOf], bob: User, project: Project, version: DatasetVersion
) -> None:
    make_values(version, 1)
    make_values(version, 2)
    page = page_of(client_of(bob), project, query)
    assert page.plan is not None
    assert page.answer is None


def test_one_run_alone_plans_nothing(
    client_of: type[_ClientOf], bob: User, project: Project, version: DatasetVersion
) -> None:
    make_values(version, 1)
    page = client_of(bob).get(reverse("runs:planner", args=[project.pk])).content.decode()
    assert "Two finished runs are needed" in page


def test_charlie_does_not_learn_that_the_project_exists(
    client_of: type[_ClientOf], charlie: User, project: Project
) -> None:
    assert client_of(charlie).get(reverse("runs:planner", args=[project.pk])).status_code == 404
