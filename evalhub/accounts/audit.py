"""The audit log: who changed what in a team, written in the transaction of the change itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from celery import current_task
from django.db.models import Model

from evalhub.accounts.choices import AuditAction, AuditSubject, Door
from evalhub.accounts.models import AuditEntry, Project, Team, User
from evalhub.core.caller import Caller, current_caller

# Before and after a change; a field that was not there is None.
Changes = dict[str, list[Any]]

# Which kind each model is; rows of other models are no subject of the log.
_KINDS: dict[str, AuditSubject] = {
    "accounts.team": AuditSubject.TEAM,
    "accounts.membership": AuditSubject.MEMBER,
    "accounts.invitation": AuditSubject.INVITATION,
    "accounts.apikey": AuditSubject.API_KEY,
    "accounts.project": AuditSubject.PROJECT,
    "connections.connection": AuditSubject.CONNECTION,
    "webhooks.webhook": AuditSubject.WEBHOOK,
    "metrics.metric": AuditSubject.METRIC,
    "metrics.projectmetric": AuditSubject.PROJECT_METRIC,
    "runs.dataset": AuditSubject.DATASET,
    "runs.target": AuditSubject.TARGET,
    "runs.run": AuditSubject.RUN,
    "runs.evaluation": AuditSubject.EVALUATION,
    "runs.evaluationschedule": AuditSubject.SCHEDULE,
    "runs.review": AuditSubject.REVIEW,
    "runs.label": AuditSubject.LABEL,
    "runs.judgereference": AuditSubject.JUDGE_TRUST,
    "runs.sharedreport": AuditSubject.SHARED_REPORT,
    "runs.reviewqueue": AuditSubject.REVIEW_QUEUE,
    "runs.release": AuditSubject.RELEASE,
    "runs.itempair": AuditSubject.ITEM_PAIR,
    "runs.comment": AuditSubject.COMMENT,
    "runs.runview": AuditSubject.RUN_VIEW,
    "connections.allowedhost": AuditSubject.ALLOWED_HOST,
}
_SECRET_NAME = re.compile(
    r"secret|password|token(?!s)|authorization|cookie|credential|api[-_]?key|key_hash", re.IGNORECASE
)
# What is a secret wherever it stands: a password in an address, a token of a header, keys of ours, signing secrets.
_SECRET_TEXT = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)|(?<=Bearer )\S+|\bvq_\w{20,}|\bwhsec_\S+")
_HIDDEN = "•••"
# Of a long text its beginning tells what changed.
_LONGEST_TEXT = 2_000
_PROGRAM_PATHS = ("/api/", "/v2/", "/aigo/")


def record(
    *,
    team: Team,
    by: User | None,
    action: AuditAction,
    subject: Model,
    project: Project | None = None,
    changes: Mapping[str, list[Any]] | None = None,
) -> None:
    """Write down one change; call it in the transaction that makes it. `by` is None for what EvalHub does by itself.

    `changes` names each field with its value before and after (see `differences`); given and empty, nothing happened
    and nothing is written. What looks like a secret is hidden, whoever passes it.
    """
    if changes is not None and not changes:
        return
    caller = current_caller()
    key = by.came_by if by else None
    AuditEntry.objects.create(
        team=team,
        project=project,
        project_name=project.name if project else "",
        by=by,
        by_name=f"{by.name} <{by.email}>" if by else "",
        key=key,
        key_name=str(key) if key else "",
        action=action,
        subject_kind=_KINDS[subject._meta.label_lower],  # noqa: SLF001  # Django documents it
        subject_id=str(getattr(subject, "uuid", subject.pk)),
        subject_name=_cut(getattr(subject, "audit_name", "") or str(subject), 300),
        changes={field: [_shown(field, value) for value in pair] for field, pair in (changes or {}).items()},
        door=_door(caller),
        address=caller.address if caller else None,
    )


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """The fields of `after` whose value is another than in `before`."""
    return {field: [before.get(field), value] for field, value in after.items() if before.get(field) != value}


def fields_of(row: Model, *names: str) -> dict[str, Any]:
    """What the row says now, to be compared with what it says after a change; other rows by their names."""
    return {name: plain(getattr(row, name)) for name in names}


def plain(value: Any) -> Any:  # noqa: ANN401  # whatever a column holds
    """The value as the log shows it: another row by its name."""
    return str(value) if isinstance(value, Model) else value


def _shown(name: str, value: Any) -> Any:  # noqa: ANN401  # whatever a column holds
    if _SECRET_NAME.search(name) and value not in (None, "", True, False):
        return _HIDDEN
    if isinstance(value, Mapping):
        return {str(inner): _shown(str(inner), each) for inner, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(name, each) for each in value]
    return _cut(_SECRET_TEXT.sub(_HIDDEN, value), _LONGEST_TEXT) if isinstance(value, str) else value


def _cut(text: str, length: int) -> str:
    # A null character is of no text column.
    text = text.replace("\0", "")
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _door(caller: Caller | None) -> Door:
    if caller is None:
        return Door.WORKER if bool(current_task) else Door.COMMAND
    if caller.path.startswith("/admin/"):
        return Door.ADMIN
    return Door.API if caller.path.startswith(_PROGRAM_PATHS) else Door.PAGE
