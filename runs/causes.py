"""What went wrong in a run, grouped by cause with counts, each with words for people."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, Value
from django.db.models.functions import Concat

from evalhub.connections.chat import CallFault
from metrics.choices import ScoreStatus
from runs.choices import ItemState
from runs.models import Run, Score

# What a cause's key begins with: whose trouble it was.
ANSWER, SCORE = "answer:", "score:"
ANSWER_FAILED = "answer_failed"
OUTPUT_MISSING = "output_missing"
VERDICT_UNREADABLE = "verdict_unreadable"

_WORDS = {
    CallFault.REFUSED_KEY: "the endpoint refused the key",
    CallFault.UNKNOWN_MODEL: "the endpoint does not know the model",
    CallFault.BAD_REQUEST: "the endpoint refused the request",
    CallFault.RATE_LIMITED: "the endpoint kept saying that it was asked too often",
    CallFault.SERVER_ERROR: "the endpoint had an error of its own",
    CallFault.TIMED_OUT: "no reply in time",
    CallFault.UNREACHABLE: "the endpoint could not be reached",
    CallFault.BROKEN_REPLY: "the reply was broken off or no valid answer",
    CallFault.HOST_NOT_ALLOWED: "the host is not allowed",
    "scorer_failed": "the metric itself stopped",
    "value_not_finite": "the metric gave no number",
    "target_failed": "asking the target stopped",
    VERDICT_UNREADABLE: "the judge's verdict could not be read",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause and how many answers or scores it cost. `is_error` is False for what was answered but not readable."""

    key: str
    count: int
    is_error: bool

    @property
    def is_of_answers(self) -> bool:
        return self.key.startswith(ANSWER)

    @property
    def code(self) -> str:
        return self.key.partition(":")[2]

    @property
    def words(self) -> str:
        return _WORDS.get(self.code, self.code.replace("_", " "))


def error_causes(run: Run) -> list[Cause]:
    """The causes of what is errored or unreadable, the most frequent first. Read from two small partial indexes."""
    answers = run.run_items.filter(state=ItemState.ERRORED).exclude(error_code=OUTPUT_MISSING).order_by()
    errored, unreadable = Q(status=ScoreStatus.ERRORED), Q(status=ScoreStatus.UNSCORED, reason=VERDICT_UNREADABLE)
    scores = Score.objects.filter(errored | unreadable, run_id=run.pk).exclude(reason=ANSWER_FAILED)
    of_answers = answers.values_list(Concat(Value(ANSWER), "error_code"), Value(ScoreStatus.ERRORED.value))
    of_scores = scores.values_list(Concat(Value(SCORE), "reason"), "status")
    counted = of_answers.annotate(n=Count("id")).union(of_scores.annotate(n=Count("run_item_id")), all=True)
    causes = [Cause(key, count, is_error=status == ScoreStatus.ERRORED) for key, status, count in counted]
    return sorted(causes, key=lambda cause: -cause.count)
