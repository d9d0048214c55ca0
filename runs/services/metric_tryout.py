"""Trying a metric out on a few items now, beside its last revision, before anything is saved or run."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import uuid4

from evalhub.accounts.access import Right, require_right
from evalhub.accounts.models import Team, User
from evalhub.connections.chat import CallFailed
from evalhub.connections.client import open_client
from evalhub.connections.endpoint import Endpoint, endpoint_of
from evalhub.connections.grants import return_grant, take_grant
from evalhub.connections.models import Connection
from evalhub.connections.retries import RetryPolicy
from evalhub.core.errors import Conflict, Invalid
from evalhub.core.loops import run_apart
from metrics.choices import MetricKind
from metrics.composite import PartScore
from metrics.judge.examples import example_pair_keys
from metrics.judge.prompt import Message, Missing
from metrics.models import MetricRevision
from metrics.registry import composite_for, judge_for, recipe_of, scorer_for
from metrics.scoring import Judge, ScoreResult
from metrics.services import MetricDraft, draft_revision
from runs.execution.scoring import finite
from runs.metric_items import MetricItem
from runs.models import Score

logger = logging.getLogger(__name__)

# Someone waits at the page.
LONGEST_SECONDS = 45.0
OUT_OF_TIME = "timed_out"
ONCE = RetryPolicy(tries=1, tries_after_rate_limit=1, tries_after_timeout=1)
# For an estimate: what judges usually answer, and how many characters make a token.
_USUAL_REPLY_TOKENS = 150
_CHARACTERS_A_TOKEN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TryoutWish:
    """What is to be tried: a draft, on which items, over which connection, and whether it may cost something.

    `previous` is the current revision of the metric that is edited; with `asks_previous` its judge is asked too where
    the run does not know its score. Without `asks`, it is only said what would be sent and what that would cost.
    """

    draft: MetricDraft
    items: Sequence[MetricItem]
    previous: MetricRevision | None = None
    connection: Connection | None = None
    asks: bool = True
    asks_previous: bool = False


@dataclass(frozen=True, slots=True)
class TriedItem:
    """An item with what would be sent, what the draft says and what the last revision said (None: not known).

    `is_example` when the judge has seen the question with its verdict, so that its score says little.
    """

    item: MetricItem
    request: Sequence[Message]
    after: ScoreResult | None
    before: ScoreResult | None
    is_example: bool
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Tryout:
    """What came of it. Costs are None where a price or a count of tokens is not known."""

    revision: MetricRevision
    previous: MetricRevision | None
    items: Sequence[TriedItem]
    calls: int
    estimated_tokens: int
    estimated_cost: Decimal | None
    was_asked: bool

    @property
    def replies(self) -> list[ScoreResult]:
        asked = [result for tried in self.items for result in (tried.after, tried.before) if result]
        return [result for result in asked if result.calls]

    @property
    def tokens(self) -> int:
        replies = [call for result in self.replies for call in result.calls]
        return sum((call.input_tokens or 0) + (call.output_tokens or 0) for call in replies)

    @property
    def cost(self) -> Decimal | None:
        costs = [call.cost for result in self.replies for call in result.calls]
        return None if None in costs else sum((cost for cost in costs if cost), Decimal(0))


@dataclass(slots=True)
class _Job:
    """One judge and one item, with what came of it."""

    judge: Judge
    item: MetricItem
    result: ScoreResult | None = None


@dataclass(frozen=True, slots=True)
class _Judged:
    """All that is to be asked for a try, by item and revision."""

    endpoint: Endpoint
    after: Mapping[int, _Job] = field(default_factory=dict)
    before: Mapping[int, _Job] = field(default_factory=dict)

    @property
    def jobs(self) -> list[_Job]:
        return [*self.after.values(), *self.before.values()]


def try_metric(wish: TryoutWish, *, team: Team, by: User) -> Tryout:
    """Measure the items by the draft. What goes wrong with one item is that item's outcome.

    Raises `NotAllowed`, `Invalid` for a draft that cannot be used, `Conflict` while runs have all of the connection.
    """
    require_right(by, Right.CONFIGURE, team)
    revision = draft_revision(wish.draft, team=team)
    if revision.metric.kind == MetricKind.JUDGE:
        return _try_judge(wish, revision)
    return Tryout(
        revision=revision,
        previous=wish.previous,
        items=[_measured(item, revision, wish) for item in wish.items],
        calls=0,
        estimated_tokens=0,
        estimated_cost=Decimal(0),
        was_asked=wish.asks,
    )


# --- Judges -----------------------------------------------------------------------------------------------------------
def _try_judge(wish: TryoutWish, revision: MetricRevision) -> Tryout:
    judged = _planned(wish, revision)
    requests = [recipe_of(revision).messages(item.question) for item in wish.items]
    sent = (
        [*requests, *(recipe_of(wish.previous).messages(wish.items[place].question) for place in judged.before)]
        if (wish.previous)
        else requests
    )
    tokens = [_tokens(messages) for messages in sent if not isinstance(messages, Missing)]
    estimated = judged.endpoint.cost(input_tokens=sum(tokens), output_tokens=_USUAL_REPLY_TOKENS * len(tokens))
    if wish.asks and tokens:
        _ask(judged)
    seen = example_pair_keys(revision.definition)
    items = [
        TriedItem(
            item=item,
            request=() if isinstance(messages, Missing) else messages,
            after=judged.after[place].result,
            before=judged.before[place].result if place in judged.before else _stored(item, wish.previous),
            is_example=item.pair_key in seen,
            missing=messages.explanation if isinstance(messages, Missing) else "",
        )
        for place, (item, messages) in enumerate(zip(wish.items, requests, strict=True))
    ]
    return Tryout(revision, wish.previous, items, len(tokens), sum(tokens), estimated, wish.asks)


def _planned(wish: TryoutWish, revision: MetricRevision) -> _Judged:
    """Who is asked what. Raises `Invalid` without a connection or a model."""
    if wish.connection is None:
        raise Invalid("connection_missing", "Choose the connection to ask the judge through.", field="connection")
    endpoint = endpoint_of(wish.connection)
    judge = judge_for(revision, model=_model(revision, endpoint), parameters={})
    before: dict[int, _Job] = {}
    if wish.previous and wish.asks_previous:
        last = judge_for(wish.previous, model=_model(wish.previous, endpoint), parameters={})
        unknown = [place for place, item in enumerate(wish.items) if _stored(item, wish.previous) is None]
        before = {place: _Job(last, wish.items[place]) for place in unknown}
    return _Judged(endpoint, {place: _Job(judge, item) for place, item in enumerate(wish.items)}, before)


def _model(revision: MetricRevision, endpoint: Endpoint) -> str:
    return str(revision.definition.get("model") or endpoint.default_model)


def _tokens(messages: Sequence[Message]) -> int:
    return sum(len(message["content"]) for message in messages) // _CHARACTERS_A_TOKEN + 1


def _ask(judged: _Judged) -> None:
    """Ask all at once, within what all workers together may; runs that go on keep their part."""
    holder, connection_id = f"tryout {uuid4()}", judged.endpoint.id
    slots = take_grant(connection_id, holder=holder, wanted=len(judged.jobs), seconds=LONGEST_SECONDS + 5)
    try:
        if not slots:
            raise Conflict(
                "connection_busy",
                f"Runs that go on make all the calls that {judged.endpoint.name} bears at once; try again in a moment.",
            )
        run_apart(_answered(judged, slots))
    finally:
        return_grant(connection_id, holder=holder)


async def _answered(judged: _Judged, slots: int) -> None:
    deadline = asyncio.get_running_loop().time() + LONGEST_SECONDS
    try:
        async with open_client(judged.endpoint, ceiling=slots, policy=ONCE) as client:

            async def judge(job: _Job) -> None:
                try:
                    async with asyncio.timeout_at(deadline):
                        job.result = finite(await job.judge.judge(job.item.question, client))
                except CallFailed as failure:
                    job.result = ScoreResult.errored(failure.fault, failure.message)
                except TimeoutError:
                    job.result = ScoreResult.errored(OUT_OF_TIME, f"No verdict within {LONGEST_SECONDS:g} seconds.")

            await asyncio.gather(*map(judge, judged.jobs))
    except CallFailed as failure:
        for job in judged.jobs:
            job.result = job.result or ScoreResult.errored(failure.fault, failure.message)


# --- What needs no judge ----------------------------------------------------------------------------------------------
def _measured(item: MetricItem, revision: MetricRevision, wish: TryoutWish) -> TriedItem:
    before = _stored(item, wish.previous)
    if before is None and wish.previous and wish.asks:
        before = _computed(wish.previous, item)
    return TriedItem(item, (), _computed(revision, item) if wish.asks else None, before, is_example=False)


def _computed(revision: MetricRevision, item: MetricItem) -> ScoreResult:
    if revision.metric.kind == MetricKind.COMPOSITE:
        return composite_for(revision).combine(_part_scores(item))
    try:
        return finite(scorer_for(revision).score(item.question))
    except Invalid:
        raise
    except Exception as error:  # a fault of the scorer on one item is that item's outcome, as in a run
        logger.warning("the draft of a metric failed", exc_info=True)
        return ScoreResult.errored("scorer_failed", f"The metric stopped with {type(error).__name__}: {error}")


def _part_scores(item: MetricItem) -> dict[str, PartScore]:
    """What the item's run measured of it, by key; of a category whether its label is allowed."""
    if item.run is None:
        return {}
    scores = Score.objects.filter(
        run=item.run, run_item__ordinal=item.ordinal, run_item__repeat=item.repeat
    ).select_related("run_metric")
    return {score.run_metric.key: _part_score(score) for score in scores}


def _part_score(score: Score) -> PartScore:
    criterion = score.run_metric.criterion
    value = None if score.value is None else criterion.counted_value(score.value)
    result = (
        ScoreResult.unscored(score.reason, score.explanation)
        if value is None or math.isnan(value)
        else ScoreResult.scored(value, score.explanation)
    )
    return PartScore(result, criterion.scale, criterion.threshold)


def _stored(item: MetricItem, previous: MetricRevision | None) -> ScoreResult | None:
    """What the item's run says of the metric, where it measured this revision."""
    score = item.score
    if score is None or previous is None or score.run_metric.revision_id != previous.pk:
        return None
    if score.value is None:
        return ScoreResult.unscored(score.reason, score.explanation)
    return ScoreResult.scored(score.value, score.explanation, label=score.label or None, judge_model=score.judge_model)
