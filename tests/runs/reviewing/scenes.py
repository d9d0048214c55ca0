"""Makers of runs and queues that reviewers work on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evalhub.accounts.models import Project, User
from runs.choices import QueueRule
from runs.models import ReviewQueue, Run
from runs.review_rules import RuleWish
from runs.services.review_queues import QueueSettings, chosen_by_rule, create_queue
from tests.runs.scored_runs import Answer, make_scored_run

VALUES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def make_reviewed_run(
    project: Project, *, values: Sequence[float] = VALUES, dataset: str = "Questions", **fields: Any
) -> Run:
    answers = [
        Answer(
            input=f"Question {place}",
            output=f"Answer {place} of {fields.get('name', 'run')}",
            scores={"quality": value},
            explanation=f"The judge gives {value}.",
            overall=value,
            passed=value >= 0.5,
        )
        for place, value in enumerate(values)
    ]
    return make_scored_run(
        project=project, answers=answers, metrics={"quality": {"threshold": 0.5}}, dataset=dataset, **fields
    )


def make_queue(run: Run, *, by: User, rule: QueueRule = QueueRule.FAILING, **settings: Any) -> ReviewQueue:
    """A queue of the run's failing items (three of them) unless another rule is named."""
    told = QueueSettings(**{"name": "Morning", **settings})
    return create_queue(run, settings=told, chosen=chosen_by_rule(run, RuleWish(rule)), by=by)
