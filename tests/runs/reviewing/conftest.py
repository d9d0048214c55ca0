"""A scored run whose items fail or pass, and people who review them."""

from __future__ import annotations

import pytest

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, Team, User
from runs.models import Run
from tests.runs.reviewing.scenes import make_reviewed_run


@pytest.fixture
def rita(team: Team) -> User:
    """A reviewer."""
    return _reviewer(team, "Rita Reader")


@pytest.fixture
def sam(team: Team) -> User:
    """Another reviewer."""
    return _reviewer(team, "Sam Seer")


def _reviewer(team: Team, name: str) -> User:
    user = User.objects.create_user(f"{name.split(maxsplit=1)[0].lower()}@example.org", "reviewer-secret", name=name)
    Membership.objects.create(team=team, user=user, role=Role.REVIEWER)
    return user


@pytest.fixture
def run(project: Project) -> Run:
    """Six items with quality 0, 0.2, … 1; below 0.5 they fail."""
    return make_reviewed_run(project)
