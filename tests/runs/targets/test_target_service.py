"""Describing targets: what is kept, what is refused and where, and the hash that tells their states apart."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from evalhub.accounts.models import Project, User
from evalhub.connections.models import Connection
from evalhub.core.errors import Conflict, Invalid, NotAllowed
from metrics.choices import Need
from runs.choices import TargetKind
from runs.models import Target
from runs.services.targets import (
    TargetSettings,
    archive_target,
    create_target,
    edit_target,
    recorded_target,
    settings_of,
    snapshot_of,
)
from runs.targets.recorded import RecordedFirst
from runs.targets.registry import answerer_for
from tests.factories import make_connection

REQUEST = {"method": "POST", "path": "/answer", "body": {"q": "{{ input }}"}, "paths": {"answer": "$.text"}}


def chat(to: Connection, **changes: Any) -> TargetSettings:
    return TargetSettings(**{"name": "bot", "kind": TargetKind.CHAT_MODEL, "connection": to, **changes})


def http(connection: Connection, **changes: Any) -> TargetSettings:
    settings = chat(connection, kind=TargetKind.HTTP_ENDPOINT)
    return replace(settings, request={**REQUEST, **changes})


def test_only_what_the_kind_uses_is_kept(project: Project, connection: Connection, bob: User) -> None:
    chat_target = create_target(chat(connection, request=REQUEST, model="m"), project=project, by=bob)
    settings = chat(connection, version="http", model="m", template="x", kind=TargetKind.HTTP_ENDPOINT, request=REQUEST)
    http_target = create_target(settings, project=project, by=bob)
    recorded = create_target(replace(settings, version="r", kind=TargetKind.RECORDED), project=project, by=bob)
    assert (chat_target.request, chat_target.model) == ({}, "m")
    assert (http_target.model, http_target.template, http_target.request) == ("", "", REQUEST)
    assert (recorded.connection, recorded.request, recorded.version_hash) == (None, {}, "")


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": " "}, "name", "Give the target a name"),
        ({"name": "x" * 201}, "name", "200 characters"),
        ({"version": "x" * 201}, "version", "200 characters"),
        ({"connection": None}, "connection", "Choose the connection"),
        ({"template": "{{ imput }}"}, "template", "did you mean {{ input }}?"),
        ({"template": "x" * 100_001}, "template", "100,000 characters"),
        ({"system_message": "{{ expected }}"}, "system_message", "is unknown"),
        ({"parameters": {"stop": "{{ oops }}"}}, "parameters", "is unknown"),
        ({"parameters": {"stream": True}}, "parameters", '"stream" cannot be set here'),
        ({"parameters": []}, "parameters", "Write a JSON object"),
    ],
)
def test_a_chat_model_that_could_not_work_is_refused_at_the_field(
    project: Project, connection: Connection, bob: User, changes: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(Invalid) as caught:
        create_target(chat(connection, **changes), project=project, by=bob)
    assert caught.value.field == field
    assert sentence in caught.value.message
    assert not Target.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"method": "TRACE"}, "method"),
        ({"path": "https://elsewhere.example.org/"}, "path"),
        ({"path": "/{{ oops }}"}, "path"),
        ({"headers": {"Authorization": "Bearer x"}}, "headers"),
        ({"headers": ["x"]}, "headers"),
        ({"key_header": "two words"}, "key_header"),
        ({"body": {"q": "{{ oops }}"}}, "body"),
        ({"paths": {"answer": "$["}}, "answer_path"),
        ({"paths": {"tool_calls": "a b"}}, "tool_calls_path"),
    ],
)
def test_an_endpoint_that_could_not_work_is_refused_at_the_field(
    project: Project, connection: Connection, bob: User, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        create_target(http(connection, **changes), project=project, by=bob)
    assert caught.value.field == field


def test_a_connection_of_another_team_cannot_be_used(project: Project, bob: User, charlie: User) -> None:
    foreign = make_connection(team=charlie.memberships.get().team, default_model="m")
    with pytest.raises(Invalid, match="another team"):
        create_target(chat(foreign), project=project, by=bob)


def test_a_model_is_named_by_the_target_or_by_its_connection(project: Project, bob: User) -> None:
    nameless = make_connection(team=project.team, default_model="")
    with pytest.raises(Invalid, match="has no default one"):
        create_target(chat(nameless), project=project, by=bob)
    target = create_target(chat(nameless, model="large-2"), project=project, by=bob)
    assert snapshot_of(target)["model"] == "large-2"


def test_a_name_and_version_are_used_once(project: Project, target: Target, connection: Connection, bob: User) -> None:
    settings = chat(connection, name="support-bot", version="2.1")
    with pytest.raises(Conflict, match=r'has a target "support-bot 2\.1" already'):
        create_target(settings, project=project, by=bob)
    archive_target(target, by=bob)
    assert create_target(settings, project=project, by=bob).pk != target.pk


def test_outputs_in_the_data_are_not_laid_to_a_target_that_is_asked(
    project: Project, target: Target, bob: User
) -> None:
    with pytest.raises(Conflict, match="is asked for its answers"):
        recorded_target(project=project, name="support-bot", version="2.1", by=bob)


@pytest.mark.parametrize(
    "changes",
    [{"model": "large-2"}, {"system_message": ""}, {"template": "Q: {{ input }}"}, {"parameters": {"temperature": 1}}],
)
def test_the_hash_changes_with_all_that_shapes_the_answers(target: Target, bob: User, changes: dict[str, Any]) -> None:
    before = target.version_hash
    edit_target(target, replace(settings_of(target), **changes), by=bob)
    assert target.version_hash != before


def test_the_hash_stays_with_what_only_people_read(target: Target, bob: User) -> None:
    before = target.version_hash
    edit_target(target, replace(settings_of(target), name="other", version="3", tags=["x"], description="d"), by=bob)
    assert target.version_hash == before
    assert len(before) == 64


def test_a_run_keeps_what_asks_the_target_and_no_secret(target: Target, connection: Connection) -> None:
    snapshot = json.loads(json.dumps(snapshot_of(target)))
    assert "sk-very-secret" not in json.dumps(snapshot)
    assert (snapshot["connection_id"], snapshot["model"], snapshot["kind"]) == (connection.pk, "small-1", "chat_model")
    assert snapshot["version_hash"] == target.version_hash
    assert isinstance(answerer_for(snapshot), RecordedFirst)


def test_a_changed_default_model_shows_in_the_hash_of_the_next_run(target: Target, connection: Connection) -> None:
    connection.default_model = "small-2"
    connection.save()
    target.refresh_from_db()
    assert snapshot_of(target)["version_hash"] != target.version_hash


def test_a_viewer_may_not_change_targets(
    project: Project, target: Target, connection: Connection, viewer: User
) -> None:
    with pytest.raises(NotAllowed):
        create_target(chat(connection), project=project, by=viewer)
    with pytest.raises(NotAllowed):
        edit_target(target, settings_of(target), by=viewer)
    with pytest.raises(NotAllowed):
        archive_target(target, by=viewer)


def test_what_the_answers_will_hold_is_known_beforehand(project: Project, connection: Connection, bob: User) -> None:
    chat_target = create_target(chat(connection), project=project, by=bob)
    assert chat_target.brings == {Need.LATENCY, Need.TOOLS}
    connection.input_price, connection.output_price = Decimal(1), Decimal(2)
    assert chat_target.brings == {Need.LATENCY, Need.TOOLS, Need.COST}
    paths = {"context": "$.passages", "cost": "$.cost"}
    service = create_target(replace(http(connection, paths=paths), version="2"), project=project, by=bob)
    assert service.brings == {Need.LATENCY, Need.CONTEXT, Need.COST}
    assert Target(kind=TargetKind.RECORDED).brings == set()
