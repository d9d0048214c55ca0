"""Comparisons that people without an account may read by a secret address."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evalhub.accounts.models import Project, User
from evalhub.core.ids import public_id

if TYPE_CHECKING:
    from typing import Self


class SharedReportQuerySet(models.QuerySet["SharedReport"]):
    """Reads of shared reports."""

    def usable(self) -> Self:
        """Those whose address still opens: not taken back, not past their time, in a team that allows them."""
        is_in_time = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(is_in_time, revoked_at=None, project__team__shares_reports=True)

    def matching(self, token: str) -> Self:
        return self.usable().filter(token_hash=hash_token(token))


class SharedReport(models.Model):
    """The report of one comparison behind an address that needs no account.

    Only a hash of the address's secret is kept: it is 32 random bytes, so a plain SHA-256 cannot be guessed back.
    `query` is what stands after the question mark of the report itself; `run_ids` are the runs in it, baseline first.
    """

    uuid = public_id()
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="shared_reports")
    name = models.CharField(max_length=120)
    run_ids = ArrayField(models.BigIntegerField())
    query = models.TextField(blank=True)
    with_texts = models.BooleanField(default=False, help_text="Shows the beginnings of inputs and outputs.")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = SharedReportQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()


def hash_token(token: str) -> str:
    """The form in which the secret of an address is kept."""
    return hashlib.sha256(token.encode()).hexdigest()
