"""Files made to do harm, or broken on the way, end with a sentence that names the place, in every tool's reader."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from evalhub.core.errors import Invalid
from runs.importers import rows
from runs.importers.formats.found import ITEM_MAPPING
from runs.importers.formats.table import TOOLS
from runs.importers.mapping import ItemMaker, NewItem
from runs.importers.recognise import recognise
from runs.importers.registry import FileFormat, read_rows
from runs.importers.rows import ParsedRow, Rejection
from runs.importers.source import Source
from tests.runs.importers.formats.reading import rows_of

# One record of each kind of file, with the mark @ where something else is put.
RECORDS = {
    "promptfoo": '{"results": {"version": 3, "prompts": [], "results": [{"prompt": {"raw": "Hi"}, "vars": {"v": @}}]}}',
    "inspect": '{"status": "s", "eval": {"task": "t", "model": "m"}, "samples": [{"input": "Hi", "store": @}]}',
    "lm-eval": '{"doc_id": 1, "doc": {"v": @}, "arguments": [["Hi", {}]], "resps": [], "target": "x"}',
    "deepeval": '{"testCases": [{"input": "Hi", "metricsData": [], "additionalMetadata": @}], "metricsScores": []}',
    "ragas": '[{"user_input": "Hi", "response": "Ho", "faithfulness": 1, "v": @}]',
    "mlflow": '[{"info": {"trace_id": "t", "assessments": [], "request_preview": "Hi"}, "v": @}]',
    "mlflow-table": '{"columns": ["inputs", "a/score", "v"], "data": [["Hi", 1, @]]}',
    "langfuse": '{"projectId": "p", "timestamp": "t", "input": "Hi", "observations": [], "scores": [], "metadata": @}',
    "openinference": '[{"name": "n", "traceId": "t", "attributes": {"input.value": "Hi", "gen_ai.v": @}}]',
    "openai-evals": '{"run_id": "r", "event_id": 1, "sample_id": "s", "type": "raw_sample", "data": "Hi", "v": @}',
    "helm": '{"adapter_spec": {"method": "m"}, "request_states": [{"instance": {"input": {"text": "Hi"}}, "v": @}]}',
    "fastchat": '{"question_id": 1, "model": "m", "judge": [], "judgment": "j", "score": 1, "v": @}',
    "fastchat-pair": '{"question_id": 1, "model_1": "a", "model_2": "b", "g1_winner": "tie", "v": @}',
    "fastchat-answer": '{"question_id": 1, "model_id": "m", "choices": [{"turns": ["Ho"]}], "v": @}',
    "bfcl": '{"id": "i", "result": "Ho", "latency": 1, "input_token_count": 1, "v": @}',
}


def with_value(tool: str, value: str) -> bytes:
    return RECORDS[tool].replace("@", value).encode()


@pytest.mark.parametrize("depth", [70, 300])
@pytest.mark.parametrize("tool", RECORDS)
def test_a_record_nested_without_end_costs_only_itself(tool: str, depth: int) -> None:
    (row, *_) = rows_of(with_value(tool, "[" * depth + "]" * depth), tool=tool)
    assert isinstance(row, Rejection)
    assert "64 levels" in row.reason or "Recursion limit" in row.reason


@pytest.mark.parametrize("tool", RECORDS)
def test_millions_of_brackets_are_refused_at_once(tool: str) -> None:
    problems = list(_problems(with_value(tool, "[" * 3_000_000), tool))
    assert len(problems) == 1
    assert "1,000 levels" in problems[0] or "Not valid JSON" in problems[0] or "cannot be kept" in problems[0]
    start = io.BytesIO(b'[{"v": ' + b"[" * 3_000_000)
    assert recognise(start, "file").file_format == "json"


@pytest.mark.parametrize("tool", RECORDS)
def test_a_character_that_no_database_holds_is_named(tool: str) -> None:
    (row, *_) = rows_of(with_value(tool, '"a\\u0000b"'), tool=tool)
    assert isinstance(row, Rejection)
    assert "NUL character" in row.reason


@pytest.mark.parametrize("tool", RECORDS)
def test_what_is_no_number_is_nothing(tool: str) -> None:
    found = [items_of(parsed) for parsed in rows_of(with_value(tool, "[NaN, -Infinity]"), tool=tool)]
    assert found
    assert all(isinstance(item, NewItem) for item in found)


def items_of(parsed: ParsedRow | Rejection) -> NewItem | Rejection:
    assert isinstance(parsed, ParsedRow), parsed
    return ItemMaker(ITEM_MAPPING, reads_cells=False).make(parsed)


@pytest.mark.parametrize("tool", RECORDS)
def test_a_file_cut_short_says_where_it_ends(tool: str) -> None:
    whole = with_value(tool, json.dumps("x" * 1_000))
    problems = [problem for problem in _problems(whole[:-40], tool) if problem]
    assert any("stops being valid JSON" in problem or "Not valid JSON" in problem for problem in problems)


def _problems(content: bytes, tool: str) -> Iterator[str]:
    source = Source(io.BytesIO(content), "utf-8")
    try:
        for parsed in read_rows(source, FileFormat(tool)):
            if isinstance(parsed, Rejection):
                yield parsed.reason
    except Invalid as error:
        yield error.message


@pytest.mark.parametrize("tool", ["lm-eval", "openai-evals", "bfcl", "fastchat"])
def test_a_line_that_is_none_is_rejected_by_its_number(tool: str) -> None:
    content = with_value(tool, "1") + b'\n{"broken": \n'
    rejected = [row for row in rows_of(content, tool=tool) if isinstance(row, Rejection)]
    assert [row.line for row in rejected] == [2]


@pytest.mark.parametrize("tool", ["promptfoo", "mlflow", "helm", "langfuse"])
def test_a_record_above_the_limit_is_refused_before_it_is_held(tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runs.importers.json.MAX_ROW_BYTES", 100_000)
    content = with_value(tool, json.dumps("x" * 600_000))
    with pytest.raises(Invalid, match="larger than"):
        list(read_rows(Source(io.BytesIO(content), "utf-8"), FileFormat(tool)))


def test_another_encoding_is_read_as_such() -> None:
    content = with_value("lm-eval", '"Zürich"').decode().encode("utf-16")
    (row,) = rows_of(content, tool="lm-eval")
    assert isinstance(row, ParsedRow)
    assert row.values["metadata"]["doc"] == {"v": "Zürich"}


@pytest.mark.parametrize(
    "members", [{"notes.txt": "x"}, {"a/../../etc/scenario.json": "{}"}, {"word/document.xml": "x"}]
)
def test_a_zip_of_no_tool_is_refused_by_name(members: dict[str, str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    with pytest.raises(Invalid, match="whatever its name says"):
        recognise(buffer, "log.eval")


def test_a_small_zip_that_unpacks_to_much_costs_only_that_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    header: dict[str, Any] = {"status": "success", "eval": {"task": "t", "model": "m"}}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps(header))
        archive.writestr("samples/bomb.json", b" " * (rows.MAX_ROW_BYTES + 1))
        archive.writestr("samples/good.json", json.dumps({"id": "a", "input": "Hi"}))
    assert len(buffer.getvalue()) < 100_000
    bomb, good = rows_of(buffer.getvalue(), tool="inspect")
    assert isinstance(bomb, Rejection)
    assert "limit of a row" in bomb.reason
    assert isinstance(good, ParsedRow)


def test_every_tool_has_a_format_of_its_own() -> None:
    generic = {FileFormat.CSV, FileFormat.JSONL, FileFormat.JSON, FileFormat.PARQUET}
    assert {str(one) for one in FileFormat if one not in generic} == set(TOOLS)
    assert all(len(name) <= 16 and tool.notes and tool.label for name, tool in TOOLS.items())
