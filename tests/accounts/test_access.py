"""Who sees and may do what, at the level of querysets and rights."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from evalhub.accounts.access import Right, may, require_right
from evalhub.accounts.models import ApiKey, Project, Team, User
from evalhub.accounts.services import issue_api_key
from evalhub.core.errors import NotAllowed


def test_a_teammate_sees_the_project_and_a_stranger_does_not(project: Project, bob: User, charlie: User) -> None:
    assert project in Project.objects.visible_to(bob)
    assert project not in Project.objects.visible_to(charlie)
    assert not Project.objects.visible_to(AnonymousUser()).exists()


def test_rights_grow_with_the_role(project: Project, alice: User, bob: User, viewer: User, charlie: User) -> None:
    assert may(alice, Right.CONFIGURE, project)
    assert may(bob, Right.START_RUN, project)
    assert not may(bob, Right.CONFIGURE, project)
    assert may(viewer, Right.VIEW, project)
    assert not may(viewer, Right.START_RUN, project)
    assert not may(charlie, Right.VIEW, project)


def test_a_missing_right_is_refused_with_the_role_that_has_it(project: Project, viewer: User) -> None:
    with pytest.raises(NotAllowed, match="role editor or higher"):
        require_right(viewer, Right.START_RUN, project)


def test_an_api_key_is_kept_as_a_hash_and_found_by_its_secret(team: Team, bob: User) -> None:
    issued = issue_api_key(team=team, user=bob, name="CI")
    assert issued.secret.startswith("vq_")
    assert issued.secret not in str(vars(issued.key))
    assert ApiKey.objects.matching(issued.secret).get() == issued.key
    assert not ApiKey.objects.matching(issued.secret + "x").exists()
