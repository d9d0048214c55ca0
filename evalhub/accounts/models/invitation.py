"""Invitations: links by which people come into a team, each for one person and for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evalhub.accounts.choices import Role
from evalhub.accounts.models.people import Team, User
from evalhub.core import crypto
from evalhub.core.ids import public_id

if TYPE_CHECKING:
    from typing import Self


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Reads of invitations."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(team__memberships__user_id=user.pk) if user.is_authenticated else self.none()

    def waiting(self) -> Self:
        """Those that nobody took up yet and nobody took back, also where their time is over."""
        return self.filter(accepted_at=None, revoked_at=None)

    def usable(self) -> Self:
        return self.waiting().filter(expires_at__gt=timezone.now())

    def to_send(self) -> Self:
        """Those with a mail that has not gone out."""
        return self.usable().exclude(sealed_token=b"").filter(mail_tries__lt=MAIL_TRIES)


# A mail that the server refused so often is given up; people can send it again.
MAIL_TRIES = 5


class Invitation(models.Model):
    """A way into a team. Only a hash of the link's secret is kept; until its mail is sent, the secret, encrypted."""

    uuid = public_id()
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail", blank=True, help_text="Empty: whoever has the link.")
    role = models.CharField(max_length=16, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    sealed_token = models.BinaryField(default=b"", editable=False)
    mail_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    mail_error = models.CharField(max_length=300, blank=True, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(condition=Q(role__in=Role.values), name="accounts_invitation_role_known"),
            models.UniqueConstraint(
                fields=("team", "email"),
                condition=Q(accepted_at=None, revoked_at=None) & ~Q(email=""),
                name="accounts_invitation_once_per_address",
            ),
        )

    def __str__(self) -> str:
        return self.email or f"link of {self.created_at:%Y-%m-%d}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    def seal(self, token: str) -> None:
        """Keep the secret, encrypted, for the mail. The caller saves."""
        self.sealed_token = crypto.encrypt(token)

    def unseal(self) -> str:
        """The secret in clear, for the mail and nothing else."""
        return crypto.decrypt(self.sealed_token)
