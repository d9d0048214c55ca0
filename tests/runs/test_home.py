"""The first page: a card per project, and what to do when there is none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, Team, User
from runs.models import Run
from runs.project_cards import project_cards
from tests.conftest import _ClientOf as ClientOf
from tests.factories import make_dataset, make_run, make_version

HOME = "/"


def finished_run(project: Project, *, overall: float, failing: int = 0, dataset: str = "Questions") -> Run:
    owner = project.datasets.filter(name=dataset).first() or make_dataset(project=project, name=dataset)
    version = owner.versions.first() or make_version(dataset=owner, rows=[{"input": "a"}])
    return make_run(
        version=version, name=f"{dataset} {overall}", state="finished", overall=overall, failing_count=failing
    )


def test_a_card_shows_grade_overall_last_run_failing_items_and_people(project: Project, alice: User, bob: User) -> None:
    finished_run(project, overall=0.61)
    last = finished_run(project, overall=0.84, failing=7)
    page = ClientOf(alice).get(HOME).content.decode()
    assert 'data-grade="B"' in page
    assert last.name in page
    assert "7 failing items" in page
    assert f"{reverse('runs:run_detail', args=[last.pk])}?failing=1" in page
    assert "Alice Archer, Bob Baker" in page


def test_the_sparkline_holds_the_last_twenty_finished_runs_oldest_first(project: Project, alice: User) -> None:
    runs = [finished_run(project, overall=number / 100) for number in range(23)]
    make_run(version=runs[0].dataset_version, name="still going", state="scoring")
    (card,) = project_cards(alice)
    assert card.points == [number / 100 for number in range(3, 23)]
    assert card.overall == 0.22
    assert str(card.last_run) == "still going"


def test_failing_items_are_those_of_the_last_finished_run_of_each_dataset(project: Project, alice: User) -> None:
    finished_run(project, overall=0.5, failing=100)
    finished_run(project, overall=0.5, failing=3)
    finished_run(project, overall=0.5, failing=4, dataset="Others")
    finished_run(project, overall=0.9, failing=0, dataset="Fine")
    (card,) = project_cards(alice)
    assert card.failing_count == 7
    assert {run.dataset.name for run in card.failing} == {"Questions", "Others"}


def test_archived_and_library_projects_and_deleted_runs_are_not_shown(project: Project, alice: User) -> None:
    finished_run(project, overall=0.5)
    Run.objects.update(deleted_at=timezone.now())
    Project.objects.create(team=project.team, key="old", name="Old", archived_at=timezone.now() - timedelta(days=1))
    (card,) = project_cards(alice)
    assert card.project == project
    assert (card.last_run, card.overall, card.grade) == (None, None, "")


def test_charlie_does_not_see_the_project(project: Project, charlie: User) -> None:
    assert project.name not in ClientOf(charlie).get(HOME).content.decode()


@pytest.mark.parametrize(
    ("role", "advice"), [(Role.OWNER, "Start with a project"), (Role.VIEWER, "Your team has no project yet")]
)
def test_without_projects_the_page_says_what_to_do(team: Team, viewer: User, role: Role, advice: str) -> None:
    Membership.objects.filter(user=viewer).update(role=role)
    assert advice in ClientOf(viewer).get(HOME).content.decode()


def test_without_a_team_the_page_says_whom_to_ask(db: None) -> None:
    loner = User.objects.create_user("loner@example.org", name="Lo Ner")
    assert "You are not in a team yet" in ClientOf(loner).get(HOME).content.decode()


def test_anonymous_is_sent_to_sign_in(client: Client) -> None:
    response = client.get(HOME)
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/")


def test_the_page_answers_no_post(alice: User) -> None:
    assert ClientOf(alice).post(HOME).status_code == 405


def test_queries_do_not_grow_with_projects_and_runs(
    team: Team, alice: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        project = Project.objects.create(team=team, key=f"p{number}", name=f"Project {number}")
        for run in range(4):
            finished_run(project, overall=run / 10, failing=run)
    client = ClientOf(alice)
    with django_assert_max_num_queries(11):
        page = client.get(HOME).content.decode()
    assert page.count("<article") == 6
