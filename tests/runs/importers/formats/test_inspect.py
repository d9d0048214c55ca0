"""Inspect's logs become items, zipped or not; a sample that broke off has no answer and no score."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from evalhub.core.errors import Invalid
from runs.importers.formats import inspect, zips
from runs.importers.rows import Rejection
from runs.importers.source import Source
from tests.runs.importers.formats.reading import items_of, real_items, score_of

HEADER = {"version": 2, "status": "success", "eval": {"task": "capitals", "model": "openai/small"}}


def sample(**overrides: Any) -> dict[str, Any]:
    return {
        "id": "ch",
        "epoch": 2,
        "input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Capital?"}],
        "target": ["Bern", "Berne"],
        "messages": [{"role": "user", "content": "Capital?"}, {"role": "assistant", "content": "attachment://a1"}],
        "output": {"choices": [{"message": {"role": "assistant", "content": "attachment://a1"}}]},
        "scores": {"match": {"value": "C", "explanation": "alike"}},
        "metadata": {"level": "easy"},
        "attachments": {"a1": "Bern"},
        **overrides,
    }


def log(*samples: dict[str, Any]) -> bytes:
    return json.dumps({**HEADER, "samples": samples}).encode()


def zipped(members: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in members.items():
            archive.writestr(name, value if isinstance(value, str) else json.dumps(value))
    return buffer.getvalue()


def test_a_sample_becomes_an_item_with_all_its_parts() -> None:
    (item,) = items_of(log(sample()), tool="inspect")
    assert (item.key, item.input, item.output) == ("ch epoch 2", "Capital?", "Bern")
    assert item.expected == ["Bern", "Berne"]
    assert item.given_scores == {"match": {"score": 1.0, "reason": "alike"}}
    assert (item.metadata["model"], item.metadata["task"], item.metadata["level"]) == (
        "openai/small",
        "capitals",
        "easy",
    )
    assert isinstance(item.trace, list)
    assert item.trace[1] == {"role": "assistant", "content": "Bern"}


def test_the_zip_says_the_same_as_the_json() -> None:
    content = zipped({"_journal/start.json": HEADER, "samples/ch_epoch_2.json": sample(), "header.json": HEADER})
    (packed,) = items_of(content, tool="inspect")
    (plain,) = items_of(log(sample()), tool="inspect")
    assert packed == plain


def test_an_aborted_log_without_a_header_still_names_its_model() -> None:
    (item,) = items_of(zipped({"_journal/start.json": HEADER, "samples/ch_epoch_2.json": sample()}), tool="inspect")
    assert item.metadata["model"] == "openai/small"


def test_a_sample_that_broke_off_has_neither_answer_nor_score() -> None:
    broken = sample(error={"message": "sandbox died"}, scores={"match": {"value": "I"}})
    unasked = sample(id="fr", output={"choices": []}, scores=None)
    first, second = items_of(log(broken, unasked), tool="inspect")
    assert [first.output, first.given_scores, second.output, second.given_scores] == [None] * 4
    assert first.metadata["error"] == "sandbox died"


@pytest.mark.parametrize(
    ("value", "score"), [("C", 1), ("I", 0), ("P", 0.5), ("N", 0), ("yes", 1), ("0.25", 0.25), (7, 7), (True, 1)]
)
def test_values_are_the_numbers_they_are_in_inspect(value: object, score: float) -> None:
    (item,) = items_of(log(sample(scores={"match": {"value": value}})), tool="inspect")
    assert score_of(item, "match") == score


def test_a_value_that_is_no_number_is_no_zero() -> None:
    scores = {"grade": {"value": "unclear"}, "parts": {"value": {"a": 1, "b": 0.5}}, "several": {"value": [1, 0]}}
    (item,) = items_of(log(sample(scores=scores)), tool="inspect")
    assert item.given_scores == {
        "grade": {"score": None, "reason": "The log says unclear."},
        "parts a": {"score": 1},
        "parts b": {"score": 0.5},
        "several": {"score": None, "reason": "The log says [1,0]."},
    }


def test_not_a_number_is_a_missing_score_and_stays_in_texts() -> None:
    content = log(sample(output={"choices": [{"message": {"content": 'say "NaN": NaN'}}]})).replace(b'"C"', b"NaN")
    (item,) = items_of(content, tool="inspect")
    assert item.output == 'say "NaN": NaN'
    assert score_of(item, "match") is None


def test_a_zip_that_would_unpack_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped({"header.json": HEADER, "samples/a.json": sample(), "samples/b.json": sample()})
    monkeypatch.setattr(zips, "_MAX_UNPACKED", 100)
    with pytest.raises(Invalid, match="unpacked"):
        list(inspect.read(Source(io.BytesIO(content), "")))
    monkeypatch.undo()
    monkeypatch.setattr(zips, "_MAX_MEMBERS", 2)
    with pytest.raises(Invalid, match="3 files"):
        list(inspect.read(Source(io.BytesIO(content), "")))


def test_a_sample_above_the_limit_or_broken_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    members = {"header.json": HEADER, "samples/a.json": "[1", "samples/b.json": sample(setup="x" * 5_000)}
    monkeypatch.setattr(inspect, "MAX_ROW_BYTES", 2_000)
    content = zipped({**members, "samples/c.json": sample()})
    broken, large, good = inspect.read(Source(io.BytesIO(content), ""))
    assert isinstance(broken, Rejection)
    assert isinstance(large, Rejection)
    assert "not a JSON object" in broken.reason
    assert "limit of a row" in large.reason
    assert not isinstance(good, Rejection)


def test_a_damaged_zip_says_so() -> None:
    content = zipped({"header.json": HEADER, "samples/a.json": sample()})
    damaged = bytearray(content)
    start = content.index(b"samples/a.json") + len("samples/a.json") + 5
    damaged[start : start + 20] = bytes(20)
    with pytest.raises(Invalid, match="cannot be unpacked"):
        list(inspect.read(Source(io.BytesIO(bytes(damaged)), "")))


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("log_formats.eval", 1),
        ("log_formats.json", 1),
        ("log_read_sample.eval", 1),
        ("log_tool_call_error.json", 1),
        ("mmlu-choices.eval", 1),
        ("popularity.json", 3),
        ("security-guide.json", 3),
    ],
)
def test_the_real_logs_are_read_whole(name: str, count: int) -> None:
    items = real_items(f"inspect/{name}", tool="inspect")
    assert len(items) == count
    assert all(item.input and item.metadata["model"] for item in items)


def test_a_real_log_keeps_answers_scores_and_reasons() -> None:
    items = real_items("inspect/security-guide.json", tool="inspect")
    assert items[0].input == "How do I prevent SQL Injection attacks?"
    assert [score_of(item, "model_graded_fact") for item in items] == [1, 1, 1]
    assert all(item.output and "GRADE" in str(item.given_scores) for item in items)
