"""The audit log of a team, to be read."""

from __future__ import annotations

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.choices import AuditAction, AuditSubject
from evalhub.accounts.forms_audit import AuditFilterForm
from evalhub.accounts.models import AuditEntry, AuditEntryQuerySet, Team
from evalhub.api.base import ApiView
from evalhub.api.pagination import PAGE_PARAMETERS, PageWish, answer_page, newest_first, page_of
from evalhub.core.errors import Invalid

_DAY = {"type": "string", "format": "date"}
FILTER_PARAMETERS = [
    OpenApiParameter("who", str, description="Part of the name or address of a person, or of a key's name."),
    OpenApiParameter("subject", str, description="Part of the name of what was changed, or its id."),
    OpenApiParameter("action", str, enum=AuditAction.values),
    OpenApiParameter("kind", str, enum=AuditSubject.values, description="Of what was changed."),
    OpenApiParameter("project", int, description="The number of a project."),
    OpenApiParameter("since", _DAY, description="First day, in UTC."),
    OpenApiParameter("until", _DAY, description="Last day, in UTC."),
]


class AuditEntryOut(serializers.ModelSerializer[AuditEntry]):
    """One change; names are those of the time."""

    by = serializers.CharField(source="by_name", help_text="Empty: EvalHub itself.")
    key = serializers.CharField(source="key_name", help_text="Empty: not by a key.")
    project = serializers.CharField(source="project_name")
    subject = serializers.CharField(source="subject_name")
    changes = serializers.DictField(help_text="Field: value before, value after.")

    class Meta:
        model = AuditEntry
        fields = (
            *("id", "at", "by", "key", "action", "subject_kind", "subject", "subject_id"),
            *("project", "changes", "door", "address"),
        )


class AuditLog(ApiView):
    """What was changed in the team, the newest first."""

    @extend_schema(
        operation_id="list_audit_entries",
        parameters=[*FILTER_PARAMETERS, *PAGE_PARAMETERS],
        responses=page_of(AuditEntryOut),
    )
    def get(self, request: Request, team_slug: str) -> Response:
        team = self.team(team_slug)
        require_right(self.person, Right.VIEW_AUDIT, team)
        entries = _asked_for(request.query_params, team)
        return answer_page(request, newest_first(entries, PageWish.of(request)), AuditEntryOut)


def _asked_for(query: QueryDict, team: Team) -> AuditEntryQuerySet:
    form = AuditFilterForm(query, team=team)
    filters = form.filters()
    for field, sentences in form.errors.items():
        raise Invalid("filter_not_understood", f"{field}: {sentences[0]}", field=field)
    return filters.of(team.audit_entries.all())
