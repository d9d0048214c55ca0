"""Runs: starting a test case over agents, and reading what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from evalhub.core.errors import Invalid
from evalhub.facades.gradient.account import Account
from evalhub.facades.gradient.agents import ready_agent
from evalhub.facades.gradient.paging import Page
from evalhub.facades.gradient.translate.agents import version_hash
from metrics.choices import ScoreStatus, ValueType
from runs.choices import ItemState
from runs.models import Run, RunItem, RunMetric, Score, Target
from runs.services.evaluations import newest_version
from runs.services.execution_plan import ExecutionRequest
from runs.services.executions import create_execution

# In an execution's values: what was asked for by name, and the agents' versions at the start.
BY_NAME, HASHES = "agent_deployment_names", "agent_version_hashes"


@transaction.atomic
def start_runs(account: Account, fields: Mapping[str, Any]) -> list[Run]:
    """Queue a run of the newest version for every agent, in their order; none when one of them is unknown.

    Raises `NotAllowed` and `Invalid`.
    """
    evaluation = account.named(account.test_cases(), fields["test_case_uuid"], "test case")
    version = newest_version(evaluation)
    if version.tasks:
        raise Invalid("made_of_tasks", f'"{evaluation}" is made of tasks that name their models; start it on its page.')
    agents = _agents(account, fields)
    request = ExecutionRequest(
        version=version,
        targets=agents,
        name=fields.get("run_name") or f"{version.name[:200]} {timezone.now():%Y-%m-%d %H:%M:%S} UTC",
        config={
            BY_NAME: fields.get(BY_NAME, []),
            HASHES: {str(agent.uuid): version_hash(agent) for agent in agents},
        },
        may_score_nothing=True,
    )
    return list(create_execution(request, by=account.person).runs.order_by("pk"))


def _agents(account: Account, fields: Mapping[str, Any]) -> list[Target]:
    by_id = [account.named(account.agents(), uuid, "agent") for uuid in fields.get("agent_uuids", [])]
    by_name = [_agent_called(account, name) for name in fields.get(BY_NAME, [])]
    if not (by_id or by_name):
        raise Invalid("agent_missing", "Name at least one agent, in agent_uuids or agent_deployment_names.")
    return [ready_agent(account, agent) for agent in (*by_id, *by_name)]


def _agent_called(account: Account, name: str) -> Target:
    agent = account.agents().filter(name=name).first()
    if agent is None:
        raise Invalid("agent_unknown", f'There is no agent called "{name}".', field=BY_NAME)
    return agent


def measured(run: Run) -> list[RunMetric]:
    """The run's metrics in the order of the test case, without the parts that composites brought along."""
    chosen = [each["key"] for each in run.execution.recipe.get("metrics", ())] if run.execution else []
    return [metric for metric in run.run_metrics.all() if not chosen or metric.key in chosen]


@dataclass(frozen=True, slots=True)
class ShownResult:
    """What a metric says of a run: `label` of categories, `why_not` where it says nothing."""

    metric: RunMetric
    label: str = ""
    why_not: str = ""


def results_of(run: Run) -> list[ShownResult]:
    """The results of a run that is over, in the order of the test case; none before."""
    return [_result(run, metric) for metric in measured(run)] if run.is_over else []


def _result(run: Run, metric: RunMetric) -> ShownResult:
    if metric.mean is None:
        return ShownResult(metric, why_not=_why_not(run, metric))
    is_category = metric.value_type == ValueType.CATEGORY
    return ShownResult(metric, label=_commonest_label(run, metric) if is_category else "")


def _why_not(run: Run, metric: RunMetric) -> str:
    """What ended the run early, or what the metric says of its first prompt without a value."""
    missing = Score.objects.filter(run=run, run_metric=metric).exclude(status=ScoreStatus.SCORED)
    said = missing.values_list("explanation", "reason").first()
    return run.error or (said and (said[0] or said[1])) or "No prompt was worked on."


def _commonest_label(run: Run, metric: RunMetric) -> str:
    """The category that most prompts are in; of equally common ones the first by name."""
    labels = Score.objects.filter(run=run, run_metric=metric, status=ScoreStatus.SCORED).order_by()
    counted = labels.values_list("label").annotate(number=Count("run_item_id")).order_by("-number", "label")
    return next((label for label, _ in counted[:1]), "")


@dataclass(frozen=True, slots=True)
class ShownPrompt:
    """An item as answered in a run, with its scores by run metric."""

    run: Run
    row: RunItem
    scores: Mapping[int, Score]


def prompts_on(run: Run, page: Page) -> list[ShownPrompt]:
    """The prompts of a page that are done so far, in the order of the dataset."""
    ids = page.rows(done_prompts(run).order_by("ordinal", "repeat").values_list("pk", flat=True))
    return _shown(run, ids)


def prompt_at(run: Run, prompt_id: int) -> ShownPrompt | None:
    """The prompt of that number; None where there is none yet."""
    ordinal, repeat = divmod(prompt_id - 1, run.repeats)
    rows = done_prompts(run).filter(ordinal=ordinal, repeat=repeat).values_list("pk", flat=True)
    return next(iter(_shown(run, list(rows))), None)


def done_prompts(run: Run) -> Any:  # noqa: ANN401  # a queryset, whose class is built from its manager
    return run.run_items.exclude(state=ItemState.RUNNING)


def _shown(run: Run, ids: Sequence[int]) -> list[ShownPrompt]:
    rows = RunItem.objects.filter(pk__in=ids).select_related("item", "trace").defer("item__raw", "item__metadata")
    scores: dict[int, dict[int, Score]] = {}
    for score in Score.objects.filter(run=run, run_item_id__in=ids):
        scores.setdefault(score.run_item_id, {})[score.run_metric_id] = score
    return [ShownPrompt(run, row, scores.get(row.pk, {})) for row in rows.order_by("ordinal", "repeat")]
