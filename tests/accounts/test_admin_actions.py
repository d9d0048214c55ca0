"""What an admin does to rows of any team on the admin site: by the services of every page, noted in their history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from evalhub.accounts.models import ApiKey, Project, Team, User
from evalhub.accounts.services import issue_api_key
from metrics.models import Metric, ProjectMetric
from runs.choices import RunState
from runs.models import Run
from tests.factories import builtin, make_connection, make_dataset, make_metric, make_run, make_target, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def root() -> User:
    """A superuser who is a member of no team."""
    return User.objects.create_superuser("root@example.org", "root-secret", name="Root")


@pytest.fixture
def client(client_of: Callable[[User], Client], root: User) -> Client:
    return client_of(root)


def do(client: Client, action: str, row: Model) -> str:
    """What the list says after the action."""
    address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist")
    page = client.post(address, {"action": action, "_selected_action": [row.pk]}, follow=True)
    assert page.status_code == 200
    return page.content.decode()


@pytest.mark.parametrize("kind", ["metric", "connection", "project"])
def test_what_is_archived_comes_back_and_its_history_says_so(
    client: Client, project: Project, team: Team, kind: str
) -> None:
    makers: dict[str, Callable[[], Any]] = {
        "metric": lambda: make_metric(key="manners", project=project).metric,
        "connection": lambda: make_connection(team=team),
        "project": lambda: project,
    }
    row = makers[kind]()
    assert "Archived: 1." in do(client, "archive", row)
    row.refresh_from_db()
    assert row.archived_at is not None
    assert "Brought back: 1." in do(client, "restore", row)
    row.refresh_from_db()
    assert row.archived_at is None
    assert {entry.change_message for entry in LogEntry.objects.all()} == {"Archived", "Brought back"}
    history = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_history", args=[row.pk])
    assert "Brought back" in client.get(history).content.decode()


def test_datasets_and_targets_are_archived(client: Client, project: Project) -> None:
    dataset, target = make_dataset(project=project), make_target(project=project)
    do(client, "archive", dataset)
    do(client, "archive", target)
    dataset.refresh_from_db()
    target.refresh_from_db()
    assert dataset.archived_at is not None
    assert target.deleted_at is not None


def test_a_key_is_revoked(client: Client, team: Team, alice: User) -> None:
    issued = issue_api_key(team=team, user=alice, name="CI")
    assert "Revoked: 1." in do(client, "revoke", issued.key)
    assert not ApiKey.objects.matching(issued.secret).exists()


def test_a_run_is_stopped_and_one_that_is_over_is_told(client: Client, project: Project) -> None:
    version = make_version(dataset=make_dataset(project=project), rows=[{"input": "a"}])
    live = make_run(version=version, state=RunState.SCORING)
    over = make_run(version=version, state=RunState.FINISHED, name="Old")
    do(client, "cancel", live)
    assert Run.objects.get(pk=live.pk).state in {RunState.CANCELLING, RunState.CANCELLED}
    assert "is not running" in do(client, "cancel", over)


def test_a_built_in_metric_is_not_archived(client: Client) -> None:
    metric = builtin("contains").metric
    assert "make a metric of your own" in do(client, "archive", metric)
    metric.refresh_from_db()
    assert metric.archived_at is None


def test_a_metric_is_renamed_by_its_service(client: Client, project: Project) -> None:
    metric = make_metric(key="manners", project=project).metric
    inline = {"revisions-TOTAL_FORMS": 0, "revisions-INITIAL_FORMS": 0}
    fields = {"name": "  Manners ", "description": "Kind.", "category": "quality", **inline}
    address = reverse("admin:metrics_metric_change", args=[metric.pk])
    assert client.post(address, fields).status_code == 302
    metric.refresh_from_db()
    assert (metric.name, metric.category) == ("Manners", "quality")


def setting(project: Project, metric: Metric, **fields: Any) -> dict[str, Any]:
    return {"project": project.pk, "metric": metric.pk, "weight": "1", "parameters": "{}", **fields}


def test_a_metric_is_switched_on_in_a_project_and_says_by_whom(client: Client, project: Project, root: User) -> None:
    fields = setting(project, builtin("fluency").metric, is_enabled="on", threshold="0.6")
    assert client.post(reverse("admin:metrics_projectmetric_add"), fields).status_code == 302
    stored = ProjectMetric.objects.get()
    assert (stored.threshold, stored.is_enabled, stored.changed_by) == (0.6, True, root)


def test_what_a_service_refuses_is_said_at_the_field(client: Client, project: Project, charlie: User) -> None:
    elsewhere = make_connection(team=charlie.memberships.get().team)
    fields = setting(project, builtin("fluency").metric, connection=elsewhere.pk)
    page = client.post(reverse("admin:metrics_projectmetric_add"), fields)
    assert "another team" in str(page.context["adminform"].form.errors["connection"])
    assert not ProjectMetric.objects.exists()


def test_a_project_is_made_and_changed_by_its_services(client: Client, team: Team) -> None:
    fields = {"team": team.pk, "name": "Bot", "description": "", "model_name": "", "quality_threshold": "0.8"}
    client.post(reverse("admin:accounts_project_add"), fields)
    project = Project.objects.get(name="Bot")
    assert project.key == "bot"
    client.post(reverse("admin:accounts_project_change", args=[project.pk]), fields | {"name": "Other bot"})
    project.refresh_from_db()
    assert (project.name, project.quality_threshold) == ("Other bot", 0.8)


def test_outside_the_admin_site_a_superuser_is_a_stranger_to_teams(client: Client, team: Team) -> None:
    client.get(reverse("admin:index"))
    assert client.get(reverse("runs:metric_list", args=[team.slug])).status_code == 404
