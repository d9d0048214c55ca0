"""Progress that polls while runs are live, and stops by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from evalhub.accounts.models import Project, User
from runs.models import DatasetVersion, Run, RunBatch
from tests.conftest import _ClientOf as ClientOf
from tests.factories import make_dataset, make_run, make_version

STOP_POLLING = 286


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return make_version(dataset=make_dataset(project=project), rows=[{"input": str(n)} for n in range(40)])


@pytest.fixture
def live(version: DatasetVersion) -> Run:
    started = timezone.now() - timedelta(seconds=10)
    run = make_run(version=version, name="live", state="scoring", started_at=started)
    RunBatch.objects.create(run=run, number=0, start=0, stop=20, n_done=20, n_scored=38, n_unscored=1, n_errored=1)
    RunBatch.objects.create(run=run, number=1, start=20, stop=40)
    return run


def address(run: Run) -> str:
    return reverse("runs:run_progress", args=[run.pk])


def in_list(project: Project, *runs: Run) -> str:
    ids = ",".join(str(run.pk) for run in runs)
    return reverse("runs:run_list_progress", args=[project.pk]) + f"?runs={ids}"


def test_a_live_run_shows_counts_rate_and_time_left_and_asks_again(live: Run, viewer: User) -> None:
    response = ClientOf(viewer).get(address(live))
    page = response.content.decode()
    assert response.status_code == 200
    assert 'hx-trigger="every 2s"' in page
    for words in ("20 of 40 items", "38 scored", "1 unscored", "1 errored", "items a second", "left"):
        assert words in page


def test_the_page_of_a_live_run_shows_the_counts_before_it_asks(live: Run, viewer: User) -> None:
    page = ClientOf(viewer).get(reverse("runs:run_detail", args=[live.pk])).content.decode()
    assert f'hx-get="{address(live)}" hx-trigger="load delay:500ms, every 2s"' in page
    for words in ("20 of 40 items", "38 scored", "1 unscored", "1 errored", "items a second", "left"):
        assert words in page


def test_calls_are_shown_with_what_they_cost_so_far(live: Run, viewer: User) -> None:
    assert "in flight" not in ClientOf(viewer).get(address(live)).content.decode()
    calls = {"n_calls": 1200, "n_cached": 30, "n_retries": 7, "n_rate_limited": 3, "in_flight": 12}
    live.batches.filter(number=0).update(target_cost="0.5", judge_cost="0.25", **calls)
    page = ClientOf(viewer).get(address(live)).content.decode()
    words = (
        "12 calls in flight",
        "1,200 calls paid for",
        "30 from the cache",
        "7 tried again",
        "3 × 429",
        "$0.75 so far",
    )
    for word in words:
        assert word in page


def test_only_who_may_stop_the_run_gets_the_button(live: Run, viewer: User, bob: User) -> None:
    stop = reverse("runs:run_cancellation", args=[live.pk])
    assert stop not in ClientOf(viewer).get(address(live)).content.decode()
    assert stop in ClientOf(bob).get(address(live)).content.decode()


def test_after_the_end_polling_stops_and_the_page_is_told(live: Run, bob: User) -> None:
    Run.objects.update(state="finished")
    response = ClientOf(bob).get(address(live))
    assert response.status_code == STOP_POLLING
    assert "run-over" in response["HX-Trigger"]
    assert "hx-get" not in response.content.decode()


def test_a_list_hears_of_all_its_live_runs_in_one_answer(live: Run, version: DatasetVersion, bob: User) -> None:
    other = make_run(version=version, name="queued", state="queued")
    response = ClientOf(bob).get(in_list(live.project, live, other))
    page = response.content.decode()
    assert response.status_code == 200
    assert f'id="run-live-{live.pk}" hx-swap-oob="true"' in page
    assert "live: 20 of 40 items" in page
    assert "queued: 0 of 40 items" in page


def test_a_list_is_told_when_one_of_its_runs_has_ended(live: Run, version: DatasetVersion, bob: User) -> None:
    over = make_run(version=version, state="finished")
    response = ClientOf(bob).get(in_list(live.project, live, over))
    assert response.status_code == STOP_POLLING
    assert "run-over" in response["HX-Trigger"]


def test_a_bad_list_of_runs_is_an_empty_one(live: Run, bob: User) -> None:
    path = reverse("runs:run_list_progress", args=[live.project_id])
    assert ClientOf(bob).get(path + "?runs=x,,-3").status_code == 200


def test_a_list_tells_nothing_of_other_projects(live: Run, charlie: User) -> None:
    own = Project.objects.create(team=charlie.memberships.get().team, key="own", name="Own")
    assert "live" not in ClientOf(charlie).get(in_list(own, live)).content.decode()
    assert ClientOf(charlie).get(in_list(live.project, live)).status_code == 404


def test_charlie_does_not_learn_that_the_run_exists(live: Run, charlie: User) -> None:
    assert ClientOf(charlie).get(address(live)).status_code == 404


def test_anonymous_is_sent_to_sign_in(live: Run, client: Client) -> None:
    assert client.get(address(live))["Location"].startswith("/accounts/login/")


def test_progress_answers_no_post(live: Run, bob: User) -> None:
    assert ClientOf(bob).post(address(live)).status_code == 405
