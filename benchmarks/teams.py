"""How a benchmark's team goes away again without a trace."""

from __future__ import annotations

from django.db import connection

from evalhub.accounts.models import Team, User

_TRIGGER = "ALTER TABLE accounts_auditentry {} TRIGGER accounts_audit_is_kept"


def remove_team(team: Team, owner: User) -> None:
    """Delete both with their lines in the audit log, which is otherwise only added to."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIGGER.format("DISABLE"))
        try:
            team.metrics.update(current_revision=None)
            team.metrics.all().delete()
            team.delete()
            owner.delete()
        finally:
            cursor.execute(_TRIGGER.format("ENABLE"))
