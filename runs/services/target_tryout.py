"""Asking a target one question now, before anything is saved or run."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project, User
from evalhub.connections.chat import CallFailed
from evalhub.connections.client import open_client
from evalhub.connections.endpoint import Endpoint, endpoint_of
from evalhub.connections.retries import RetryPolicy
from evalhub.core.errors import Invalid
from evalhub.core.loops import run_apart
from runs.choices import TargetKind
from runs.rendering.trace import Node, read_trace
from runs.services.targets import TargetSettings, snapshot_of, unsaved_target
from runs.targets.answer import Answer, Answerer, Question
from runs.targets.registry import asked_target

# Someone waits at the page.
LONGEST_SECONDS = 60
OUT_OF_TIME = "timed_out"
ONCE = RetryPolicy(tries=1, tries_after_rate_limit=1, tries_after_timeout=1)


@dataclass(frozen=True, slots=True)
class TryOut:
    """A question with what the target made of it."""

    question: Question
    answer: Answer

    @property
    def exchange(self) -> str:
        """What was sent and what came back, as JSON to read; empty where nobody was asked."""
        return json.dumps(list(self.answer.calls), ensure_ascii=False, indent=2) if self.answer.calls else ""

    @property
    def steps(self) -> list[Node]:
        """The tool calls among what happened."""
        return [call for node in read_trace(self.answer.trace) for call in node.children]


def try_target(settings: TargetSettings, question: Question, *, project: Project, by: User) -> TryOut:
    """Ask the target once. What goes wrong on the way is an answer with an error.

    Raises `NotAllowed`, and `Invalid` for settings that cannot be asked.
    """
    require_right(by, Right.EDIT_TARGET, project)
    if settings.kind == TargetKind.RECORDED:
        raise Invalid("target_not_asked", "Recorded outputs come with the data; there is nobody to ask.", field="kind")
    target = unsaved_target(settings, project=project)
    if target.connection is None:
        raise Invalid("connection_missing", "Choose the connection to ask through.", field="connection")
    answerer, endpoint = asked_target(snapshot_of(target)), endpoint_of(target.connection)
    return TryOut(question, run_apart(_ask(answerer, endpoint, question)))


async def _ask(answerer: Answerer, endpoint: Endpoint, question: Question) -> Answer:
    try:
        async with asyncio.timeout(LONGEST_SECONDS), open_client(endpoint, policy=ONCE) as client:
            return await answerer.answer(question, client=client, repeat=0)
    except CallFailed as failure:
        return Answer.of_failure(failure)
    except TimeoutError:
        return Answer.failed(OUT_OF_TIME, f"No answer came within {LONGEST_SECONDS} seconds.")
