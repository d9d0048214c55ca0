"""Writes of targets."""

from __future__ import annotations

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Invalid
from runs.choices import TargetKind
from runs.models import Target


def recorded_target(*, project: Project, name: str, by: User, version: str = "") -> Target:
    """The target of that name and version whose outputs came with data, made when there is none yet."""
    require_right(by, Right.START_RUN, project)
    name, version = name.strip(), version.strip()
    if not name:
        raise Invalid("target_name_missing", "Say what answered: a model, a bot, a release.", field="target")
    target, _ = Target.objects.get_or_create(
        project=project,
        name=name,
        version=version,
        deleted_at=None,
        defaults={"kind": TargetKind.RECORDED, "created_by": by},
    )
    return target
