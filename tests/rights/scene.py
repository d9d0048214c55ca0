"""One of everything in Alice's team, and somebody for each role."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.urls.converters import StringConverter, UUIDConverter

from evalhub.accounts.choices import Role
from evalhub.accounts.invitations import invite
from evalhub.accounts.models import Membership, Project, Team, User
from evalhub.accounts.services import issue_api_key, set_report_sharing
from evalhub.facades.valiqor.items import ItemPlace
from evalhub.webhooks.choices import EventType
from evalhub.webhooks.models import Webhook
from evalhub.webhooks.services import send_test
from evalhub.webhooks.signing import new_secret
from metrics.choices import MetricKind
from runs.models import Comment, Evaluation, ItemPair, JudgeCall, Label, ReviewQueue, Run
from runs.services.datasets import receive_upload
from runs.services.evaluations import EvaluationRecipe, RecipeMetric, create_evaluation, newest_version
from runs.services.executions import start_evaluation
from runs.services.item_pairs import pair_items
from runs.services.project_data import export_project
from runs.services.review_queues import QueueSettings, create_pair_queue
from runs.services.run_views import save_run_view
from runs.services.schedules import set_schedule
from runs.services.shared_reports import ReportToShare, SharedLink, share_report
from tests.factories import builtin, make_connection, make_dataset, make_metric, make_target, make_version
from tests.runs.scored_runs import Answer, make_scored_run

# Arguments of addresses that name no row of their own.
PLAIN = {
    "ordinal": 0,
    "metric_key": "contains",
    "metric": "contains",
    "field": "input",
    "file_format": "csv",
    "address": "nowhere",
    "prompt_id": 1,
    "side": "left",
}


class Scene:
    """What the addresses lead to: `arguments` are the values for one of them."""

    def __init__(self, team: Team, owner: User) -> None:
        self.team, self.owner = team, owner
        self.project = Project.objects.create(team=team, key="bot", name="Bot")
        self.rows = self._rows()

    def arguments(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Values for the arguments of an address, by name → converter: a row's public id where that is asked for."""
        return {
            name: PLAIN[name] if name in PLAIN else self._id_of(self.rows[name], converter)
            for name, converter in wanted.items()
        }

    def _id_of(self, row: Any, converter: object) -> Any:  # noqa: ANN401  # whichever kind of id is asked for
        if isinstance(row, str | int):
            return row
        return row.uuid if isinstance(converter, UUIDConverter | StringConverter) else row.pk

    def _rows(self) -> dict[str, Any]:
        run, evaluation, webhook = self._run(), self._evaluation(), self._webhook()
        somebody = add_member(self.team, Role.VIEWER, name="somebody")
        queue = self._queue(run)
        upload = ContentFile(b"input,output\nHello,World\n", name="rows.csv")
        return {
            "project_id": self.project,
            "run_id": run,
            "job_id": run,
            "item_id": ItemPlace(run.pk, ordinal=0, repeat=0).public_id,
            "target_id": run.target,
            "dataset_id": run.dataset,
            "number": 1,
            "evaluation_id": evaluation,
            "execution_id": start_evaluation(newest_version(evaluation), by=self.owner),
            "comment_id": Comment.objects.create(run=run, run_item=run.run_items.get(), author=self.owner, body="Hm."),
            "label_id": Label.objects.create(project=self.project, name="tone"),
            "import_id": receive_upload(project=self.project, upload=upload, by=self.owner),
            "pair_id": self._pair(run, evaluation),
            "report_id": self._shared().report,
            "view_id": save_run_view(self.project, name="Failing", query="", by=self.owner),
            "export_id": export_project(self.project, by=self.owner),
            "team_slug": self.team.slug,
            "membership_id": somebody,
            "member_id": somebody,
            "invitation_id": invite(team=self.team, role=Role.VIEWER, by=self.owner).invitation,
            "key_id": issue_api_key(team=self.team, user=self.owner, name="CI").key,
            "connection_id": make_connection(team=self.team),
            "metric_id": make_metric(key="tone", project=self.project, kind=MetricKind.JUDGE).metric,
            "release_id": self.project.releases.create(name="Release 1"),
            "queue_id": queue,
            "task_id": queue.tasks.get(),
            "webhook_id": webhook,
            "delivery_id": send_test(webhook, by=self.owner),
        }

    def _run(self, dataset: str = "Questions") -> Run:
        answer = Answer(output="Hello world", expected="world", scores={"contains": 1.0})
        run = make_scored_run(project=self.project, answers=[answer], metrics={"contains": {}}, dataset=dataset)
        JudgeCall.objects.create(
            run=run, run_item=run.run_items.get(), run_metric=run.run_metrics.get(), request={"messages": []}
        )
        return run

    def _pair(self, run: Run, evaluation: Evaluation) -> ItemPair:
        other = evaluation.project.datasets.get(name="Recorded").versions.get()
        pair = run.dataset_version.items.get().pk, other.items.get().pk
        return pair_items(self.project, [pair], by=self.owner)[0]

    def _shared(self) -> SharedLink:
        set_report_sharing(self.team, is_allowed=True, by=self.owner)
        runs = [self._run(f"Questions {place}") for place in (1, 2)]
        asked = ReportToShare(name="Customer", run_ids=[run.pk for run in runs])
        return share_report(self.project, asked, by=self.owner)

    def shared_token(self) -> str:
        """The secret of another link to the same runs."""
        asked = ReportToShare(name="Auditor", run_ids=self.rows["report_id"].run_ids)
        return share_report(self.project, asked, by=self.owner).token

    def _queue(self, run: Run) -> ReviewQueue:
        again = make_scored_run(project=self.project, answers=[Answer()], metrics={}, dataset="Again")
        return create_pair_queue(run, again, settings=QueueSettings(name="A or B"), by=self.owner)

    def _webhook(self) -> Webhook:
        webhook = Webhook(project=self.project, url="https://hooks.example.org/", events=[EventType.RUN_FINISHED])
        webhook.set_secret(new_secret())
        webhook.save()
        return webhook

    def _evaluation(self) -> Evaluation:
        rows = [{"input": "a", "output": "A", "expected": "A"}]
        dataset = make_dataset(project=self.project, name="Recorded")
        make_version(dataset=dataset, rows=rows)
        recipe = EvaluationRecipe(
            name="Weekly",
            dataset=dataset,
            targets=[make_target(project=self.project, name="nightly bot")],
            metrics=[RecipeMetric(builtin("contains").metric)],
        )
        evaluation = create_evaluation(project=self.project, recipe=recipe, by=self.owner)
        set_schedule(evaluation, cron="0 6 * * 1", time_zone="UTC", by=self.owner)
        return evaluation


def add_member(team: Team, role: Role, *, name: str) -> Membership:
    user = User.objects.create_user(f"{name}@example.org", "a-long-secret", name=name)
    return Membership.objects.create(team=team, user=user, role=role)
