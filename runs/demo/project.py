"""The sample project: made once by the services that every door uses, and scored by this server's own workers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, Team, User
from evalhub.accounts.services import create_project, edit_project
from evalhub.core.errors import Conflict
from metrics.models import Metric
from metrics.project_metrics import MetricSetting, configure_metrics
from runs.demo.releases import RELEASES, SAMPLE_JUDGE, Release, items_of
from runs.models import Dataset, DatasetVersion, Run
from runs.services.baselines import pin_baseline
from runs.services.datasets import create_dataset, store_version
from runs.services.runs import MetricChoice, RunRequest, create_run
from runs.services.targets import recorded_target

# Not the key that the name would get, so that the project is not taken for one that people made.
PROJECT_KEY = "support-bot-demo"
PROJECT_NAME = "Support bot"
DATASET_NAME = "Support questions"
BOT = "support-bot"
BASELINE = "1.1"
STAR = "contains"
# An answer in one line is this close to the words it must hold; one in a paragraph is not.
LEAST_SIMILARITY = 0.1
METRICS = (
    MetricChoice(key=STAR),
    MetricChoice(key="Helpfulness", is_given=True, judge_model=SAMPLE_JUDGE),
    MetricChoice(key="Faithfulness", is_given=True, judge_model=SAMPLE_JUDGE),
    MetricChoice(key="levenshtein"),
)


@dataclass(frozen=True, slots=True)
class Demo:
    """The sample project, and whether it was made now."""

    project: Project
    is_new: bool


@transaction.atomic
def seed_demo() -> Demo:
    """Make the sample project in the first admin's team and queue its runs, or find it where it is there already.

    Raises `Conflict` when there is no admin yet, or when people have a project of that name.
    """
    owner = _first_owner()
    # Two who seed at once wait for each other here, and the second finds what the first made.
    team = Team.objects.select_for_update().get(pk=owner.team_id)
    project = team.projects.filter(key=PROJECT_KEY).first()
    if project:
        return Demo(project, is_new=False)
    project = _make_project(team, owner.user)
    dataset = create_dataset(
        project=project,
        name=DATASET_NAME,
        by=owner.user,
        description="Sixty questions to a furniture shop. A version holds what one release of the bot answered.",
    )
    for release in RELEASES:
        _score_release(release, dataset=dataset, by=owner.user)
    return Demo(project, is_new=True)


def _first_owner() -> Membership:
    owners = Membership.objects.filter(role=Role.OWNER, user__is_active=True).select_related("user")
    owner = owners.order_by("-user__is_superuser", "id").first()
    if owner is None:
        raise Conflict(
            "no_admin",
            "There is nobody yet who could own the sample project; make the first admin with "
            "`python3 manage.py create_first_admin`, then call this again.",
        )
    return owner


def _make_project(team: Team, by: User) -> Project:
    if team.projects.filter(name=PROJECT_NAME).exists():
        raise Conflict(
            "demo_name_taken",
            f'The team "{team}" has a project called "{PROJECT_NAME}" of its own; rename that one in its settings, '
            "then call this again.",
        )
    project = create_project(team=team, name=PROJECT_NAME, by=by, key=PROJECT_KEY)
    edit_project(
        project,
        by=by,
        name=PROJECT_NAME,
        description="Sample data: the support bot of Fernway, a furniture shop that does not exist. Contains and "
        "Levenshtein were computed on this server; Helpfulness, Faithfulness and what people said are made up.",
        model_name=BOT,
        quality_threshold=project.quality_threshold,
    )
    # It watches that answers stay short; being close to a few words is nothing that an answer is better for.
    levenshtein = Metric.objects.get(team=None, key="levenshtein")
    watched = MetricSetting(levenshtein, is_enabled=True, threshold=LEAST_SIMILARITY, weight=0)
    configure_metrics(project, settings=[watched], by=by)
    return project


def _score_release(release: Release, *, dataset: Dataset, by: User) -> None:
    request = RunRequest(
        project=dataset.project,
        version=store_version(dataset=dataset, rows=items_of(release), by=by).version,
        target=recorded_target(project=dataset.project, name=BOT, version=release.version, by=by),
        metrics=METRICS,
        star=STAR,
        name=f"Release {release.version}",
        description=release.story,
        is_sample=True,
    )
    create_run(request, by=by)


@transaction.atomic
def settle_demo(project: Project) -> bool:
    """Date the sample runs back and pin the baseline, once, when all are over; False while one of them is live."""
    Project.objects.select_for_update().get(pk=project.pk)  # whoever else waits for the runs waits here
    # A run that is dated back is older than its project, so it is not found again.
    new_runs = Run.objects.filter(project=project, is_sample=True, created_at__gte=project.created_at, deleted_at=None)
    by_version = {run.target.version: run for run in new_runs.select_related("target", "project", "created_by")}
    if any(run.is_live for run in by_version.values()):
        return False
    baseline = by_version.get(BASELINE)
    if baseline and baseline.created_by:
        pin_baseline(baseline, by=baseline.created_by)
    for release in RELEASES:
        if release.version in by_version:
            _date_back(by_version[release.version], timedelta(weeks=release.weeks_ago))
    return True


def _date_back(run: Run, age: timedelta) -> None:
    """Move a run and its data into the past, all times by the same step, so that how long it took stays true.

    Nobody releases four bots in one minute: only with weeks between them do ages and trends look as they will. It
    misleads nobody, because the run is marked as sample data wherever it is shown.
    """
    times = ("created_at", "queued_at", "started_at", "finished_at")
    Run.objects.filter(pk=run.pk).update(**{name: F(name) - age for name in times})
    DatasetVersion.objects.filter(pk=run.dataset_version_id).update(created_at=F("created_at") - age)
