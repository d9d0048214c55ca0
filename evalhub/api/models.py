"""What the API keeps of its own: answers to requests that may be sent twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from evalhub.accounts.models import User

if TYPE_CHECKING:
    from typing import Self

KEPT_FOR = timedelta(days=1)
LONGEST_KEY = 255
# Old answers that one request throws away at most.
_FORGOTTEN_AT_ONCE = 100


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    """Reads of kept answers."""

    def current(self) -> Self:
        return self.filter(made_at__gt=timezone.now() - KEPT_FOR)

    def forget_old(self) -> None:
        """Delete answers that are kept no longer; those that another request is deleting are left to it."""
        old = self.filter(made_at__lte=timezone.now() - KEPT_FOR).select_for_update(skip_locked=True)
        self.model.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])).delete()


class KeptAnswer(models.Model):
    """The answer to a request that named an `Idempotency-Key`, given again when the same request comes again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=LONGEST_KEY)
    fingerprint = models.CharField(max_length=64, help_text="Hash of method, address and body.")
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True, encoder=JSONEncoder)
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="api_kept_answer_key_once"),)

    def __str__(self) -> str:
        return f"{self.status} for {self.key}"
