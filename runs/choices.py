"""Closed vocabularies of datasets, runs and reviews."""

from __future__ import annotations

from django.db.models import TextChoices


class ImportState(TextChoices):
    """Where an uploaded file stands on its way to a dataset version."""

    MAPPING = "mapping", "Waiting for its columns"
    QUEUED = "queued", "Queued"
    LOADING = "loading", "Loading"
    FINISHED = "finished", "Finished"
    FAILED = "failed", "Failed"


class ExportState(TextChoices):
    """Where the export of a project stands."""

    QUEUED = "queued", "Queued"
    WORKING = "working", "Being written"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    EXPIRED = "expired", "Expired"


class TargetKind(TextChoices):
    """Who answers."""

    RECORDED = "recorded", "Recorded outputs"
    CHAT_MODEL = "chat_model", "Chat model"
    HTTP_ENDPOINT = "http_endpoint", "HTTP endpoint"


class RunState(TextChoices):
    """The life of a run: recorded → queued → answering → scoring → finished | partial | failed, or cancelled."""

    RECORDED = "recorded", "Recorded"
    QUEUED = "queued", "Queued"
    ANSWERING = "answering", "Answering"
    SCORING = "scoring", "Scoring"
    FINISHED = "finished", "Finished"
    PARTIAL = "partial", "Partial"
    FAILED = "failed", "Failed"
    CANCELLING = "cancelling", "Cancelling"
    CANCELLED = "cancelled", "Cancelled"


# An upload whose columns people may still choose; nothing was loaded from it.
OPEN_IMPORT_STATES = frozenset({ImportState.MAPPING, ImportState.FAILED})
LIVE_STATES = frozenset({RunState.QUEUED, RunState.ANSWERING, RunState.SCORING, RunState.CANCELLING})
OVER_STATES = frozenset({RunState.FINISHED, RunState.PARTIAL, RunState.FAILED, RunState.CANCELLED})
# Runs that went to their end and have numbers worth showing beside each other.
FINISHED_STATES = frozenset({RunState.FINISHED, RunState.PARTIAL})


class BatchState(TextChoices):
    """Where one batch of a run stands."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class ItemState(TextChoices):
    """Where one run item stands; an item without a row is still waiting."""

    RUNNING = "running", "Running"
    DONE = "done", "Done"
    ERRORED = "errored", "Errored"


class Sampling(TextChoices):
    """Which items a run takes when it takes fewer than all."""

    HEAD = "head", "First items"
    RANDOM = "random", "Random items, the same every time"


class CachePolicy(TextChoices):
    """Whether a run may use and leave answers and verdicts for others."""

    REUSE = "reuse", "Reuse"
    UPDATE = "update", "Update"
    NO_CACHE = "no-cache", "No cache"


class CacheKind(TextChoices):
    """What a cache entry holds."""

    ANSWER = "answer", "Answer"
    VERDICT = "verdict", "Verdict"


class ColumnName(TextChoices):
    """The packed columns of a run; the first two are kept per metric."""

    VALUE = "value", "Score value"
    STATUS = "status", "Score status"
    OVERALL = "overall", "Overall"
    PASSED = "passed", "Passed"
    PAIR_KEY = "pair_key", "Pair key"
    ITEM_STATE = "item_state", "Item state"


class ReviewState(TextChoices):
    """What people decided about a run item."""

    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    FIXED = "fixed", "Fixed"
    WONT_FIX = "wont_fix", "Won't fix"
    JUDGE_WRONG = "judge_wrong", "Judge is wrong"


class ReviewSource(TextChoices):
    """Where a person's decision came from."""

    PAGE = "page", "Made here"
    IMPORT = "import", "Came with the data"
    API = "api", "API"


def in_choices(field: str, choices: type[TextChoices]) -> dict[str, list[str]]:
    """The condition that a column holds one of the vocabulary's words."""
    return {f"{field}__in": list(choices.values)}
