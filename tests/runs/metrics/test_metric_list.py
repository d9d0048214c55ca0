"""The catalogue of a team's metrics and the page of one: what is there, who uses it, archiving."""

from __future__ import annotations

import pytest
from django.urls import reverse

from evalhub.accounts.models import Project, Team, User
from metrics.models import Metric
from metrics.project_metrics import MetricSetting, configure_metric
from tests.conftest import _ClientOf as ClientOf
from tests.factories import builtin, make_metric
from tests.runs.scored_runs import Answer, make_scored_run


def listed(user: User, team: Team, query: str = "") -> set[str]:
    page = ClientOf(user).get(reverse("runs:metric_list", args=[team.slug]) + query)
    return {row.metric.key for group in page.context["groups"] for row in group.rows}


def archival(team: Team, metric: Metric) -> str:
    return reverse("runs:metric_archival", args=[team.slug, metric.pk])


def detail(team: Team, metric: Metric) -> str:
    return reverse("runs:metric_detail", args=[team.slug, metric.pk])


def test_built_ins_and_own_ones_are_there_and_others_are_not(
    team: Team, project: Project, viewer: User, charlie: User
) -> None:
    make_metric(key="manners", project=project)
    theirs = Project.objects.create(team=charlie.memberships.get().team, key="x", name="X")
    make_metric(key="secret", project=theirs)
    found = listed(viewer, team)
    assert {"manners", "contains", "coherence"} <= found
    assert "secret" not in found


@pytest.mark.parametrize(
    ("query", "here", "gone"),
    [
        ("?q=regular+expression", "regex_match", "contains"),
        ("?category=rag", "context_recall", "coherence"),
        ("?kind=judge", "coherence", "contains"),
        ("?owner=own", "manners", "contains"),
        ("?owner=built-in", "contains", "manners"),
        ("?archived=on", "old", "manners"),
        ("?category=nonsense", "contains", "old"),
    ],
)
def test_it_searches_and_filters(team: Team, project: Project, viewer: User, query: str, here: str, gone: str) -> None:
    make_metric(key="manners", project=project)
    Metric.objects.filter(pk=make_metric(key="old", project=project).metric_id).update(archived_at="2026-01-01T00:00Z")
    found = listed(viewer, team, query)
    assert here in found
    assert gone not in found


def test_it_says_in_which_projects_a_metric_is_on(team: Team, project: Project, alice: User) -> None:
    fluency = builtin("fluency").metric
    page = ClientOf(alice).get(detail(team, fluency)).content.decode()
    assert "no project" in page
    setting = MetricSetting(fluency, is_enabled=True, threshold=None, weight=1.0)
    configure_metric(project, setting=setting, by=alice)
    assert project.name in ClientOf(alice).get(detail(team, fluency)).content.decode()


def test_its_page_names_the_runs_by_revision(team: Team, project: Project, viewer: User) -> None:
    make_scored_run(project=project, answers=[Answer(scores={"manners": 1.0})], metrics={"manners": {}}, name="Nightly")
    page = ClientOf(viewer).get(detail(team, Metric.objects.get(key="manners"))).content.decode()
    assert "Nightly" in page
    assert "1 run<" in page


def test_an_archived_metric_is_offered_to_nobody_and_comes_back(team: Team, project: Project, alice: User) -> None:
    metric = make_metric(key="manners", project=project).metric
    client = ClientOf(alice)
    client.post(archival(team, metric))
    assert not Metric.objects.usable_in(project).filter(key="manners").exists()
    assert "Bring it back" in client.get(detail(team, metric)).content.decode()
    client.post(archival(team, metric), {"restore": "1"})
    assert Metric.objects.usable_in(project).filter(key="manners").exists()


def test_a_built_in_is_not_archived(team: Team, alice: User) -> None:
    response = ClientOf(alice).post(archival(team, builtin("contains").metric))
    assert response.status_code == 403
    assert "make a metric of your own" in response.content.decode()


def test_charlie_does_not_learn_that_the_metric_exists(team: Team, project: Project, charlie: User) -> None:
    metric = make_metric(key="manners", project=project).metric
    own_team = charlie.memberships.get().team
    assert ClientOf(charlie).get(detail(team, metric)).status_code == 404
    assert ClientOf(charlie).get(detail(own_team, metric)).status_code == 404
