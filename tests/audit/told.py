"""What the services of the tables are tried on, and how a line of a table is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evalhub.accounts.choices import AuditAction, AuditSubject
from evalhub.accounts.models import Membership, Project, Team, User
from metrics.choices import MetricKind
from metrics.definitions import MetricDefinition
from metrics.models import Metric
from metrics.services import MetricDraft, create_metric
from runs.choices import QueueRule
from runs.models import Evaluation, ReviewQueue, Run, RunItem, Target
from runs.review_rules import RuleWish
from runs.services.evaluations import newest_version
from runs.services.executions import start_evaluation
from runs.services.review_queues import QueueSettings, chosen_by_rule, create_queue
from tests.rights.scene import Scene

DRAFT = MetricDraft(
    name="Mine", kind=MetricKind.HEURISTIC, definition=MetricDefinition(definition={"scorer": "contains"})
)


class World:
    """One of everything, and an owner who changes it."""

    def __init__(self, team: Team, by: User) -> None:
        scene = Scene(team, by)
        self.team, self.by, self.rows = team, by, scene.rows
        self.project: Project = scene.project
        self.other = Project.objects.create(team=team, key="other", name="Other project")
        self.member: Membership = self.rows["membership_id"]
        self.evaluation: Evaluation = self.rows["evaluation_id"]
        self.target: Target = self.rows["target_id"]
        self.run: Run = self.rows["run_id"]
        self.run_item: RunItem = self.run.run_items.select_related("run__project__team").get()

    def newcomer(self) -> User:
        return User.objects.create_user("newcomer@example.org", "a-long-secret", name="Newcomer")

    def metric(self) -> Metric:
        return create_metric(team=self.team, draft=DRAFT, by=self.by)

    def queue(self) -> ReviewQueue:
        chosen = chosen_by_rule(self.run, RuleWish(QueueRule.ALL))
        return create_queue(self.run, settings=QueueSettings(name="Morning"), chosen=chosen, by=self.by)

    def waiting_run(self) -> Run:
        """A run that was queued and that no worker has."""
        execution = start_evaluation(newest_version(self.evaluation), by=self.by)
        return execution.runs.select_related("project__team").get()


@dataclass(frozen=True, slots=True)
class Told:
    """What the log says after `doing`."""

    action: AuditAction
    kind: AuditSubject
    doing: Callable[[World], object]


Service = Callable[..., object]
