"""Ways of looking at a project's runs that a team keeps: made from the address, shared, replaced and forgotten."""

from __future__ import annotations

import pytest
from django.urls import reverse

from evalhub.accounts.models import Project, User
from runs.models import RunView
from tests.conftest import _ClientOf as ClientOf


def keep(user: User, project: Project, name: str, query: str = "state=failed&sort=-overall") -> int:
    address = reverse("runs:run_view_create", args=[project.pk])
    return ClientOf(user).post(address, {"name": name, "query": query}).status_code


def test_a_view_opens_the_list_as_it_was_kept(project: Project, bob: User, viewer: User) -> None:
    assert keep(bob, project, "Broken", "q=&state=failed&sort=-overall&page=7&cols=state&cols=tags") == 302
    page = ClientOf(viewer).get(reverse("runs:run_list", args=[project.pk])).content.decode()
    assert "?state=failed&amp;sort=-overall&amp;cols=state&amp;cols=tags" in page


def test_what_is_shown_now_is_what_would_be_kept(project: Project, bob: User) -> None:
    page = ClientOf(bob).get(reverse("runs:run_list", args=[project.pk]) + "?q=&state=failed").content.decode()
    assert '<input type="hidden" name="query" value="state=failed" form="save-view">' in page


def test_the_same_name_again_replaces_what_it_meant(project: Project, alice: User, bob: User) -> None:
    keep(bob, project, "Mine")
    keep(alice, project, " Mine ", "q=nightly")
    view = RunView.objects.get()
    assert (view.query, view.created_by) == ("q=nightly", bob)


@pytest.mark.parametrize(("name", "query"), [("  ", "q=a"), ("n" * 81, "q=a"), ("long", "q=" + "a" * 4000)])
def test_what_cannot_be_kept_is_said_and_nothing_is_written(project: Project, bob: User, name: str, query: str) -> None:
    client = ClientOf(bob)
    address = reverse("runs:run_view_create", args=[project.pk])
    page = client.post(address, {"name": name, "query": query}, follow=True).content.decode()
    assert 'data-level="error"' in page
    assert not RunView.objects.exists()


def test_a_project_keeps_no_more_views_than_a_menu_holds(project: Project, bob: User) -> None:
    RunView.objects.bulk_create(RunView(project=project, name=f"view {number}") for number in range(50))
    keep(bob, project, "one more")
    assert RunView.objects.count() == 50


def test_a_view_is_forgotten(project: Project, bob: User) -> None:
    keep(bob, project, "Broken")
    view = RunView.objects.get()
    assert ClientOf(bob).post(reverse("runs:run_view_deletion", args=[project.pk, view.pk])).status_code == 302
    assert not RunView.objects.exists()


def test_who_may_only_look_keeps_and_deletes_none(project: Project, bob: User, viewer: User) -> None:
    keep(bob, project, "Broken")
    view = RunView.objects.get()
    assert keep(viewer, project, "Mine") == 403
    assert ClientOf(viewer).post(reverse("runs:run_view_deletion", args=[project.pk, view.pk])).status_code == 403
    assert list(RunView.objects.all()) == [view]


def test_charlie_reaches_no_view(project: Project, bob: User, charlie: User) -> None:
    keep(bob, project, "Broken")
    view = RunView.objects.get()
    assert keep(charlie, project, "Mine") == 404
    assert ClientOf(charlie).post(reverse("runs:run_view_deletion", args=[project.pk, view.pk])).status_code == 404
    assert ClientOf(bob).get(reverse("runs:run_view_create", args=[project.pk])).status_code == 405
