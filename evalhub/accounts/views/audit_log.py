"""The audit log of a team, to be read and taken away."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.audit_log import as_csv, as_jsonl
from evalhub.accounts.context import team_tabs
from evalhub.accounts.forms_audit import AuditFilterForm
from evalhub.accounts.http import MemberRequest
from evalhub.accounts.models import Team
from evalhub.core.addresses import with_query
from evalhub.core.errors import Invalid, NotFound
from evalhub.core.htmx import render_page

_PAGE = 50
_LARGEST_ID = 2**63 - 1
_FORMATS = {"csv": ("text/csv; charset=utf-8", as_csv), "jsonl": ("application/x-ndjson", as_jsonl)}


@require_safe
@login_required
def audit_log(request: MemberRequest, team_slug: str) -> HttpResponse:
    """What was changed, the newest first."""
    team = _team(request, team_slug)
    form = AuditFilterForm(request.GET, team=team)
    entries = form.filters().of(team.audit_entries.all())
    before = request.GET.get("before", "")
    if before.isascii() and before.isdecimal():
        entries = entries.filter(id__lt=min(int(before[:20]), _LARGEST_ID))
    found = list(entries[: _PAGE + 1])
    shown = found[:_PAGE]
    return render_page(
        request,
        "accounts/audit_log.html",
        partial="audit-entries",
        team=team,
        form=form,
        entries=shown,
        first_href=with_query(request.GET, before=None) if before else "",
        next_href=with_query(request.GET, before=shown[-1].pk) if len(found) > _PAGE else "",
        export_query=with_query(request.GET, before=None),
        **team_tabs(request.user, team),
    )


@require_safe
@login_required
def audit_export(request: MemberRequest, team_slug: str, file_format: str) -> StreamingHttpResponse:
    """All entries that the filters leave, as a file."""
    team = _team(request, team_slug)
    if file_format not in _FORMATS:
        raise NotFound("format_unknown", f'The log cannot be had as "{file_format}"; use csv or jsonl.')
    form = AuditFilterForm(request.GET, team=team)
    filters = form.filters()
    if form.errors:
        raise Invalid("filter_not_understood", f"Nothing was exported; look at {', '.join(form.errors)}.")
    content_type, write = _FORMATS[file_format]
    name = f"audit-log-{team.slug[:80]}.{file_format}"
    return StreamingHttpResponse(
        write(filters.of(team.audit_entries.all())),
        content_type=content_type,
        headers={
            "Content-Disposition": str(content_disposition_header(as_attachment=True, filename=name)),
            "X-Content-Type-Options": "nosniff",
        },
    )


def _team(request: MemberRequest, team_slug: str) -> Team:
    team = get_object_or_404(Team.objects.visible_to(request.user), slug=team_slug)
    require_right(request.user, Right.VIEW_AUDIT, team)
    return team
