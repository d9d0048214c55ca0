"""What people are told, and whether they want it by mail as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from evalhub.accounts.models import Membership, Project, User
from evalhub.notices.choices import MailState, NoticeKind

if TYPE_CHECKING:
    from typing import Self


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reads of notices."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """One's own, of the teams that one is still in."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(person_id=user.pk).to_members()

    def to_members(self) -> Self:
        """Those whose person is still in the team they tell of."""
        own = Membership.objects.filter(team_id=OuterRef("project__team_id"), user_id=OuterRef("person_id"))
        return self.filter(Exists(own))

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def for_list(self) -> Self:
        """The newest first, with whom and what they name."""
        return self.select_related("by", "project").order_by("-id")

    def due_by_mail(self) -> Self:
        """Those whose letter waits for a worker, who has not been told of it lately."""
        return self.filter(mail_state=MailState.WAITING, mail_at__lte=Now())


class Notice(models.Model):
    """Something a person is told: in the app until it is read, and by mail where that is wanted.

    `mail_at` is when a worker is told of a waiting letter again; of a letter under way, when its worker is given up.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="notices")
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=16, choices=NoticeKind)
    text = models.CharField(max_length=500)
    address = models.CharField(max_length=1000, help_text="The page that it leads to, without the server.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    read_at = models.DateTimeField(null=True, blank=True)
    mail_state = models.CharField(max_length=16, choices=MailState, default=MailState.NONE)
    mail_at = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_error = models.CharField(max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("person", "-id"), name="notices_of_person"),
            models.Index(fields=("person",), condition=Q(read_at=None), name="notices_unread"),
            models.Index(
                fields=("mail_at",), condition=Q(mail_state__in=("waiting", "sending")), name="notices_mail_under_way"
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notices_kind_known"),
            models.CheckConstraint(condition=Q(mail_state__in=MailState.values), name="notices_mail_state_known"),
            models.CheckConstraint(
                condition=Q(address__startswith="/") & ~Q(address__startswith="//"),
                name="notices_address_is_here",
                violation_error_message="A notice leads to a page of this server.",
            ),
        )

    def __str__(self) -> str:
        return self.text


class MailWish(models.Model):
    """Whether a person wants notices by mail as well; who never said so does."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="mail_wish")
    is_wanted = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.person}: {'by mail as well' if self.is_wanted else 'here alone'}"
