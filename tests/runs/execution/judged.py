"""Runs whose answers and scores come from a stub endpoint."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

from evalhub.accounts.models import Project, User
from evalhub.connections.models import Connection
from runs.choices import TargetKind
from runs.execution import closing, working
from runs.models import DatasetVersion, Run, Target
from runs.services.runs import MetricChoice, RunRequest, create_run
from tests.factories import make_dataset, make_target, make_version
from tests.runs.execution.scenes import reload
from tests.stub_endpoint import MODEL, StubEndpoint

JUDGE = "coherence"


def make_connection(project: Project, stub: StubEndpoint, **fields: Any) -> Connection:
    """The team's default connection, to the stub; a call costs 120 millionths of a dollar."""
    fields = {
        "name": "Stub",
        "default_model": MODEL,
        "max_concurrency": 20,
        "is_default": True,
        "input_price": Decimal(1),
        "output_price": Decimal(2),
        **fields,
    }
    connection = Connection(team=project.team, base_url=stub.base_url, **fields)
    connection.set_secret("sk-test")
    connection.save()
    return connection


def make_questions(count: int, *, with_output: bool = True) -> list[dict[str, Any]]:
    return [
        {
            "input": f"question {number}",
            "key": f"q{number}",
            "expected": f"answer {number}",
            **({"output": f"answer {number}"} if with_output else {}),
        }
        for number in range(count)
    ]


def queue_judged(project: Project, by: User, *, count: int, metrics: tuple[str, ...] = (JUDGE,), **fields: Any) -> Run:
    """A run over recorded outputs, for a judge."""
    version = make_version(dataset=make_dataset(project=project), rows=make_questions(count))
    return create_run(_request(project, version, make_target(project=project), metrics, fields), by=by)


def queue_asked(
    project: Project,
    by: User,
    *,
    connection: Connection,
    count: int,
    metrics: tuple[str, ...] = (JUDGE,),
    **fields: Any,
) -> Run:
    """A run over questions that a chat model has to answer."""
    version = make_version(dataset=make_dataset(project=project), rows=make_questions(count, with_output=False))
    target = Target.objects.create(
        project=project, name="asked", kind=TargetKind.CHAT_MODEL, connection=connection, template="{{ input }}"
    )
    return create_run(_request(project, version, target, metrics, fields), by=by)


def _request(
    project: Project, version: DatasetVersion, target: Target, metrics: tuple[str, ...], fields: dict[str, Any]
) -> RunRequest:
    choices = [MetricChoice(key=key) for key in metrics]
    return RunRequest(project=project, version=version, target=target, metrics=choices, **fields)


def work(run: Run) -> Run:
    """Do all that workers would do, in this process."""
    working.start_run(run.pk)
    for batch_id in run.batches.order_by("number").values_list("id", flat=True):
        working.execute_batch(batch_id)
    closing.close_run(run.pk)
    return reload(run)


def times_asked(stub: StubEndpoint) -> Counter[str]:
    """How often each question arrived."""
    return Counter(repr(request["messages"]) for request in stub.requests)
