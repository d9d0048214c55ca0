"""Writes of targets, and what a run keeps of one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import Changes, differences, fields_of, record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.connections.models import Connection
from evalhub.core.errors import Conflict, Invalid
from runs.choices import TargetKind
from runs.models import Target
from runs.target_checks import check_settings

LONGEST_NAME = 200
# What a kind of target is made of; the rest of its fields stay empty.
_PARTS_OF_KIND: dict[TargetKind, tuple[str, ...]] = {
    TargetKind.RECORDED: (),
    TargetKind.CHAT_MODEL: ("connection", "model", "system_message", "template", "parameters"),
    TargetKind.HTTP_ENDPOINT: ("connection", "request"),
}
_EMPTY: dict[str, Any] = {
    "connection": None,
    "model": "",
    "system_message": "",
    "template": "",
    "parameters": {},
    "request": {},
}
# What the audit log tells of a target.
_TOLD = ("name", "version", "description", "tags", "kind", *_EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSettings:
    """All that people say of a target. What its kind does not use is not kept.

    `request` holds `method`, `path`, `headers`, `key_header`, `body` and `paths` (see `HttpEndpoint`).
    """

    name: str
    version: str = ""
    description: str = ""
    tags: Sequence[str] = ()
    kind: TargetKind = TargetKind.RECORDED
    connection: Connection | None = None
    model: str = ""
    system_message: str = ""
    template: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def recorded_target(*, project: Project, name: str, by: User, version: str = "") -> Target:
    """The target of that name and version whose outputs came with data, made when there is none yet.

    Raises `Conflict` when the name and version belong to a target that is asked for its answers.
    """
    require_right(by, Right.START_RUN, project)
    name, version = name.strip(), version.strip()
    if not name:
        raise Invalid("target_name_missing", "Say what answered: a model, a bot, a release.", field="target")
    target, is_new = Target.objects.get_or_create(
        project=project,
        name=name,
        version=version,
        deleted_at=None,
        defaults={"kind": TargetKind.RECORDED, "created_by": by},
    )
    if target.kind != TargetKind.RECORDED:
        raise Conflict(
            "target_not_recorded",
            f'"{target}" is a target that is asked for its answers: choose it from the list, or name what answered '
            "in the data otherwise.",
            field="target",
        )
    if is_new:
        _record_of(target, by, AuditAction.CREATED, changes=differences({}, fields_of(target, "name", "version")))
    return target


@transaction.atomic
def create_target(settings: TargetSettings, *, project: Project, by: User) -> Target:
    """Keep a target. Raises `NotAllowed`, `Invalid` at the field in question, and `Conflict` for a name in use."""
    require_right(by, Right.EDIT_TARGET, project)
    target = Target(project=project, created_by=by)
    _take(target, settings)
    _saved(target)
    _record_of(target, by, AuditAction.CREATED, changes=differences({}, fields_of(target, *_TOLD)))
    return target


@transaction.atomic
def edit_target(target: Target, settings: TargetSettings, *, by: User) -> Target:
    """Change a target for runs to come; those that are there keep what they had. Raises as `create_target`."""
    require_right(by, Right.EDIT_TARGET, target.project)
    before = fields_of(target, *_TOLD)
    _take(target, settings)
    target.updated_at = timezone.now()
    _saved(target)
    _record_of(target, by, AuditAction.CHANGED, changes=differences(before, fields_of(target, *_TOLD)))
    return target


@transaction.atomic
def archive_target(target: Target, *, by: User) -> None:
    """Take the target out of lists; its runs stay, and its name is free again."""
    require_right(by, Right.EDIT_TARGET, target.project)
    if Target.objects.filter(pk=target.pk, deleted_at=None).update(deleted_at=timezone.now()):
        _record_of(target, by, AuditAction.DELETED)


def _record_of(target: Target, by: User, action: AuditAction, changes: Changes | None = None) -> None:
    project = target.project
    record(team=project.team, by=by, action=action, subject=target, project=project, changes=changes)


def settings_of(target: Target) -> TargetSettings:
    """What would make the same target again: for a form that starts from it."""
    names = TargetSettings.__dataclass_fields__
    return TargetSettings(**{name: getattr(target, name) for name in names})


def unsaved_target(settings: TargetSettings, *, project: Project) -> Target:
    """The target as it would be saved, for trying it out first. Raises as `create_target` does of its settings."""
    target = Target(project=project)
    _take(target, settings)
    return target


def snapshot_of(target: Target) -> dict[str, Any]:
    """The target as it is now, for a run: it may be changed while the run goes on. No secret is in it."""
    names = ("name", "kind", "version", "system_message", "template", "parameters", "request")
    connection = target.connection
    return {
        **{name: getattr(target, name) for name in names},
        "uuid": str(target.uuid),
        "model": target.model_in_force,
        "version_hash": version_hash(target),
        "connection": connection.name if connection else "",
        "connection_id": connection.pk if connection else None,
    }


def version_hash(target: Target) -> str:
    """Of all that shapes the target's answers; empty for recorded outputs, which nothing here shapes."""
    if target.kind == TargetKind.RECORDED:
        return ""
    connection = target.connection
    shaping = {
        **{name: getattr(target, name) for name in ("kind", "system_message", "template", "parameters", "request")},
        "model": target.model_in_force,
        "endpoint": connection.base_url if connection else "",
        "endpoint_parameters": connection.parameters if connection else {},
    }
    return hashlib.sha256(orjson.dumps(shaping, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _take(target: Target, settings: TargetSettings) -> None:
    """Check the settings and write those that the kind uses into the target, without saving."""
    name, version = settings.name.strip(), settings.version.strip()
    if not name:
        raise Invalid("target_name_missing", "Give the target a name: the bot, the model, the service.", field="name")
    for field_name, text in (("name", name), ("version", version)):
        if len(text) > LONGEST_NAME:
            raise Invalid("name_too_long", f"This can have {LONGEST_NAME} characters.", field=field_name)
    target.name, target.version, target.description = name, version, settings.description.strip()
    target.tags = list(dict.fromkeys(tag.strip() for tag in settings.tags if tag.strip()))
    target.kind = settings.kind
    for part, empty in _EMPTY.items():
        setattr(target, part, getattr(settings, part) if part in _PARTS_OF_KIND[settings.kind] else empty)
    check_settings(target)
    target.version_hash = version_hash(target)


def _saved(target: Target) -> Target:
    try:
        with transaction.atomic():
            target.save()
    except IntegrityError as error:
        raise Conflict(
            "target_exists",
            f'The project has a target "{target}" already; give this one another name or version.',
            field="version",
        ) from error
    return target
