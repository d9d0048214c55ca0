"""Agents: made, listed, changed, deleted; and the models they may ask."""

from __future__ import annotations

from typing import Any

import pytest
from gradient import BadRequestError, Gradient, NotFoundError
from gradient.types import APIAgent

from evalhub.accounts.models import Project, User
from evalhub.connections.models import Connection
from runs.choices import TargetKind
from runs.models import Target
from tests.facades.gradient.conftest import ClientOf
from tests.facades.gradient.steps import make_agent, make_test_case, start
from tests.factories import make_connection, make_target


def _read(client: Gradient, uuid: str) -> APIAgent:
    agent = client.agents.retrieve(uuid).agent
    assert agent
    return agent


@pytest.fixture
def model(project: Project) -> str:
    """A connection of the team, not the default one."""
    make_connection(team=project.team, name="Usual", default_model="usual-1", is_default=True)
    return str(make_connection(team=project.team, name="Special", default_model="special-1").uuid)


def test_an_agent_is_given_back_as_it_was_made(bobs: Gradient, model: str) -> None:
    fields: dict[str, Any] = {
        "name": "atlas",
        "instruction": "  Answer {{ shortly }}.\n",
        "description": "Knows capitals",
        "model_uuid": model,
        "region": "fra1",
        "project_id": "p-1",
        "tags": ["geo", "v2"],
    }
    agent = bobs.agents.create(**fields, knowledge_base_uuid=["kb-1"], openai_key_uuid="key-1").agent
    assert agent
    shown = _read(bobs, agent.uuid or "")
    assert shown == agent
    assert {name: getattr(shown, name) for name in fields if name != "model_uuid"} == {
        name: value for name, value in fields.items() if name != "model_uuid"
    }
    assert shown.model
    assert (shown.model.uuid, shown.model.inference_name) == (model, "special-1")
    assert shown.model.provider == "MODEL_PROVIDER_OPENAI"
    assert shown.retrieval_method == "RETRIEVAL_METHOD_NONE"
    assert shown.user_id
    assert shown.workspace
    assert (shown.workspace.name, shown.workspace.agents) == ("Default", None)
    assert shown.deployment
    assert (shown.deployment.status, shown.deployment.visibility) == ("STATUS_RUNNING", "VISIBILITY_PRIVATE")
    assert shown.deployment.created_at
    assert shown.deployment.url


def test_the_client_need_not_wait_for_an_agent(bobs: Gradient) -> None:
    assert bobs.agents.wait_until_ready(make_agent(bobs), poll_interval=0.01, timeout=5).agent


def test_without_a_model_the_usual_connection_is_asked(bobs: Gradient, model: str) -> None:
    shown = _read(bobs, make_agent(bobs))
    assert shown.model
    assert shown.model.name == "usual-1"


def test_an_agent_made_before_there_was_a_connection_gets_one_when_it_is_run(bobs: Gradient, project: Project) -> None:
    agent = make_agent(bobs, instruction="Be kind.")
    shown = _read(bobs, agent)
    assert (shown.model, shown.instruction) == (None, "Be kind.")
    make_connection(team=project.team, default_model="late-1", is_default=True)
    start(bobs, make_test_case(bobs), agent)
    target = Target.objects.get(uuid=agent)
    assert (target.kind, target.system_message) == (TargetKind.CHAT_MODEL, "Be kind.")
    later = _read(bobs, agent).model
    assert later
    assert later.name == "late-1"


def test_an_update_changes_what_it_names_and_the_version(bobs: Gradient, model: str) -> None:
    uuid = make_agent(bobs, "atlas", instruction="Short.", tags=["geo"])
    before = _read(bobs, uuid)
    changed = bobs.agents.update(
        uuid,
        body_uuid=uuid,
        description="Now with a description",
        temperature=0.0,
        top_p=0.9,
        max_tokens=64,
        k=5,
        retrieval_method="RETRIEVAL_METHOD_REWRITE",
        provide_citations=True,
        allowed_domains=["example.org"],
        model_uuid=model,
    ).agent
    assert changed
    assert changed == _read(bobs, uuid)
    assert (changed.name, changed.instruction, changed.tags) == ("atlas", "Short.", ["geo"])
    assert changed.description == "Now with a description"
    assert (changed.temperature, changed.top_p, changed.max_tokens, changed.k) == (0.0, 0.9, 64, 5)
    assert (changed.retrieval_method, changed.provide_citations) == ("RETRIEVAL_METHOD_REWRITE", True)
    assert changed.model
    assert changed.model.uuid == model
    assert changed.updated_at
    assert before.updated_at
    assert changed.updated_at > before.updated_at
    assert before.version_hash != changed.version_hash
    assert _read(bobs, uuid).version_hash == changed.version_hash


def test_settings_are_kept_also_where_there_is_no_model(bobs: Gradient) -> None:
    uuid = make_agent(bobs, instruction="Short.")
    bobs.agents.update(uuid, temperature=0.5, instruction="Long.")
    bobs.agents.update(uuid, max_tokens=9)
    shown = _read(bobs, uuid)
    assert (shown.instruction, shown.temperature, shown.max_tokens) == ("Long.", 0.5, 9)


def test_several_agents_may_have_one_name(bobs: Gradient) -> None:
    first, second = make_agent(bobs, "twin"), make_agent(bobs, "twin")
    third = make_agent(bobs, "single")
    bobs.agents.update(third, name="twin")
    listed = bobs.agents.list().agents or []
    assert [(agent.uuid, agent.name) for agent in listed] == [(third, "twin"), (second, "twin"), (first, "twin")]


def test_they_are_listed_newest_first_and_in_pages(bobs: Gradient) -> None:
    made = [make_agent(bobs, f"bot {number}") for number in range(3)]
    page = bobs.agents.list(page=2, per_page=2, only_deployed=True)
    assert [agent.uuid for agent in page.agents or []] == made[:1]
    assert page.meta
    assert (page.meta.page, page.meta.pages, page.meta.total) == (2, 2, 3)


def test_a_target_made_on_the_pages_is_an_agent_too(bobs: Gradient, project: Project, model: str) -> None:
    target = make_target(project=project, name="page bot", kind=TargetKind.HTTP_ENDPOINT)
    [shown] = bobs.agents.list().agents or []
    assert (shown.uuid, shown.name) == (str(target.uuid), "page bot")
    workspace = _read(bobs, str(target.uuid)).workspace
    assert workspace
    assert workspace.name == "Support bot"


def test_an_update_leaves_what_only_pages_can_say(bobs: Gradient, project: Project, model: str) -> None:
    """A template and placeholders that people wrote, and a target that never was to be asked."""
    asked = make_target(
        project=project,
        name="page bot",
        kind=TargetKind.CHAT_MODEL,
        connection=Connection.objects.get(uuid=model),
        model="own-1",
        system_message="Speak {{ metadata.language }}.",
        template="{{ input }}!",
    )
    recorded = make_target(project=project, name="release 1")
    for target in (asked, recorded):
        bobs.agents.update(str(target.uuid), description="Seen by a program")
        target.refresh_from_db()
        assert target.description == "Seen by a program"
    assert (asked.system_message, asked.template, asked.model) == (
        "Speak {{ metadata.language }}.",
        "{{ input }}!",
        "own-1",
    )
    start(bobs, make_test_case(bobs, workspace_uuid=str(project.uuid)), str(recorded.uuid))
    recorded.refresh_from_db()
    assert recorded.kind == TargetKind.RECORDED


def test_a_deleted_agent_is_gone(bobs: Gradient) -> None:
    uuid = make_agent(bobs, "atlas")
    gone = bobs.agents.delete(uuid).agent
    assert gone
    assert gone.uuid == uuid
    assert bobs.agents.list().agents == []
    for call in (bobs.agents.retrieve, bobs.agents.delete, bobs.agents.update):
        with pytest.raises(NotFoundError):
            call(uuid)
    with pytest.raises(BadRequestError):
        start(bobs, make_test_case(bobs), uuid)
    assert make_agent(bobs, "atlas") != uuid


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": None},
        {"model_uuid": "no-id"},
        {"workspace_uuid": "00000000-0000-4000-8000-000000000000"},
        {"tags": ["x" * 81]},
        {"tags": "geo"},
        {"name": "x" * 201},
    ],
)
def test_what_cannot_be_used_is_a_bad_request(bobs: Gradient, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadRequestError):
        bobs.agents.create(**{"name": "atlas", **wrong})
    assert not Target.objects.exists()


def test_strangers_do_not_learn_that_an_agent_exists(bobs: Gradient, charlies: Gradient) -> None:
    uuid = make_agent(bobs)
    for call in (charlies.agents.retrieve, charlies.agents.update, charlies.agents.delete):
        with pytest.raises(NotFoundError):
            call(uuid)
    assert charlies.agents.list().agents == []


def test_connections_with_a_model_are_the_models(
    bobs: Gradient, charlies: Gradient, model: str, project: Project
) -> None:
    make_connection(team=project.team, name="Without a model")
    listed = bobs.models.list(public_only=False, usecases=["MODEL_USECASE_AGENT", "MODEL_USECASE_REASONING"])
    assert [shown.id for shown in listed.models or []] == ["special-1", "usual-1"]
    first = (listed.models or [])[0]
    assert (first.uuid, first.upload_complete) == (model, True)
    assert first.version
    assert (first.version.major, first.version.minor, first.version.patch) == (1, 0, 0)
    assert listed.meta
    assert listed.meta.total == 2
    second = bobs.models.list(page=2, per_page=1).models or []
    assert [shown.id for shown in second] == ["usual-1"]
    assert charlies.models.list().models == []
    with pytest.raises(BadRequestError):
        make_agent(charlies, model_uuid=model)


def test_a_key_of_one_project_keeps_its_agents_there(bob: User, project: Project, gradient_of: ClientOf) -> None:
    held = gradient_of(bob, project=project)
    uuid = make_agent(held, "atlas")
    assert Target.objects.get(uuid=uuid).project == project
    workspace = _read(held, uuid).workspace
    assert workspace
    assert workspace.uuid == str(project.uuid)
    [run] = start(held, make_test_case(held, "equals"), uuid)
    assert held.agents.evaluation_runs.retrieve(run).evaluation_run
