"""Agents: targets that ask a model behind a connection, told by this vendor's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.db import transaction

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import Changes, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project
from evalhub.connections.models import Connection
from evalhub.connections.services import default_connection
from evalhub.core.errors import Conflict, Invalid
from evalhub.facades.gradient.account import WORKSPACE, Account
from metrics.judging import default_connection as usual_connection
from runs.choices import TargetKind
from runs.models import Target
from runs.services.targets import TargetSettings, archive_target, create_target, edit_target, settings_of

# In a target's settings: everything that was sent of the agent, for the parts that the target itself has no place for.
AGENT = "agent"
PARAMETERS = ("temperature", "top_p", "max_tokens")
_TEMPLATE = "{{ question }}"
_BRACES = re.compile(r"\{\{[^{}]*\}\}")
_ESCAPED_BRACES = re.compile(r"\\(\{\{[^{}]*\}\})")


def fields_of(agent: Target) -> dict[str, Any]:
    """What the agent is, by this vendor's names: the target's own settings before what was sent once."""
    fields = dict(agent.settings.get(AGENT, {}))
    if agent.kind == TargetKind.CHAT_MODEL:
        fields["instruction"] = _instruction(agent.system_message)
        fields |= {name: agent.parameters.get(name) for name in PARAMETERS}
    return {**fields, "name": agent.name, "description": agent.description, "tags": agent.tags}


@transaction.atomic
def create_agent(account: Account, fields: Mapping[str, Any]) -> Target:
    """Make an agent. Raises `NotAllowed`, and `Invalid` for an unknown model or workspace."""
    workspace = account.named_workspace(uuid=fields.get("workspace_uuid", "")) or account.default_workspace()
    connection = _connection(account, fields)
    settings = _settings(TargetSettings(name=fields["name"]), fields, connection)
    agent = _under_a_free_version(settings, lambda free: create_target(free, project=account.home, by=account.person))
    _keep(agent, fields, workspace)
    return agent


@transaction.atomic
def update_agent(account: Account, agent: Target, changes: Mapping[str, Any]) -> Target:
    """Change what is named. Raises as `create_agent`."""
    if changes.get("uuid", str(agent.uuid)) != str(agent.uuid):
        raise Invalid("uuid_differs", "The uuid in the body is not the one in the address.", field="uuid")
    workspace = account.named_workspace(uuid=changes.get("workspace_uuid", ""))
    fields = {**fields_of(agent), **changes}
    connection = _connection(account, changes) if changes.get("model_uuid") else agent.connection
    if connection is None and AGENT in agent.settings:
        connection = _connection(account, {})
    _edit(account, agent, fields, connection)
    if agent.kind != TargetKind.RECORDED or AGENT in agent.settings:  # others only ever had answers in the data
        _keep(agent, fields, None)
    if workspace:
        move_agent(account, agent, workspace)
    return agent


def ready_agent(account: Account, agent: Target) -> Target:
    """The agent as it can be asked now: one that was made before there was a connection gets the one of today."""
    if agent.kind != TargetKind.RECORDED or AGENT not in agent.settings:
        return agent
    connection = _connection(account, {})
    if connection:
        _edit(account, agent, fields_of(agent), connection)
    return agent


def delete_agent(account: Account, agent: Target) -> None:
    """Take the agent away; its runs stay."""
    archive_target(agent, by=account.person)


@transaction.atomic
def move_agent(account: Account, agent: Target, workspace: Project) -> None:
    """Count the agent to another workspace. One that lies in a project goes to the library, where all may use it."""
    if account.workspace_of(agent) == workspace:
        return
    require_right(account.person, Right.EDIT_TARGET, agent.project)
    require_right(account.person, Right.EDIT_TARGET, workspace)
    changes: Changes = {"workspace": [agent.settings.get(WORKSPACE), str(workspace.uuid)]}
    agent.settings = {**agent.settings, WORKSPACE: str(workspace.uuid)}
    if agent.project != account.home:
        taken = account.home.targets.filter(name=agent.name, version=agent.version, deleted_at=None)
        agent.version = _free_version() if taken.exists() else agent.version
        agent.project = account.home
    agent.save(update_fields=["settings", "project", "version"])
    record(
        team=account.team,
        by=account.person,
        action=AuditAction.MOVED,
        subject=agent,
        project=agent.project,
        changes=changes,
    )


def _keep(agent: Target, fields: Mapping[str, Any], workspace: Project | None) -> None:
    """Note what was sent beside what the target itself holds."""
    sent = {name: value for name, value in fields.items() if name not in {"workspace_uuid", "uuid"}}
    agent.settings = {**agent.settings, AGENT: sent, **({WORKSPACE: str(workspace.uuid)} if workspace else {})}
    agent.save(update_fields=["settings"])


def _edit(account: Account, agent: Target, fields: Mapping[str, Any], connection: Connection | None) -> None:
    settings = _settings(settings_of(agent), fields, connection)
    _under_a_free_version(settings, lambda free: edit_target(agent, free, by=account.person))


def _settings(known: TargetSettings, fields: Mapping[str, Any], connection: Connection | None) -> TargetSettings:
    """What the target is to be. Without anybody to ask it only has a name, for answers that come with the data."""
    named = replace(
        known, name=fields["name"], description=fields.get("description", ""), tags=fields.get("tags") or ()
    )
    if named.kind == TargetKind.HTTP_ENDPOINT or connection is None:
        return named
    given = {name: fields[name] for name in PARAMETERS if fields.get(name) is not None}
    return replace(
        named,
        kind=TargetKind.CHAT_MODEL,
        connection=connection,
        model=known.model if connection == known.connection else "",
        system_message=_system_message(fields.get("instruction") or "", known.system_message),
        template=known.template if known.kind == TargetKind.CHAT_MODEL else _TEMPLATE,
        parameters={**known.parameters, **given},
    )


def _instruction(system_message: str) -> str:
    return _ESCAPED_BRACES.sub(r"\1", system_message)


def _system_message(instruction: str, known: str) -> str:
    """An instruction is taken by the letter, so braces in it name no values; one that did not change keeps them."""
    return known if instruction == _instruction(known) else _BRACES.sub(r"\\\g<0>", instruction)


def _connection(account: Account, fields: Mapping[str, Any]) -> Connection | None:
    """The model that the fields name, else the usual one of the server. Raises `Invalid` for one that is unknown."""
    if fields.get("model_uuid"):
        return account.named(account.models(), fields["model_uuid"], "model")
    usual = default_connection(account.team) or usual_connection(account.home)
    return usual if usual and usual.default_model else None


def _under_a_free_version(settings: TargetSettings, write: Any) -> Target:  # noqa: ANN401  # a service, partly filled
    """Names need not be unique here: an agent of the same name as another gets a version of its own."""
    try:
        target: Target = write(settings)
    except Conflict:
        target = write(replace(settings, version=_free_version()))
    return target


def _free_version() -> str:
    return uuid4().hex[:8]
