"""Asking a target one question now, before anything is saved or run."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from asgiref.sync import async_to_sync

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Project, User
from evalhub.connections.chat import CallFailed
from evalhub.connections.client import open_client
from evalhub.connections.endpoint import Endpoint, endpoint_of
from evalhub.connections.retries import RetryPolicy
from evalhub.core.errors import Invalid
from runs.choices import TargetKind
from runs.services.targets import TargetSettings, snapshot_of, unsaved_target
from runs.targets.answer import Answer, Answerer, Question
from runs.targets.registry import asked_target

# Someone waits at the page.
LONGEST_SECONDS = 60
OUT_OF_TIME = "timed_out"


@dataclass(frozen=True, slots=True)
class TryOut:
    """A question with what the target made of it."""

    question: Question
    answer: Answer


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
    ask = async_to_sync(_ask)
    return TryOut(question, ask(asked_target(snapshot_of(target)), endpoint_of(target.connection), question))


async def _ask(answerer: Answerer, endpoint: Endpoint, question: Question) -> Answer:
    try:
        async with asyncio.timeout(LONGEST_SECONDS), open_client(endpoint, policy=RetryPolicy(tries=1)) as client:
            return await answerer.answer(question, client=client, repeat=0)
    except CallFailed as failure:
        return Answer.of_failure(failure)
    except TimeoutError:
        return Answer.failed(OUT_OF_TIME, f"No answer came within {LONGEST_SECONDS} seconds.")
