"""The filters of the audit log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone

from evalhub.accounts.audit_log import AuditFilters
from evalhub.accounts.choices import AuditAction, AuditSubject
from evalhub.accounts.models import Team

_DAY = forms.DateInput(attrs={"type": "date"})


class AuditFilterForm(forms.Form):
    """What of the log is shown; days are those of UTC."""

    who = forms.CharField(required=False, max_length=200, strip=True, label="Who (person or key)")
    subject = forms.CharField(required=False, max_length=200, strip=True, label="What (name or id)")
    action = forms.ChoiceField(required=False, label="Action", choices=[("", "Any"), *AuditAction.choices])
    kind = forms.ChoiceField(required=False, label="Kind", choices=[("", "Any"), *AuditSubject.choices])
    since = forms.DateField(required=False, label="From day", widget=_DAY)
    until = forms.DateField(required=False, label="To day", widget=_DAY)

    def __init__(self, query: QueryDict, *, team: Team) -> None:
        super().__init__(query)
        self.fields["project"] = forms.ModelChoiceField(
            team.projects.all(), required=False, label="Project", empty_label="Any"
        )

    def filters(self) -> AuditFilters:
        """What is asked for; a value that makes no sense narrows nothing and is told at its field."""
        self.is_valid()
        found = self.cleaned_data
        project, until = found.get("project"), found.get("until")
        return AuditFilters(
            **{name: found.get(name) or "" for name in ("who", "subject", "action", "kind")},
            project_id=project.pk if project else None,
            since=_start_of(found.get("since")),
            until=_start_of(until + timedelta(days=1)) if until and until < date.max else None,
        )

    @property
    def is_narrowed(self) -> bool:
        return any(self.cleaned_data.values())


def _start_of(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone()) if day else None
