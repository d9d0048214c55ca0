"""How all workers together keep to a connection's ceiling: each takes a part of it, and renews it while it works."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now

from evalhub.connections.models import Connection, ConnectionGrant

# A worker that died gives its part back by not renewing it for so long.
GRANT_SECONDS = 60.0


@transaction.atomic
def take_grant(connection_id: int, *, holder: str, wanted: int, seconds: float = GRANT_SECONDS) -> int:
    """Take or renew the holder's part of the ceiling; 0 when none is left, and then others make room as they renew.

    What a worker gets may shrink or grow with each renewal, but who has one call keeps one. The database's clock
    counts, so workers may disagree about the time.
    """
    connection = Connection.objects.select_for_update(no_key=True).get(pk=connection_id)
    grants = ConnectionGrant.objects.filter(connection=connection)
    grants.filter(until__lte=Now()).delete()
    own = next((grant for grant in grants if grant.holder == holder), None)
    others = [grant for grant in grants if grant.holder != holder]
    free = connection.ceiling - sum(grant.slots for grant in others)
    share = fair_share(connection.ceiling, wanted=wanted, others=[grant.wanted for grant in others])
    kept = 1 if own and own.slots else 0
    slots = min(wanted, max(kept, min(share, free)))
    ConnectionGrant.objects.update_or_create(
        connection=connection,
        holder=holder,
        defaults={"wanted": wanted, "slots": slots, "until": Now() + timedelta(seconds=seconds)},
    )
    return slots


def return_grant(connection_id: int, *, holder: str) -> None:
    """Give the holder's part back."""
    ConnectionGrant.objects.filter(connection_id=connection_id, holder=holder).delete()


def fair_share(ceiling: int, *, wanted: int, others: Sequence[int]) -> int:
    """What one of several gets when all get the same, and what some do not want goes to those who want more."""
    left, waiting = ceiling, sorted([*others, wanted])
    for position, wish in enumerate(waiting):
        part = left // (len(waiting) - position)
        if wish >= wanted:
            return max(1, min(wanted, part))
        left -= min(wish, part)
    return wanted
