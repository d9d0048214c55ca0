"""Under which names people keep the parts of an item, and which column of a file is therefore what."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping as Cells
from collections.abc import Sequence

from runs.importers.rows import JsonValue

# The fields a column may become, in the order in which columns are given away; the likelier name comes first.
NAMES: dict[str, tuple[str, ...]] = {
    "input": (
        *("input", "inputs", "query", "question", "user_input", "prompt", "instruction", "user_query", "user_message"),
        *("user_prompt", "request", "problem", "utterance", "question_text", "input_text", "text"),
    ),
    "output": (
        *("output", "outputs", "response", "answer", "actual_output", "completion", "prediction", "model_output"),
        *("generated_answer", "generated_text", "generation", "model_response", "model_answer", "assistant_response"),
        *("generated", "actual", "result", "predicted", "llm_output", "bot_response", "reply"),
    ),
    "expected": (
        *("expected", "expected_output", "expected_response", "expected_answer", "ground_truth", "groundtruth"),
        *("reference", "reference_answer", "references", "ground_truths", "target", "targets", "ideal", "gold"),
        *("gold_answer", "golden_answer", "golden", "label", "labels", "correct_answer", "answers", "best_answer"),
        *("solution", "expected_value", "accepted_answers"),
    ),
    "context": (
        *(
            "context",
            "contexts",
            "retrieved_contexts",
            "retrieved_context",
            "retrieval_context",
            "documents",
            "passages",
        ),
        *("retrieved_documents", "retrieved_passages", "chunks", "retrieved_chunks", "docs", "source_documents"),
    ),
    "key": (
        *("key", "id", "uuid", "item_id", "example_id", "sample_id", "question_id", "case_id", "test_id", "row_id"),
        *("guid", "qid", "uid", "item_key"),
    ),
    "trace": ("trace", "messages", "traces", "conversation", "trajectory", "steps"),
    "model": ("model", "model_name", "model_id", "target_model", "system", "generator"),
    "human": ("human", "human_label", "human_score", "human_rating", "human_labels", "annotation", "annotations"),
    "judge": ("judge", "judges", "given_scores", "scores", "judgements", "judgments"),
    "metadata": ("metadata", "meta", "extra", "attributes"),
}
_OBJECTS_ONLY = frozenset({"judge", "metadata"})
_SCORE_NAME = re.compile(r"^score_.|._score$|^rating_.|._rating$|^rating$|^score$")


def guess_fields(columns: Sequence[str], samples: Sequence[Cells[str, JsonValue]]) -> dict[str, str]:
    """Field to column, for every field that a column's name and content speak for."""
    fields: dict[str, str] = {}
    by_name = {simplified(column): column for column in reversed(columns)}
    for field, names in NAMES.items():
        free = (by_name[name] for name in names if name in by_name and by_name[name] not in fields.values())
        for column in free:
            if field not in _OBJECTS_ONLY or _holds(column, samples, dict):
                fields[field] = column
                break
    return fields


def guess_scores(columns: Sequence[str], samples: Sequence[Cells[str, JsonValue]]) -> list[str]:
    """The columns that look like scores given elsewhere: by name, and holding numbers alone."""
    return [
        column
        for column in columns
        if _SCORE_NAME.search(simplified(column))
        and _holds(column, samples, int, float, str)
        and _numeric(column, samples)
    ]


def guess_ignored(columns: Sequence[str], samples: Sequence[Cells[str, JsonValue]]) -> list[str]:
    """The column in which an export says where in its run the item stood: of no use in another."""
    places = [sample.get("run") for sample in samples]
    is_export = bool(places) and all(
        isinstance(place, dict) and {"ordinal", "repeat"} <= place.keys() for place in places
    )
    return [column for column in columns if column == "run" and is_export]


def simplified(column: str) -> str:
    """A column name without case and punctuation: "Expected Output" and "expectedOutput" are `expected_output`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)
    return re.sub(r"[^a-z0-9]+", "_", spaced.lower()).strip("_")


def _holds(column: str, samples: Sequence[Cells[str, JsonValue]], *kinds: type) -> bool:
    """Whether the column holds only such values, and at least one; a text that looks like an object counts as one."""
    values = [sample[column] for sample in samples if sample.get(column) not in (None, "")]
    return bool(values) and all(
        isinstance(value, kinds) or (dict in kinds and isinstance(value, str) and value.lstrip().startswith("{"))
        for value in values
    )


def _numeric(column: str, samples: Sequence[Cells[str, JsonValue]]) -> bool:
    return all(as_number(sample[column]) is not None for sample in samples if sample.get(column) not in (None, ""))


def as_number(value: JsonValue) -> float | None:
    """The finite number that a value is or spells; None for anything else."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return value if isinstance(value, int | float) and math.isfinite(value) else None
