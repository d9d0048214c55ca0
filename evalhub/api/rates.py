"""How many requests a key may make in a minute, or a person who is signed in."""

from __future__ import annotations

from django.conf import settings

from evalhub.accounts.models import User
from evalhub.core.rates import Rate, count


def count_request(person: User) -> Rate | None:
    """Count one request of the person or of the key they came by; None where there is no limit, or nowhere to count."""
    key = person.came_by
    caller = f"key:{key.uuid}" if key else f"person:{person.pk}"
    return count(caller, limit=settings.EVALHUB_API_REQUESTS_PER_MINUTE)
