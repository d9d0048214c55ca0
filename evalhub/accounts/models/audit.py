"""What was changed in a team, by whom and from where: rows that are written once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evalhub.accounts.choices import AuditAction, AuditSubject, Door
from evalhub.accounts.models.people import ApiKey, Project, Team, User

if TYPE_CHECKING:
    from typing import Self


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Reads of the audit log."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(team__memberships__user_id=user.pk) if user.is_authenticated else self.none()


class AuditEntry(models.Model):
    """One change. Names are kept as text, so that it still says who and what when they are gone.

    The database refuses to change or delete one (migration 0004).
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="audit_entries", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    project_name = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    by_name = models.CharField(max_length=420, blank=True, help_text="Empty: EvalHub itself.")
    key = models.ForeignKey(ApiKey, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    key_name = models.CharField(max_length=150, blank=True, help_text="Empty: not by a key.")
    action = models.CharField(max_length=16, choices=AuditAction)
    subject_kind = models.CharField(max_length=16, choices=AuditSubject)
    subject_id = models.CharField(max_length=64)
    subject_name = models.CharField(max_length=300)
    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder, help_text="Field: value before, value after.")
    door = models.CharField(max_length=16, choices=Door)
    address = models.GenericIPAddressField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ("-id",)
        indexes = (models.Index(fields=("team", "-id"), name="accounts_audit_by_team"),)
        constraints = (
            models.CheckConstraint(condition=Q(action__in=AuditAction.values), name="accounts_audit_action_known"),
            models.CheckConstraint(
                condition=Q(subject_kind__in=AuditSubject.values), name="accounts_audit_subject_known"
            ),
            models.CheckConstraint(condition=Q(door__in=Door.values), name="accounts_audit_door_known"),
        )

    def __str__(self) -> str:
        return f"{self.get_subject_kind_display()} “{self.subject_name}” {self.get_action_display().lower()}"

    @property
    def changed_fields(self) -> list[tuple[str, Any, Any]]:
        """Each field with its value before and after; a field may be called anything, "items" too."""
        return [(field, before, after) for field, (before, after) in self.changes.items()]
