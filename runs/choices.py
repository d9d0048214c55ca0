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


class ExportFormat(TextChoices):
    """How the export of a project holds items; its small tables are JSON Lines in any case."""

    JSONL = "jsonl", "JSON Lines"
    PARQUET = "parquet", "Parquet"


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


class ComparisonState(TextChoices):
    """Whether a run that went to its end has been held against its baseline and the run before it."""

    # It has just closed: once it is compared, it is told of.
    DUE = "due", "Due"
    # What was found no longer stands, or nothing was ever looked for.
    STALE = "stale", "Stale"
    DONE = "done", "Done"


class RunSide(TextChoices):
    """Which other run a run is held against by itself."""

    BASELINE = "baseline", "Pinned baseline"
    PREVIOUS = "previous", "Run before"


class VerdictKind(TextChoices):
    """What a paired test comes to: the verdicts of `metrics.statistics`, and that there was nothing to test."""

    BETTER = "better", "Better"
    WORSE = "worse", "Worse"
    PERHAPS_BETTER = "perhaps_better", "Perhaps better"
    PERHAPS_WORSE = "perhaps_worse", "Perhaps worse"
    NO_DIFFERENCE = "no_difference", "No difference shown"
    SAME = "same", "The same"
    TOO_FEW = "too_few", "Too few items"
    NOT_COMPARABLE = "not_comparable", "Not comparable"


class Incomparable(TextChoices):
    """Why a measure of two runs cannot be compared."""

    ABSENT = "absent", "the other run did not measure it"
    SCALE = "scale", "measured on another scale"
    REVISION = "revision", "another revision of the metric"
    JUDGE = "judge", "another judge model"
    PARAMETERS = "parameters", "other parameters of the metric"
    MIXTURE = "mixture", "made up of other metrics or weights"
    NO_PAIRS = "no_pairs", "no item was scored in both"


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


class InsightKind(TextChoices):
    """What an insight says, in the order in which people read them."""

    REGRESSED = "regressed", "Worse than the baseline"
    BELOW_THRESHOLD = "below_threshold", "Below its threshold"
    FAILURE_GROUP = "failure_group", "Items fail alike"
    WEAK_SLICE = "weak_slice", "Weak slice"
    PEOPLE_DISAGREE = "people_disagree", "People disagree"
    FLAKY = "flaky", "Flaky items"
    FLIPPING = "flipping", "Items flip between runs"
    FAIL_TOGETHER = "fail_together", "Metrics fail together"
    JUDGES_DISAGREE = "judges_disagree", "Judges disagree"
    LENGTH_BIAS = "length_bias", "Score follows length"
    IMPROVED = "improved", "Better than the baseline"


class GroupState(TextChoices):
    """What became of a failure group since the run before; the first run that has groups has none before it."""

    FIRST = "first", "First seen here"
    NEW = "new", "New"
    GROWING = "growing", "Growing"
    STEADY = "steady", "About the same"
    SHRINKING = "shrinking", "Shrinking"
    GONE = "gone", "Gone"


class CompareAs(TextChoices):
    """How a judge's values are held against people's."""

    CLASSES = "classes", "Each value is a class"
    ORDER = "order", "Values are steps of one order"
    VERDICT = "verdict", "Pass or fail, each by its threshold"


class QueueKind(TextChoices):
    """What a review queue asks of its people."""

    ITEMS = "items", "Items one by one"
    PAIRS = "pairs", "Answers of two runs, blind"


class QueueMode(TextChoices):
    """What people see before they have decided."""

    OPEN = "open", "Open: the judge's scores and what others said are shown"
    BLIND = "blind", "Blind: both are hidden until the person has decided"


class Assignment(TextChoices):
    """Who gets which items of a queue."""

    ANYONE = "anyone", "Whoever comes first"
    FIXED = "fixed", "Every item to each of these people"
    ROUND_ROBIN = "round_robin", "In turn"
    BY_LOAD = "by_load", "To those with the fewest open items"


class TaskState(TextChoices):
    """Where one item stands for one person of a queue."""

    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"


class QueueRule(TextChoices):
    """Which items of a run come into a queue."""

    FAILING = "failing", "Failing items"
    BELOW = "below", "A metric falls short of a value"
    DISAGREEMENT = "disagreement", "Judge and person disagree"
    FLIPPED = "flipped", "Flipped against the baseline"
    NEAR = "near", "Close to the threshold"
    ALL = "all", "Any answered item"
    PICKED = "picked", "Picked by hand"


class Preference(TextChoices):
    """What a person said of two answers to one question."""

    BASELINE = "baseline", "The baseline's is better"
    CANDIDATE = "candidate", "The candidate's is better"
    TIE = "tie", "Equally good"
    BOTH_BAD = "both_bad", "Both are bad"


class PairSide(TextChoices):
    """Whose answer stood on the left."""

    BASELINE = "baseline", "Baseline"
    CANDIDATE = "candidate", "Candidate"


def in_choices(field: str, choices: type[TextChoices]) -> dict[str, list[str]]:
    """The condition that a column holds one of the vocabulary's words."""
    return {f"{field}__in": list(choices.values)}
