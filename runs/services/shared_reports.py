"""Giving a comparison's report to people without an account, and taking it back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit import record
from evalhub.accounts.choices import AuditAction
from evalhub.accounts.models import Project, User
from evalhub.core.errors import Conflict, Invalid
from runs.comparison.compare import MOST_RUNS
from runs.models import Run, SharedReport
from runs.models.shared_report import hash_token

MOST_LINKS = 200
LONGEST_NAME, LONGEST_QUERY = 120, 4_000
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportToShare:
    """What a link is to show: the runs, baseline first, and what else stands in the address of the report."""

    name: str
    run_ids: Sequence[int]
    query: str = ""
    with_texts: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SharedLink:
    """A new link; `token` stands in its address, is shown once and not kept."""

    report: SharedReport
    token: str


@transaction.atomic
def share_report(project: Project, asked: ReportToShare, *, by: User) -> SharedLink:
    """Make an address under which everybody who has it reads the report.

    Raises `NotAllowed`, `Conflict` while the team does not allow such links or has too many, and `Invalid` for a name
    or runs that cannot be used.
    """
    require_right(by, Right.START_RUN, project)
    name = " ".join(asked.name.split())
    _check(project, asked, name)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    report = SharedReport.objects.create(
        project=project,
        name=name,
        run_ids=list(asked.run_ids),
        query=asked.query,
        with_texts=asked.with_texts,
        expires_at=asked.expires_at,
        token_hash=hash_token(token),
        created_by=by,
    )
    record(team=project.team, by=by, action=AuditAction.ADDED, subject=report, project=project)
    return SharedLink(report, token)


@transaction.atomic
def revoke_shared_report(report: SharedReport, *, by: User) -> None:
    """Close the address for good. Doing so twice changes nothing."""
    require_right(by, Right.START_RUN, report.project)
    if SharedReport.objects.filter(pk=report.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record(team=report.project.team, by=by, action=AuditAction.REVOKED, subject=report, project=report.project)


def _check(project: Project, asked: ReportToShare, name: str) -> None:
    if not project.team.shares_reports:
        raise Conflict(
            "sharing_off",
            f"{project.team} does not allow links for people without an account; "
            "an admin can switch them on at the page of the team's people.",
        )
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Invalid("name_invalid", f"Give the link a name of at most {LONGEST_NAME} characters.", field="name")
    if len(asked.query) > LONGEST_QUERY:
        raise Invalid("report_too_long", "The report has too many filters to be shared; take some away.")
    if asked.expires_at is not None and asked.expires_at <= timezone.now():
        raise Invalid("expiry_over", "That time is over; choose a later one.", field="expires_at")
    _check_runs(project, asked.run_ids)
    if SharedReport.objects.usable().filter(project=project).count() >= MOST_LINKS:
        raise Conflict("too_many_links", f"A project holds {MOST_LINKS} open links; revoke one first.")


def _check_runs(project: Project, run_ids: Sequence[int]) -> None:
    if not 2 <= len(set(run_ids)) == len(run_ids) <= MOST_RUNS:
        raise Invalid("runs_count", f"A report compares two to {MOST_RUNS} different runs.", field="runs")
    if Run.objects.filter(project=project, deleted_at=None, pk__in=run_ids).count() < len(run_ids):
        raise Invalid("run_unknown", "One of the runs is not of this project.", field="runs")
