"""Releases are marked, changed and taken away on pages, and stand in the trends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from evalhub.accounts.models import Project, User
from runs.models import Release
from runs.services.releases import ReleaseValues, create_release
from tests.conftest import _ClientOf as ClientOf
from tests.runs.trends.lined_runs import make_line_run, make_line_version
from tests.runs.trends.test_project_trends import figure_in, page_of

SENT = {"name": "Release 2", "released_at": "2026-11-02T10:30", "note": "New prompt", "link": "https://example.org/2"}


@pytest.fixture
def release(project: Project, bob: User) -> Release:
    values = ReleaseValues(name="Release 1", released_at=datetime(2026, 11, 1, tzinfo=UTC))
    return create_release(project, values=values, by=bob)


def new(project: Project) -> str:
    return reverse("runs:release_create", args=[project.pk])


def edit(release: Release) -> str:
    return reverse("runs:release_edit", args=[release.project_id, release.pk])


def test_bob_marks_a_release_and_finds_it_in_the_trends(project: Project, bob: User) -> None:
    version = make_line_version(project, items=2)
    for day in (1, 3):
        make_line_run(version, {"m": [0.5, 0.6]}, created_at=datetime(2026, 11, day, tzinfo=UTC))
    response = ClientOf(bob).post(new(project), SENT)
    assert response.headers["Location"] == reverse("runs:project_trends", args=[project.pk])
    made = Release.objects.get()
    assert (made.name, made.note, made.created_by) == ("Release 2", "New prompt", bob)
    page = page_of(bob, project)
    assert figure_in(page)["releases"] == [{"x": "2026-11-02 10:30:00", "name": "Release 2"}]
    assert SENT["link"] in page
    assert figure_in(page_of(bob, project, "?by=version"))["releases"] == []


def test_a_release_is_changed_and_taken_away(release: Release, bob: User) -> None:
    client = ClientOf(bob)
    assert "2026-11-01T00:00" in client.get(edit(release)).content.decode()
    client.post(edit(release), SENT)
    release.refresh_from_db()
    assert release.name == "Release 2"
    client.post(reverse("runs:release_deletion", args=[release.project_id, release.pk]))
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": "  "}, "This field is required"),
        ({"released_at": "soon"}, "Enter a valid date/time"),
        ({"link": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"link": "ftp://example.org/"}, "is no web address"),
    ],
)
def test_what_cannot_be_a_release_is_refused_at_its_field(
    project: Project, bob: User, change: dict[str, str], complaint: str
) -> None:
    response = ClientOf(bob).post(new(project), SENT | change)
    assert complaint in response.content.decode()
    assert not Release.objects.exists()


def test_a_viewer_sees_releases_and_may_not_change_them(release: Release, viewer: User) -> None:
    client = ClientOf(viewer)
    assert client.post(edit(release), SENT).status_code == 403
    page = page_of(viewer, release.project)
    assert "Release 1" in page
    assert edit(release) not in page
    assert new(release.project) not in page


def test_a_release_is_not_found_through_another_project(release: Release, bob: User, charlie: User) -> None:
    elsewhere = Project.objects.create(team=release.project.team, key="other", name="Other")
    address = reverse("runs:release_edit", args=[elsewhere.pk, release.pk])
    assert ClientOf(bob).get(address).status_code == 404
    assert ClientOf(charlie).get(edit(release)).status_code == 404
