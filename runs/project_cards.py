"""What the home page says of each project, put together from a fixed number of reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evalhub.accounts.models import Project, User
from metrics.grades import grade
from runs.models import Dataset, Run

RUNS_IN_SPARKLINE = 20


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """One project on the home page; `finished` holds its last finished runs, the oldest first."""

    project: Project
    finished: Sequence[Run]
    last_run: Run | None
    failing: Sequence[Run]

    @property
    def overall(self) -> float | None:
        return self.finished[-1].overall if self.finished else None

    @property
    def grade(self) -> str:
        return grade(self.overall)

    @property
    def points(self) -> list[float | None]:
        return [run.overall for run in self.finished]

    @property
    def failing_count(self) -> int:
        return sum(run.failing_count for run in self.failing)

    @property
    def people(self) -> list[User]:
        return [membership.user for membership in self.project.team.memberships.all()]


def project_cards(user: User) -> list[ProjectCard]:
    """A card for each project the person works in. Failing items are those of the last finished run of each dataset."""
    projects = Project.objects.visible_to(user).for_pages()
    last = Run.objects.newest_of_each(projects, count=1).for_home()
    finished = Run.objects.finished().newest_of_each(projects, count=RUNS_IN_SPARKLINE).for_home()
    datasets = Dataset.objects.filter(project__in=projects, archived_at=None)
    newest_of_dataset = Run.objects.finished().newest_of_each(datasets, count=1).for_home()
    last_of, finished_of, newest_of = _by_project(last), _by_project(finished), _by_project(newest_of_dataset)
    return [
        ProjectCard(
            project=project,
            finished=finished_of[project.pk],
            last_run=last_of[project.pk][0] if last_of[project.pk] else None,
            failing=[run for run in newest_of[project.pk] if run.failing_count],
        )
        for project in projects.select_related("team").prefetch_related("team__memberships__user")
    ]


def _by_project(runs: Iterable[Run]) -> defaultdict[int, list[Run]]:
    grouped: defaultdict[int, list[Run]] = defaultdict(list)
    for run in sorted(runs, key=lambda run: run.pk):
        grouped[run.project_id].append(run)
    return grouped
