"""This vendor's closed vocabularies beside ours."""

from __future__ import annotations

from datetime import datetime

from evalhub.accounts.models import User
from metrics.choices import Category, ValueType
from runs.choices import RunState

DATASET_TYPES = tuple(f"EVALUATION_DATASET_TYPE_{name}" for name in ("UNKNOWN", "ADK", "NON_ADK"))
RETRIEVAL_METHODS = tuple(
    f"RETRIEVAL_METHOD_{name}" for name in ("UNKNOWN", "REWRITE", "STEP_BACK", "SUB_QUERIES", "NONE")
)
NO_RETRIEVAL = "RETRIEVAL_METHOD_NONE"

RUN_STATUSES = {
    RunState.RECORDED: "EVALUATION_RUN_QUEUED",
    RunState.QUEUED: "EVALUATION_RUN_QUEUED",
    RunState.ANSWERING: "EVALUATION_RUN_RUNNING_DATASET",
    RunState.SCORING: "EVALUATION_RUN_EVALUATING_RESULTS",
    RunState.CANCELLING: "EVALUATION_RUN_CANCELLING",
    RunState.CANCELLED: "EVALUATION_RUN_CANCELLED",
    RunState.FINISHED: "EVALUATION_RUN_SUCCESSFUL",
    RunState.PARTIAL: "EVALUATION_RUN_PARTIALLY_SUCCESSFUL",
    RunState.FAILED: "EVALUATION_RUN_FAILED",
}

VALUE_TYPES = {
    ValueType.NUMBER: "METRIC_VALUE_TYPE_NUMBER",
    ValueType.BOOLEAN: "METRIC_VALUE_TYPE_NUMBER",
    ValueType.PERCENTAGE: "METRIC_VALUE_TYPE_PERCENTAGE",
    ValueType.CATEGORY: "METRIC_VALUE_TYPE_STRING",
}

_CORRECTNESS = "METRIC_CATEGORY_CORRECTNESS"
_OUTCOMES = "METRIC_CATEGORY_USER_OUTCOMES"
_SAFETY = "METRIC_CATEGORY_SAFETY_AND_SECURITY"
_CONTEXT = "METRIC_CATEGORY_CONTEXT_QUALITY"
_MODEL_FIT = "METRIC_CATEGORY_MODEL_FIT"
CATEGORIES = {
    Category.HEURISTIC: _CORRECTNESS,
    Category.FACTUAL: _CORRECTNESS,
    Category.DATA_QUALITY: _CORRECTNESS,
    Category.QUALITY: _OUTCOMES,
    Category.SPECIALIZED: _OUTCOMES,
    Category.OTHER: _OUTCOMES,
    Category.RAG: _CONTEXT,
    Category.SAFETY: _SAFETY,
    Category.STRUCTURE: _MODEL_FIT,
    Category.OPERATIONS: _MODEL_FIT,
}
# What this vendor measures itself, beside what all hosted services do, by our keys; listed as far as there are any.
VENDOR_METRICS = (
    *("correctness", "instruction_following", "ground_truth_faithfulness", "tone"),
    *("pii_leaks", "toxicity", "prompt_injection"),
    *("context_adherence", "context_relevance", "context_completeness", "chunk_attribution", "chunk_use"),
    *("tool_selection", "tool_errors", "action_completion", "action_advancement"),
)
# Metrics that this vendor's users look for elsewhere than our catalogue has them.
CATEGORY_OF_KEY = {
    "moderation": _SAFETY,
    "retrieval": _CONTEXT,
    "tool_call_accuracy": _MODEL_FIT,
    "tool_selection": _MODEL_FIT,
    "tool_errors": _MODEL_FIT,
}


def moment(when: datetime | None) -> str | None:
    """A time with its zone; None stays None, as an empty text could not be read."""
    return None if when is None else when.isoformat().replace("+00:00", "Z")


def person_fields(person: User | None, *, did: str) -> dict[str, str | None]:
    """Who did it: `created_by_user_id` and its kind. The id is a text of digits, 0 for somebody who is gone."""
    return {
        f"{did}_by_user_id": str(person.pk) if person else "0",
        f"{did}_by_user_email": person.email if person else None,
    }
