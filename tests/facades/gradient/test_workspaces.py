"""Workspaces: projects with their agents and test cases; and the one region."""

from __future__ import annotations

import pytest
from gradient import BadRequestError, Gradient, NotFoundError, PermissionDeniedError
from gradient.types import APIWorkspace

from evalhub.accounts.models import Project, User
from runs.models import Evaluation
from tests.facades.gradient.conftest import ClientOf
from tests.facades.gradient.steps import finished_run, make_agent, make_test_case, run_of
from tests.factories import make_dataset, make_target, make_version


def _made(client: Gradient, name: str = "Geography", **fields: object) -> APIWorkspace:
    workspace = client.agents.evaluation_metrics.workspaces.create(name=name, **fields).workspace  # type: ignore[arg-type]
    assert workspace
    return workspace


def _read(client: Gradient, uuid: str | None) -> APIWorkspace:
    workspace = client.agents.evaluation_metrics.workspaces.retrieve(uuid or "").workspace
    assert workspace
    return workspace


def _agents_in(client: Gradient, uuid: str | None) -> list[str | None]:
    found = client.agents.evaluation_metrics.workspaces.agents.list(uuid or "").agents
    return [agent.uuid for agent in found or []]


def test_a_workspace_is_made_with_the_agents_that_move_into_it(bobs: Gradient) -> None:
    agent, other = make_agent(bobs, "one"), make_agent(bobs, "two")
    workspace = _made(bobs, description="Capitals", agent_uuids=[agent])
    assert workspace == _read(bobs, workspace.uuid)
    assert (workspace.name, workspace.description, workspace.deleted_at) == ("Geography", "Capitals", None)
    assert workspace.created_at
    assert [each.uuid for each in workspace.agents or []] == [agent] == _agents_in(bobs, workspace.uuid)
    assert workspace.evaluation_test_cases == []
    elsewhere = bobs.agents.retrieve(other).agent
    assert elsewhere
    assert elsewhere.workspace
    assert _agents_in(bobs, elsewhere.workspace.uuid) == [other]


def test_all_workspaces_are_listed_with_what_lies_in_them(bobs: Gradient, project: Project) -> None:
    test_case = make_test_case(bobs, workspace_uuid=str(project.uuid))
    make_agent(bobs)
    listed = bobs.agents.evaluation_metrics.workspaces.list().workspaces or []
    by_name = {workspace.name: workspace for workspace in listed}
    assert set(by_name) == {"Default", "Support bot"}
    assert [case.test_case_uuid for case in by_name["Support bot"].evaluation_test_cases or []] == [test_case]
    assert len(by_name["Default"].agents or []) == 1


def test_its_test_cases_are_listed_alone(bobs: Gradient) -> None:
    workspace = _made(bobs)
    uuid = make_test_case(bobs, workspace_uuid=workspace.uuid)
    make_test_case(bobs, name="elsewhere")
    found = bobs.agents.evaluation_metrics.workspaces.list_evaluation_test_cases(workspace.uuid or "")
    assert [case.test_case_uuid for case in found.evaluation_test_cases or []] == [uuid]


def test_an_admin_renames_a_workspace_and_an_editor_may_not(alices: Gradient, bobs: Gradient) -> None:
    workspace = _made(bobs, description="Kept")
    spaces = alices.agents.evaluation_metrics.workspaces
    changed = spaces.update(workspace.uuid or "", name="Atlas", body_workspace_uuid=workspace.uuid or "").workspace
    assert changed
    assert (changed.name, changed.description) == ("Atlas", "Kept")
    with pytest.raises(PermissionDeniedError):
        bobs.agents.evaluation_metrics.workspaces.update(workspace.uuid or "", name="Mine")
    with pytest.raises(BadRequestError):
        spaces.update(workspace.uuid or "", name="Atlas", body_workspace_uuid="another")


def test_agents_are_moved_and_their_runs_stay(bobs: Gradient, project: Project) -> None:
    workspace = _made(bobs)
    agent = make_agent(bobs, "one")
    from_page = make_target(project=project, name="page bot")
    moved = bobs.agents.evaluation_metrics.workspaces.agents.move(
        workspace.uuid or "", agent_uuids=[agent, str(from_page.uuid)], body_workspace_uuid=workspace.uuid or ""
    ).workspace
    assert moved
    assert moved.uuid == workspace.uuid
    assert set(_agents_in(bobs, workspace.uuid)) == {agent, str(from_page.uuid)}
    page = bobs.agents.evaluation_metrics.workspaces.agents.list(workspace.uuid or "", page=2, per_page=1)
    assert page.meta
    assert (page.meta.total, len(page.agents or [])) == (2, 1)
    with pytest.raises(BadRequestError):
        bobs.agents.evaluation_metrics.workspaces.agents.move(workspace.uuid or "", agent_uuids=["no-id"])


def test_an_agent_is_moved_by_an_update_too(bobs: Gradient) -> None:
    workspace, agent = _made(bobs), make_agent(bobs)
    changed = bobs.agents.update(agent, extra_body={"workspace_uuid": workspace.uuid}).agent
    assert changed
    assert changed.workspace
    assert changed.workspace.uuid == workspace.uuid
    assert _agents_in(bobs, workspace.uuid) == [agent]


def test_what_lies_in_a_deleted_workspace_moves_to_the_default_one(alices: Gradient) -> None:
    workspace, agent = _made(alices), make_agent(alices, "one")
    alices.agents.evaluation_metrics.workspaces.agents.move(workspace.uuid or "", agent_uuids=[agent])
    run = finished_run(alices, "equals", workspace_uuid=workspace.uuid)
    test_case = run_of(alices, run).test_case_uuid or ""
    spaces = alices.agents.evaluation_metrics.workspaces
    assert spaces.delete(workspace.uuid or "").workspace_uuid == workspace.uuid
    [default] = spaces.list().workspaces or []
    assert default.name == "Default"
    assert agent in {each.uuid for each in default.agents or []}
    assert [case.test_case_uuid for case in default.evaluation_test_cases or []] == [test_case]
    assert run_of(alices, run).evaluation_test_case_workspace_uuid == default.uuid
    found = alices.agents.evaluation_test_cases.list_evaluation_runs(test_case).evaluation_runs or []
    assert [each.evaluation_run_uuid for each in found] == [run]
    with pytest.raises(NotFoundError):
        spaces.retrieve(workspace.uuid or "")
    with pytest.raises(BadRequestError):
        spaces.delete(default.uuid or "")


def test_test_cases_over_a_projects_own_data_stay_with_it(alices: Gradient, project: Project) -> None:
    dataset = make_dataset(project=project)
    make_version(dataset=dataset, rows=[{"input": "One?", "output": "1", "expected": "1"}])
    uuid = make_test_case(alices, "equals", dataset_uuid=str(dataset.uuid))
    assert Evaluation.objects.get(uuid=uuid).project == project
    alices.agents.evaluation_metrics.workspaces.delete(str(project.uuid))
    assert Evaluation.objects.get(uuid=uuid).project == project
    assert alices.agents.evaluation_test_cases.list().evaluation_test_cases == []


def test_a_project_called_default_is_the_default_workspace(bobs: Gradient, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(name="Default")
    agent = bobs.agents.retrieve(make_agent(bobs)).agent
    assert agent
    assert agent.workspace
    assert agent.workspace.uuid == str(project.uuid)


def test_a_key_of_one_project_sees_that_workspace_alone(bob: User, project: Project, gradient_of: ClientOf) -> None:
    other = Project.objects.create(team=project.team, key="second", name="Second")
    held = gradient_of(bob, project=project)
    listed = held.agents.evaluation_metrics.workspaces.list().workspaces or []
    assert [workspace.uuid for workspace in listed] == [str(project.uuid)]
    with pytest.raises(NotFoundError):
        _read(held, str(other.uuid))
    with pytest.raises(PermissionDeniedError):
        _made(held)


def test_strangers_do_not_learn_that_a_workspace_exists(charlies: Gradient, project: Project) -> None:
    spaces = charlies.agents.evaluation_metrics.workspaces
    for call in (spaces.retrieve, spaces.update, spaces.delete, spaces.list_evaluation_test_cases, spaces.agents.list):
        with pytest.raises(NotFoundError):
            call(str(project.uuid))
    with pytest.raises(BadRequestError):
        make_test_case(charlies, workspace_uuid=str(project.uuid))


def test_there_is_one_region(bobs: Gradient) -> None:
    [region] = bobs.agents.evaluation_metrics.list_regions(serves_batch=True, serves_inference=True).regions or []
    assert (region.region, region.serves_batch, region.serves_inference) == ("local", True, True)
    assert region.inference_url
    assert bobs.agents.evaluation_metrics.list_regions(serves_batch=False).regions == []
