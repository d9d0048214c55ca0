"""Reads a run of HELM: `scenario_state.json` alone, or the run's folder as a zip with the scores of each instance.

Documented at https://crfm-helm.readthedocs.io/en/latest/code/ (`ScenarioState`, `PerInstanceStats`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, cast
from zipfile import ZipFile

from evalhub.core.errors import Invalid
from metrics.choices import Direction
from runs.importers.formats.found import OtherFile, Scores, ToolFormat, as_dict, as_list, as_text, found_row
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import part, records_at, stream_part, stream_records
from runs.importers.formats.zips import ZIP_START, opened_zip
from runs.importers.mapping import NewItem
from runs.importers.rows import JsonValue, Parsed, ParsedRow
from runs.importers.source import Source

_STATE, _STATS = "scenario_state.json", "per_instance_stats.json"
_MAX_SCORED = 200_000
# HELM's own bookkeeping, which says nothing of how good an answer is.
_BOOKKEEPING = ("num_", "finish_reason_", "training_", "batch_size", "prompt_truncated", "inference_", "estimated_num")
_LOWER = ("perplexity", "bits_per_byte", "toxic_frac", "expected_max_toxicity")
_ALONE = "The scores, which stand in per_instance_stats.json: send the run's folder as one zip."
_MORE_ANSWERS = "Completions after the first."


def is_one(opening: Opening) -> bool:
    if opening.members:
        return any(name.rpartition("/")[2] == _STATE for name in opening.members)
    return opening.has("adapter_spec.method", "request_states")


def read(source: Source) -> Iterator[Parsed]:
    """Yield a row per request. Raises `Invalid` for a zip of several runs, or where the file stops being JSON."""
    source.file.seek(0)
    if source.file.read(len(ZIP_START)) == ZIP_START:
        with opened_zip(source) as archive:
            yield from _folder(archive)
        return
    adapter = part(source, "adapter_spec")
    for parsed in records_at(source, "request_states.item"):
        yield _row(parsed, adapter, None) if isinstance(parsed, ParsedRow) else parsed


def _folder(archive: ZipFile) -> Iterator[Parsed]:
    states = [name for name in archive.namelist() if name.rpartition("/")[2] == _STATE]
    if len(states) != 1:
        raise Invalid("runs_several", f"The zip holds {len(states)} runs of HELM; send each as a zip of its own.")
    (state,) = states
    scored = _scored(archive, state.removesuffix(_STATE) + _STATS)
    with archive.open(state) as stream:
        adapter = stream_part(cast(BinaryIO, stream), "adapter_spec")
    with archive.open(state) as stream:
        for parsed in stream_records(cast(BinaryIO, stream), "request_states.item"):
            yield _row(parsed, adapter, scored) if isinstance(parsed, ParsedRow) else parsed


def _scored(archive: ZipFile, name: str) -> dict[str, dict[str, float]] | None:
    """The values of each instance; None where the folder has no file of them. Raises `Invalid` for too many."""
    if name not in archive.namelist():
        return None
    scored: dict[str, dict[str, float]] = {}
    with archive.open(name) as stream:
        for parsed in stream_records(cast(BinaryIO, stream), "item"):
            if isinstance(parsed, ParsedRow):
                scored.setdefault(_key(parsed.values, parsed.values.get("instance_id")), {}).update(
                    _means(parsed.values)
                )
            if len(scored) > _MAX_SCORED:
                raise Invalid("run_too_large", f"The run has more than {_MAX_SCORED:,} instances; send it in parts.")
    return scored


def _means(instance: dict[str, Any]) -> Iterator[tuple[str, float]]:
    for stat in map(as_dict, as_list(instance.get("stats"))):
        name = str(as_dict(stat.get("name")).get("name") or "")
        if stat.get("count") and isinstance(stat.get("mean"), int | float) and not name.startswith(_BOOKKEEPING):
            yield name, stat["mean"]


def _key(state: dict[str, Any], instance: JsonValue) -> str:
    """By what HELM tells requests apart: instance, trial of the examples, and perturbation of the text."""
    changed = as_dict(state.get("perturbation") or as_dict(state.get("instance")).get("perturbation")).get("name")
    return f"{instance} trial {state.get('train_trial_index', 0)}" + (f" {changed}" if changed else "")


def _row(row: ParsedRow, adapter: dict[str, Any], scored: dict[str, dict[str, float]] | None) -> Parsed:
    state = row.values
    instance, request, result = (as_dict(state.get(name)) for name in ("instance", "request", "result"))
    answers = [as_dict(answer).get("text") for answer in as_list(result.get("completions"))]
    answer = as_text(answers[0]) if answers and result.get("success") is not False else None
    key = _key(state, instance.get("id"))
    place = state.get("reference_index")
    scores = Scores()
    for name, value in (scored or {}).get(key, {}).items():
        scores.say(name, value, direction=Direction.LOWER if name.startswith(_LOWER) else None)
    item = NewItem(
        key=key if place is None else f"{key} reference {place} {state.get('request_mode')}",
        input=as_text(as_dict(instance.get("input")).get("text")) or as_text(request.get("prompt")) or "",
        output=_spelled(answer, as_dict(state.get("output_mapping"))),
        expected=_correct(instance),
        metadata={
            "model": adapter.get("model") or request.get("model"),
            "split": instance.get("split"),
            "perturbation": as_dict(instance.get("perturbation")).get("name"),
            "completion": answer,
            "options": state.get("output_mapping"),
            "seconds": result.get("request_time"),
            "error": result.get("error"),
        },
        given_scores=scores or None,
        raw=row.raw,
    )
    left = [_ALONE] * (scored is None) + [_MORE_ANSWERS] * (len(answers) > 1)
    return found_row(row.line, item, left=left)


def _spelled(answer: str | None, options: dict[str, JsonValue]) -> str | None:
    """The option that a letter stands for, as HELM reads it; any other answer as it is."""
    return None if answer is None else as_text(options.get(answer.strip(), answer))


def _correct(instance: dict[str, Any]) -> JsonValue:
    references = map(as_dict, as_list(instance.get("references")))
    texts = [
        as_text(as_dict(reference.get("output")).get("text"))
        for reference in references
        if "correct" in as_list(reference.get("tags"))
    ]
    return texts[0] if len(texts) == 1 else texts or None


def _is_stats(opening: Opening) -> bool:
    return opening.has("name.name", "sum_squared", "count")


def _is_instances(opening: Opening) -> bool:
    return opening.has("instance_id", "stats.item.name.name")


def _is_spec(opening: Opening) -> bool:
    return opening.has("scenario_spec.class_name", "adapter_spec.method", "metric_specs")


_SEND = "Send the run's folder as one zip: scenario_state.json has the answers, per_instance_stats.json their scores."
FORMAT = ToolFormat(
    label="HELM run",
    is_one=is_one,
    read=read,
    notes=(
        "Metrics that only the whole run has (such as bias), and those of worst perturbations.",
        "HELM's bookkeeping: counts of tokens and references, reasons to finish, run times.",
        "Prompts with their examples and log probabilities, beyond the record kept beside each item.",
    ),
)
OTHERS = (
    OtherFile(label="HELM's summary of a run (stats.json)", is_one=_is_stats, advice=_SEND),
    OtherFile(label="HELM's scores by instance (per_instance_stats.json)", is_one=_is_instances, advice=_SEND),
    OtherFile(label="HELM's description of a run (run_spec.json)", is_one=_is_spec, advice=_SEND),
)
