"""Insights are computed once a run closes, again when what they rest on changes, and also after a worker died."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from evalhub.accounts.models import Project, User
from runs.execution.deletion import delete_run_rows
from runs.execution.sweep import sweep
from runs.insights import computing, failing_texts
from runs.insights.material import Material
from runs.insights.wanted import MOST_TRIES, want_insights
from runs.models import Insight, InsightReport, ItemSet, Run
from runs.services.baselines import pin_baseline, unpin_baseline
from tests.conftest import _ClientOf
from tests.runs.insights.scored import make_questions, score
from tests.runs.scored_runs import Answer

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(project: Project) -> Run:
    answers = [Answer(scores={"quality": value}, passed=value > 0.5) for value in (0.1, 0.2, 0.3, 0.9)]
    return score(make_questions(project, [{}] * 4), answers)


def _is_wanted(run: Run) -> bool:
    return InsightReport.objects.filter(pk=run.pk, wanted_at__isnull=False).exists()


def test_a_run_that_closes_is_found_by_the_sweep_and_told_of_once_in_a_while(run: Run) -> None:
    assert sweep().insights == [run.pk]
    assert sweep().insights == []
    InsightReport.objects.update(rung_at=timezone.now() - timedelta(hours=1))
    assert sweep().insights == [run.pk]


def test_computing_twice_does_it_once(run: Run) -> None:
    assert computing.compute_insights(run.pk)
    rows = list(Insight.objects.values_list("pk", flat=True))
    assert rows
    assert not computing.compute_insights(run.pk)
    assert list(Insight.objects.values_list("pk", flat=True)) == rows


def test_a_worker_that_dies_leaves_nothing_half_done_and_another_takes_it_up(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(BaseException):
        pass

    def die(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(computing, "_sets", die)
        with pytest.raises(KilledError):
            computing.compute_insights(run.pk)
    assert not Insight.objects.exists()
    assert computing.compute_insights(run.pk)
    assert InsightReport.objects.get(pk=run.pk).tries == 0


def test_what_kills_every_worker_is_given_up(run: Run) -> None:
    InsightReport.objects.update(tries=MOST_TRIES)
    assert sweep().insights == []
    assert not computing.compute_insights(run.pk)


def test_a_wish_that_comes_while_computing_stands(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    find = computing._find

    def interrupted(material: Material) -> computing.Found:
        want_insights([run.pk])
        return find(material)

    monkeypatch.setattr(computing, "_find", interrupted)
    assert computing.compute_insights(run.pk)
    assert _is_wanted(run)


def test_another_baseline_has_them_computed_again(run: Run, alice: User) -> None:
    assert computing.compute_insights(run.pk)
    pin_baseline(run, by=alice)
    assert _is_wanted(run)
    assert computing.compute_insights(run.pk)
    unpin_baseline(run, by=alice)
    assert _is_wanted(run)


def test_texts_that_cannot_be_grouped_cost_only_the_groups(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failing_texts, "LEAST_FAILING", 1)
    monkeypatch.setattr(failing_texts, "_PROGRAM", ("false",))
    assert computing.compute_insights(run.pk)
    assert Insight.objects.filter(run=run, key="below.quality").exists()
    assert "Failure groups could not be made" in InsightReport.objects.get(pk=run.pk).notes[-1]


def test_a_deleted_run_takes_its_insights_along(run: Run) -> None:
    assert computing.compute_insights(run.pk)
    ItemSet.objects.create(run=run, name="x", label="x", packed=b"")
    Run.objects.filter(pk=run.pk).update(deleted_at=timezone.now())
    assert delete_run_rows(run.pk)
    assert not Insight.objects.exists()
    assert not ItemSet.objects.exists()


def test_people_and_programs_ask_for_them_again(run: Run, alice: User, client_of: type[_ClientOf]) -> None:
    assert computing.compute_insights(run.pk)
    client = client_of(alice)
    assert client.post(reverse("runs:run_insights", args=[run.pk])).status_code == 302
    told = client.get(reverse("api:run_insights", args=[run.uuid])).json()
    assert told["is_wanted"]
    assert told["insights"][0]["key"] == "below.quality"
    assert told["insights"][0]["items"] == 3
    of_project = client.get(reverse("api:project_insights", args=[run.project.uuid])).json()
    assert [one["run"] for one in of_project["insights"]] == [str(run.uuid)]
    page = client.get(reverse("runs:project_overview", args=[run.project_id]))
    assert "misses its threshold" in page.content.decode()


def test_strangers_are_told_nothing(run: Run, charlie: User, client_of: type[_ClientOf]) -> None:
    for name in ("runs:run_insights", "runs:failure_groups"):
        assert client_of(charlie).get(reverse(name, args=[run.pk])).status_code == 404
    address = f"{reverse('api:comparison_insights')}?runs={run.uuid},{run.uuid}"
    assert client_of(charlie).get(address).status_code == 404
