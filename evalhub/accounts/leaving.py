"""What a person holds in a team is let go of when they leave it; the applications above say how."""

from __future__ import annotations

from collections.abc import Callable

from evalhub.accounts.models import Team, User

Release = Callable[[Team, User], None]
_releases: list[Release] = []


def on_leaving(release: Release) -> None:
    """Have `release` called, in the transaction, when a person leaves a team."""
    _releases.append(release)


def release_all(team: Team, user: User) -> None:
    """Let go of all that the person holds in the team."""
    for release in _releases:
        release(team, user)
