"""Reads Inspect's logs, the zipped `.eval` and JSON alike: one item per sample and epoch.

Documented at https://inspect.aisi.org.uk/eval-logs.html and, field by field, under `EvalLog` and `EvalSample` at
https://inspect.aisi.org.uk/reference/inspect_ai.log.html.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any

from runs.importers.formats.found import (
    Scores,
    ToolFormat,
    as_dict,
    as_list,
    as_text,
    found_row,
    last_asked,
    message_text,
)
from runs.importers.formats.opening import Opening
from runs.importers.formats.records import part, plain_json, raw_of, records_at
from runs.importers.formats.zips import ZIP_START, opened_zip
from runs.importers.mapping import NewItem
from runs.importers.rows import MAX_ROW_BYTES, JsonValue, Parsed, ParsedRow, reject
from runs.importers.source import Source

# Written when a log begins; the header only when it ends, so that of an aborted one this alone is there.
_BEGUN, _HEADER = "_journal/start.json", "header.json"
# Inspect's own numbers for its letters: correct, incorrect, partial, no answer.
_LETTERS = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
_WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}


def is_one(opening: Opening) -> bool:
    return opening.has("status", "eval.task", "eval.model") or bool({_BEGUN, _HEADER} & opening.members)


def read(source: Source) -> Iterator[Parsed]:
    """Yield a row per sample. Raises `Invalid` for a zip that is broken or too large unpacked."""
    source.file.seek(0)
    if source.file.read(len(ZIP_START)) == ZIP_START:
        with opened_zip(source) as archive:
            yield from _unpacked(archive)
        return
    log = part(source, "eval")
    for parsed in records_at(source, "samples.item"):
        yield _row(parsed, log) if isinstance(parsed, ParsedRow) else parsed


def _unpacked(archive: zipfile.ZipFile) -> Iterator[Parsed]:
    """The samples of a zip, read one by one in memory; nothing is written under a name from inside it."""
    members = archive.infolist()
    names = set(archive.namelist())
    log = as_dict(_member(archive, archive.getinfo(_HEADER if _HEADER in names else _BEGUN))).get("eval")
    samples = [member for member in members if member.filename.startswith("samples/")]
    for number, member in enumerate(samples, start=1):
        if member.file_size > MAX_ROW_BYTES:
            limit = MAX_ROW_BYTES // (1024 * 1024)
            yield reject(number, f"{member.filename} is larger than {limit} MB unpacked, the limit of a row.")
            continue
        sample = _member(archive, member)
        if isinstance(sample, dict):
            yield _row(ParsedRow(number, sample, raw_of(sample)), as_dict(log))
        else:
            yield reject(number, f"{member.filename} is not a JSON object.")


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> JsonValue:
    """What a member says; None for one that is no JSON or larger than a row may be."""
    if member.file_size > MAX_ROW_BYTES:
        return None
    try:
        return plain_json(archive.read(member))
    except ValueError:
        return None


def _row(parsed: ParsedRow, log: dict[str, Any]) -> Parsed:
    return found_row(parsed.line, _item(parsed, log))


def _item(row: ParsedRow, log: dict[str, Any]) -> NewItem:
    sample = row.values
    asked = sample.get("input")
    messages = as_list(sample.get("messages"))
    # A sample that broke off may hold what was said until then; that is neither its answer nor to be scored.
    error = as_dict(sample.get("error"))
    return NewItem(
        key=f"{sample.get('id')} epoch {sample.get('epoch', 1)}",
        input=last_asked(asked) if isinstance(asked, list) else as_text(asked) or "",
        output=None if error else _answer(sample),
        expected=sample.get("target") or None,
        metadata=_about(sample, log),
        trace=[_legible(message, as_dict(sample.get("attachments"))) for message in messages] or None,
        given_scores=None if error else _scores(sample) or None,
        raw=row.raw,
    )


def _answer(sample: dict[str, Any]) -> str | None:
    """The text of the first choice; None where the model was not asked or could not answer."""
    output = as_dict(sample.get("output"))
    choices = as_list(output.get("choices"))
    if not choices or output.get("error"):
        return None
    text = message_text(as_dict(as_dict(choices[0]).get("message")).get("content"))
    return _attached(text, as_dict(sample.get("attachments")))


def _attached(text: str, attachments: dict[str, Any]) -> str:
    """The text itself where the log keeps long ones apart and names them in their place."""
    _, is_apart, name = text.partition("attachment://")
    return as_text(attachments.get(name, text)) or "" if is_apart else text


def _legible(message: JsonValue, attachments: dict[str, Any]) -> JsonValue:
    content = as_dict(message).get("content")
    return {**message, "content": _attached(content, attachments)} if isinstance(content, str) else message


def _about(sample: dict[str, Any], log: dict[str, Any]) -> dict[str, JsonValue]:
    error, limit = as_dict(sample.get("error")), as_dict(sample.get("limit"))
    return {
        **as_dict(sample.get("metadata")),
        "model": log.get("model"),
        "task": log.get("task"),
        "epoch": sample.get("epoch"),
        "choices": sample.get("choices"),
        "seconds": sample.get("total_time"),
        "error": error.get("message") or as_dict(sample.get("output")).get("error"),
        "limit": limit.get("type"),
    }


def _scores(sample: dict[str, Any]) -> Scores:
    scores = Scores()
    given = as_dict(sample.get("scores"))
    if isinstance(sample.get("score"), dict):
        given = given or {"score": sample["score"]}
    for scorer, each in given.items():
        said = as_dict(each)
        value, reason = said.get("value"), said.get("explanation")
        if isinstance(value, dict):
            for name, one in value.items():
                scores.say(f"{scorer} {name}", _number(one), reason=reason)
        else:
            scores.say(scorer, _number(value), reason=reason or _unread(value))
    return scores


def _number(value: JsonValue) -> JsonValue:
    """The number a value stands for in Inspect; other texts and lists have none."""
    if not isinstance(value, str):
        return value if isinstance(value, int | float) else None
    return _LETTERS.get(value, _WORDS.get(value.lower(), value))


def _unread(value: JsonValue) -> str | None:
    """What a score without a number says, in place of a reason."""
    if value is None or isinstance(value, int | float):
        return None
    return None if isinstance(value, str) and value in _LETTERS else f"The log says {as_text(value)}."


FORMAT = ToolFormat(
    label="Inspect log",
    is_one=is_one,
    read=read,
    notes=(
        "Events, stores, sandboxes and files of the samples, and pictures and sounds in messages.",
        "The means, reductions over epochs and settings of the log; each epoch is an item of its own.",
        "Scores of samples that ended with an error; those that ended at a limit keep their scores and say the limit.",
        "Lists as scores; letters become 1 for C, 0.5 for P and 0 for I and N, as in Inspect.",
    ),
)
