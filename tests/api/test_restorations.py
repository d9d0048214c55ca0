"""What is archived over REST comes back over REST; a team and a metric change what they are called."""

from __future__ import annotations

from rest_framework.test import APIClient

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, Team, User
from runs.services.evaluations import EvaluationRecipe, RecipeMetric, create_evaluation
from tests.api.conftest import Caller
from tests.factories import builtin, make_dataset, make_metric, make_target, make_version


def test_an_archived_project_leaves_the_list_and_comes_back(alice_calls: APIClient, project: Project) -> None:
    path = f"/api/v1/projects/{project.uuid}/"
    archived = alice_calls.put(f"{path}archival/")
    assert (archived.status_code, archived.json()["archived_at"] is None) == (200, False)
    assert alice_calls.get("/api/v1/projects/").json()["results"] == []
    assert alice_calls.delete(f"{path}archival/").status_code == 204
    assert alice_calls.get(path).json()["archived_at"] is None


def test_an_archived_metric_comes_back_and_is_called_otherwise(alice_calls: APIClient, project: Project) -> None:
    metric = make_metric(key="tact", project=project, scorer="contains").metric
    path = f"/api/v1/metrics/{metric.uuid}/"
    assert alice_calls.delete(path).status_code == 204
    assert alice_calls.get(path).json()["archived_at"]
    restored = alice_calls.post(f"{path}restoration/")
    assert (restored.status_code, restored.json()["archived_at"]) == (200, None)
    changed = alice_calls.patch(path, {"name": "Tact", "description": "How kind."}, format="json").json()
    assert (changed["name"], changed["description"], changed["category"]) == ("Tact", "How kind.", metric.category)
    assert alice_calls.patch(path, {"name": " "}, format="json").status_code == 400
    built_in = f"/api/v1/metrics/{builtin('contains').metric.uuid}/"
    assert alice_calls.patch(built_in, {"name": "Mine"}, format="json").status_code == 403


def test_an_archived_evaluation_comes_back(bob_calls: APIClient, bob: User, project: Project) -> None:
    dataset = make_dataset(project=project)
    make_version(dataset=dataset, rows=[{"input": "a", "output": "b", "expected": "b"}])
    metrics = [RecipeMetric(builtin("contains").metric)]
    recipe = EvaluationRecipe(name="Weekly", dataset=dataset, targets=[make_target(project=project)], metrics=metrics)
    evaluation = create_evaluation(project=project, recipe=recipe, by=bob)
    path, listed = f"/api/v1/evaluations/{evaluation.uuid}/", f"/api/v1/projects/{project.uuid}/evaluations/"
    assert bob_calls.delete(path).status_code == 204
    assert bob_calls.get(listed).json()["results"] == []
    assert bob_calls.post(f"{path}restoration/").json()["name"] == "Weekly"
    assert [one["name"] for one in bob_calls.get(listed).json()["results"]] == ["Weekly"]


def test_an_owner_renames_a_team_and_an_admin_lets_reports_be_shared(
    alice_calls: APIClient, bob: User, caller: Caller, team: Team
) -> None:
    path = f"/api/v1/teams/{team.slug}/"
    changed = alice_calls.patch(path, {"name": "Support desk"}, format="json").json()
    assert (changed["name"], changed["requires_second_factor"], changed["slug"]) == ("Support desk", False, "support")
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    assert caller(bob).patch(path, {"name": "Mine"}, format="json").status_code == 403
    assert caller(bob).put(f"{path}report-sharing/").json()["shares_reports"] is True
    assert caller(bob).delete(f"{path}report-sharing/").status_code == 204
    assert alice_calls.get(path).json()["shares_reports"] is False
