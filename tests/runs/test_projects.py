"""Making, changing and archiving projects, and the metrics a project switches on."""

from __future__ import annotations

import pytest
from django.urls import reverse

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, Team, User
from metrics.catalogue import BUILT_INS
from tests.conftest import _ClientOf as ClientOf

CREATE = "/projects/new/"


def address(project: Project, page: str) -> str:
    return reverse(f"runs:project_{page}", args=[project.pk])


def details(**changes: str) -> dict[str, str]:
    return {"name": "Support bot", "model_name": "", "quality_threshold": "0.8", "description": "", **changes}


def metric_fields(**changes: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for built_in in BUILT_INS:
        fields |= {f"metric-{built_in.key}-is_enabled": "on", f"metric-{built_in.key}-weight": "1"}
    return fields | changes


def test_bob_makes_a_project_and_lands_in_it(team: Team, bob: User) -> None:
    response = ClientOf(bob).post(CREATE, {"team": team.pk, "name": " Bot ", "quality_threshold": "0.9"})
    project = Project.objects.get(key="bot")
    assert response["Location"] == address(project, "overview")
    assert (project.name, project.quality_threshold, project.team) == ("Bot", 0.9, team)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "Support bot"}, "choose another name"),
        ({"name": ""}, "required"),
        ({"quality_threshold": "1.2"}, "less than or equal to 1"),
    ],
)
def test_what_is_wrong_is_said_in_the_form(project: Project, bob: User, changes: dict[str, str], sentence: str) -> None:
    body = {"team": str(project.team.pk), "name": "Other", "quality_threshold": "0.7", **changes}
    assert sentence in ClientOf(bob).post(CREATE, body).content.decode()
    assert Project.objects.filter(is_library=False).count() == 1


def test_a_team_of_others_cannot_be_chosen(team: Team, bob: User, charlie: User) -> None:
    theirs = charlie.memberships.get().team
    page = ClientOf(bob).post(CREATE, {"team": theirs.pk, "name": "Spy", "quality_threshold": "0.7"})
    assert "valid choice" in str(page.context["form"].errors["team"])
    assert not Project.objects.filter(name="Spy").exists()


def test_a_viewer_makes_no_project(viewer: User) -> None:
    assert ClientOf(viewer).get(CREATE).status_code == 403


def test_an_admin_changes_the_project(project: Project, alice: User) -> None:
    ClientOf(alice).post(address(project, "settings"), details(name="Bot", description="Answers."))
    project.refresh_from_db()
    assert (project.name, project.quality_threshold, project.description) == ("Bot", 0.8, "Answers.")


def test_a_name_in_use_is_refused_at_its_field(project: Project, alice: User) -> None:
    Project.objects.create(team=project.team, key="b", name="B")
    page = ClientOf(alice).post(address(project, "settings"), details(name="B"))
    assert "choose another name" in str(page.context["form"].errors["name"])


def test_an_editor_sees_the_settings_but_changes_nothing(project: Project, bob: User) -> None:
    assert "Admins of the team can change these" in ClientOf(bob).get(address(project, "settings")).content.decode()
    assert ClientOf(bob).post(address(project, "settings"), details()).status_code == 403
    assert ClientOf(bob).post(address(project, "metrics"), metric_fields()).status_code == 403
    assert ClientOf(bob).post(address(project, "archival")).status_code == 403
    project.refresh_from_db()
    assert (project.quality_threshold, project.archived_at) == (0.7, None)


def test_metrics_are_switched_and_weighted_for_the_project(project: Project, alice: User) -> None:
    body = metric_fields(**{"metric-contains-threshold": "0.65", "metric-contains-weight": "2"})
    del body["metric-equals-is_enabled"]
    ClientOf(alice).post(address(project, "metrics"), body)
    stored = {each.metric.key: each for each in project.project_metrics.select_related("metric")}
    assert (stored["contains"].threshold, stored["contains"].weight) == (0.65, 2)
    assert not stored["equals"].is_enabled
    assert stored["levenshtein"].threshold is None


def test_a_bad_weight_is_said_and_nothing_is_stored(project: Project, alice: User) -> None:
    page = ClientOf(alice).post(address(project, "metrics"), metric_fields(**{"metric-contains-weight": "-1"}))
    assert "A weight cannot be negative" in page.content.decode()
    assert not project.project_metrics.exists()


def test_an_archived_project_leaves_the_list_and_can_come_back(project: Project, alice: User) -> None:
    client = ClientOf(alice)
    client.post(address(project, "archival"))
    assert address(project, "overview") not in client.get("/").content.decode()
    assert client.get(address(project, "overview")).status_code == 200
    client.post(address(project, "archival"), {"restore": "1"})
    assert address(project, "overview") in client.get("/").content.decode()


@pytest.mark.parametrize("page_name", ["settings", "metrics", "archival"])
def test_charlie_does_not_learn_that_the_project_exists(project: Project, charlie: User, page_name: str) -> None:
    assert ClientOf(charlie).post(address(project, page_name)).status_code == 404


def test_only_teams_with_the_right_are_offered(team: Team, bob: User, charlie: User) -> None:
    theirs = charlie.memberships.get().team
    Membership.objects.create(team=theirs, user=bob, role=Role.VIEWER)
    form = ClientOf(bob).get(CREATE).context["form"]
    assert list(form.fields["team"].queryset) == [team]
