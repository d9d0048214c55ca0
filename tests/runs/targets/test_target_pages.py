"""The list of targets and the page of one: what they show, and to whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from evalhub.accounts.models import Project, User
from runs.choices import RunState
from runs.models import DatasetVersion, Run, Target
from runs.services.targets import archive_target, snapshot_of
from tests.conftest import _ClientOf as ClientOf
from tests.factories import builtin, make_dataset, make_run, make_run_metric, make_target, make_version


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return make_version(dataset=make_dataset(project=project), rows=[{"input": "a"}, {"input": "b"}])


def finished(version: DatasetVersion, target: Target, *, name: str, mean: float, **fields: Any) -> Run:
    fields = {"target_snapshot": snapshot_of(target), "overall": mean, "scored_count": 2, **fields}
    run = make_run(version=version, target=target, name=name, state=RunState.FINISHED, **fields)
    make_run_metric(run=run, revision=builtin("contains"), mean=mean, n_scored=2)
    return run


def text_of(user: User, name: str, *args: int) -> str:
    return ClientOf(user).get(reverse(f"runs:{name}", args=args)).content.decode()


def test_the_list_shows_who_answers_and_the_last_run(viewer: User, version: DatasetVersion, target: Target) -> None:
    make_target(project=target.project, name="old-bot")
    finished(version, target, name="first", mean=0.5)
    finished(version, target, name="second", mean=0.75)
    page = text_of(viewer, "target_list", target.project_id)
    assert "small-1 · Gateway" in page
    assert "Recorded outputs" in page
    assert "second" in page
    assert "0.75" in page
    assert "first" not in page


def test_the_pages_take_the_same_queries_however_many_targets(
    viewer: User, version: DatasetVersion, target: Target, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(8):
        other = make_target(project=target.project, name=f"bot-{number}")
        finished(version, other, name=f"run-{number}", mean=0.5)
    browser = ClientOf(viewer)
    with django_assert_max_num_queries(12):
        browser.get(reverse("runs:target_list", args=[target.project_id]))
    with django_assert_max_num_queries(14):
        browser.get(reverse("runs:target_detail", args=[target.pk]))


def test_an_empty_list_says_what_to_do(bob: User, viewer: User, project: Project) -> None:
    assert "New target" in text_of(bob, "target_list", project.pk)
    page = text_of(viewer, "target_list", project.pk)
    assert "A teammate with the role editor" in page
    assert "New target" not in page


def test_archived_targets_leave_the_list_and_their_page(bob: User, target: Target) -> None:
    archive_target(target, by=bob)
    assert "support-bot" not in text_of(bob, "target_list", target.project_id).partition("<main")[2]
    assert ClientOf(bob).get(reverse("runs:target_detail", args=[target.pk])).status_code == 404


def test_versions_of_one_name_stand_beside_each_other(viewer: User, version: DatasetVersion, target: Target) -> None:
    older = make_target(project=target.project, name="support-bot", version="2.0")
    finished(version, older, name="older", mean=0.25)
    finished(version, target, name="forgotten", mean=0.5)
    finished(version, target, name="newer", mean=0.75)
    finished(version, make_target(project=target.project, name="other-bot"), name="foreign", mean=1.0)
    page = ClientOf(viewer).get(reverse("runs:target_detail", args=[target.pk]))
    rows = page.context["history"].versions
    assert [(row.target.version, row.run.name, row.cells.metrics[0].metric.mean) for row in rows] == [
        ("2.1", "newer", 0.75),
        ("2.0", "older", 0.25),
    ]
    assert [run.name for run in page.context["history"].runs] == ["newer", "forgotten"]


def test_deleted_and_live_runs_are_not_compared(viewer: User, version: DatasetVersion, target: Target) -> None:
    finished(version, target, name="gone", mean=0.5, deleted_at=timezone.now())
    make_run(version=version, target=target, name="live", state=RunState.SCORING)
    history = ClientOf(viewer).get(reverse("runs:target_detail", args=[target.pk])).context["history"]
    assert (history.versions, [run.name for run in history.runs]) == ([], ["live"])


def test_a_version_that_was_changed_since_its_run_says_so(
    viewer: User, version: DatasetVersion, target: Target
) -> None:
    run = finished(version, target, name="run", mean=0.5)
    assert "changed since" not in text_of(viewer, "target_detail", target.pk)
    run.target_snapshot = {**run.target_snapshot, "version_hash": "other"}
    run.save()
    assert "changed since" in text_of(viewer, "target_detail", target.pk)


def test_the_page_shows_how_the_target_is_asked_and_no_key(viewer: User, target: Target) -> None:
    page = text_of(viewer, "target_detail", target.pk)
    assert "Be brief." in page
    assert "{{ input }}" in page
    assert "not asked again" in page
    assert target.version_hash[:12] in page
    assert "sk-very-secret" not in page


def test_only_editors_are_offered_changes(bob: User, viewer: User, target: Target) -> None:
    edit = reverse("runs:target_edit", args=[target.pk])
    assert edit in text_of(bob, "target_detail", target.pk)
    assert edit not in text_of(viewer, "target_detail", target.pk)


@pytest.mark.parametrize("name", ["target_detail", "target_edit", "target_archival"])
def test_charlie_does_not_learn_that_the_target_exists(charlie: User, bob: User, target: Target, name: str) -> None:
    assert ClientOf(charlie).get(reverse(f"runs:{name}", args=[target.pk])).status_code == 404
    assert ClientOf(bob).get(reverse(f"runs:{name}", args=[target.pk + 1])).status_code == 404


@pytest.mark.parametrize("name", ["target_list", "target_create"])
def test_charlie_does_not_learn_that_the_project_exists(charlie: User, bob: User, project: Project, name: str) -> None:
    assert ClientOf(charlie).get(reverse(f"runs:{name}", args=[project.pk])).status_code == 404
    assert ClientOf(bob).get(reverse(f"runs:{name}", args=[project.pk + 1])).status_code == 404


def test_anonymous_is_sent_to_sign_in(client: Client, project: Project, target: Target) -> None:
    for address in (reverse("runs:target_list", args=[project.pk]), reverse("runs:target_detail", args=[target.pk])):
        assert client.get(address)["Location"].startswith("/accounts/login/")


def test_lists_and_pages_are_only_read(bob: User, project: Project, target: Target) -> None:
    for address in (reverse("runs:target_list", args=[project.pk]), reverse("runs:target_detail", args=[target.pk])):
        assert ClientOf(bob).post(address).status_code == 405
