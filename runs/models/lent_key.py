"""A judge's key that a caller lends for one run."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from evalhub.core import crypto
from runs.models.run import Run


class LentKey(models.Model):
    """Asks the run's judges in place of the connections' own keys. Encrypted; destroyed when the run closes."""

    run = models.OneToOneField(Run, on_delete=models.CASCADE, primary_key=True, related_name="lent_key")
    secret = models.BinaryField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"key lent to run {self.run_id}"

    @classmethod
    def lend(cls, run: Run, secret: str) -> None:
        cls.objects.create(run=run, secret=crypto.encrypt(secret))

    def reveal(self) -> str:
        """The key in clear, for the request that needs it and nothing else."""
        return crypto.decrypt(self.secret)
