"""`seed_demo`: a sample project that a real worker scores, marked as what it is, and made once."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from evalhub.accounts.models import Membership, Project, User
from evalhub.accounts.services import create_project
from runs.demo.project import PROJECT_KEY, PROJECT_NAME, seed_demo
from runs.demo.releases import RELEASES, SAMPLE_JUDGE, items_of
from runs.models import Dataset, DatasetVersion, Item, Run, RunItem, RunMetric, Score, Target
from tests.conftest import _ClientOf as ClientOf
from tests.worker import Worker

GIVEN = ["Helpfulness", "Faithfulness"]


def call_seed_demo(*, wait: float = 60) -> str:
    said = StringIO()
    call_command("seed_demo", wait=wait, stdout=said)
    return said.getvalue()


def counts() -> list[int]:
    models = (Project, Dataset, DatasetVersion, Item, Target, Run, RunMetric, RunItem, Score)
    return [model.objects.count() for model in models]


def means(key: str) -> dict[str, float | None]:
    return dict(RunMetric.objects.filter(key=key).values_list("run__target__version", "mean"))


@pytest.fixture
def seeded(worker: Worker, team: object) -> Project:
    """The sample project, scored by a worker."""
    worker.start()
    call_seed_demo()
    return Project.objects.get(key=PROJECT_KEY)


def test_the_worker_scores_four_releases_and_their_means_tell_the_story(seeded: Project) -> None:
    runs = list(Run.objects.order_by("id").values_list("name", "state", "item_count", "scored_count", "errored_count"))
    assert runs == [(f"Release {version}", "finished", 60, 60, 0) for version in ("1.0", "1.1", "2.0", "2.1")]
    # Each counted by hand in the answers: so many of sixty hold the words they must hold.
    assert means("contains") == {"1.0": 15 / 60, "1.1": 42 / 60, "2.0": 44 / 60, "2.1": 58 / 60}
    helpful = means("helpfulness")
    assert [helpful[release.version] for release in RELEASES] == sorted(helpful.values(), key=lambda mean: mean or 0)


def test_the_second_big_release_loses_the_returns_and_the_next_has_them_back(seeded: Project) -> None:
    held = {
        release.version: Score.objects.filter(
            run_metric__run__target__version=release.version,
            run_metric__key="contains",
            run_item__item__metadata__topic="returns",
            value=1,
        ).count()
        for release in RELEASES
    }
    assert held == {"1.0": 4, "1.1": 8, "2.0": 1, "2.1": 9}


def test_made_up_scores_say_so_and_computed_ones_do_not(seeded: Project, alice: User) -> None:
    assert set(RunMetric.objects.filter(is_sample=True).values_list("name", flat=True)) == set(GIVEN)
    assert RunMetric.objects.filter(is_sample=True).count() == 8
    given = Score.objects.filter(run_metric__name__in=GIVEN)
    assert set(given.values_list("judge_model", flat=True)) == {SAMPLE_JUDGE}
    assert not Score.objects.exclude(run_metric__name__in=GIVEN).exclude(judge_model="").exists()

    run = Run.objects.get(name="Release 2.0")
    page = ClientOf(alice).get(reverse("runs:run_detail", args=[run.pk])).content.decode()
    assert "Sample data" in page
    assert SAMPLE_JUDGE in page


def test_the_runs_lie_weeks_apart_and_the_release_before_the_rewrite_is_the_baseline(seeded: Project) -> None:
    runs = list(Run.objects.order_by("id").select_related("dataset_version"))
    ages = [runs[-1].created_at - run.created_at for run in runs]
    assert [round(age / timedelta(weeks=1)) for age in ages] == [9, 6, 2, 0]
    for run in runs:
        assert run.dataset_version.created_at <= run.created_at
        assert run.seconds is not None
        assert 0 < run.seconds < 60  # by the worker's clock, not the story's
    assert [run.name for run in runs if run.is_baseline] == ["Release 1.1"]


def test_a_second_call_adds_nothing_and_says_so(seeded: Project) -> None:
    Run.objects.update(is_baseline=False)  # what people do to it stays
    before = counts(), list(Run.objects.order_by("id").values_list("created_at", "is_baseline"))
    assert "is there already" in call_seed_demo()
    assert (counts(), list(Run.objects.order_by("id").values_list("created_at", "is_baseline"))) == before


def test_without_a_worker_the_runs_wait_and_the_next_call_goes_on(worker: Worker, team: object) -> None:
    said = call_seed_demo(wait=0)
    assert "wait for a worker" in said
    assert set(Run.objects.values_list("state", flat=True)) == {"queued"}
    worker.start()
    call_seed_demo()
    assert Run.objects.filter(is_baseline=True).exists()


def test_without_an_admin_it_says_how_to_make_one(db: None) -> None:
    with pytest.raises(CommandError, match=r"manage\.py create_first_admin"):
        call_seed_demo(wait=0)


def test_a_project_of_that_name_is_left_alone(team: object, alice: User) -> None:
    own = create_project(team=alice.memberships.get().team, name=PROJECT_NAME, by=alice)
    with pytest.raises(CommandError, match="rename that one in its settings"):
        call_seed_demo(wait=0)
    assert not own.runs.exists()
    assert not Project.objects.filter(key=PROJECT_KEY).exists()


def test_it_belongs_to_the_first_admin_before_other_owners(charlie: User, team: object, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    assert seed_demo().project.team == Membership.objects.get(user=alice).team


def test_every_release_answers_every_question_once() -> None:
    keys = [[item.key for item in items_of(release)] for release in RELEASES]
    assert all(len(set(of_one)) == 60 and of_one == keys[0] for of_one in keys)
