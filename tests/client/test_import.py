"""Files that become versions of a dataset."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from runs.models import DatasetVersion
from tests.client.conftest import Evalhub
from tests.runs.datasets.test_tool_files import FILE as RESULTS_OF_PROMPTFOO

CSV = "key,input,expected\na,1 + 1,2\nb,2 + 2,4\n"
NDJSON = '{"key": "a", "input": "1 + 1", "expected": "2"}\n{"key": "b", "input": "2 + 2", "expected": "4"}\n'


def _write(path: Path) -> None:
    if path.suffix == ".parquet":
        columns = {"key": ["a", "b"], "input": ["1 + 1", "2 + 2"], "expected": ["2", "4"]}
        pq.write_table(pa.table(columns), path)
    else:
        path.write_text(CSV if path.suffix == ".csv" else NDJSON)


@pytest.mark.parametrize("name", ["sums.csv", "sums.jsonl", "sums.parquet"])
def test_a_file_becomes_a_version_and_the_same_rows_no_second_one(evalhub: Evalhub, tmp_path: Path, name: str) -> None:
    _write(tmp_path / name)
    first, second = (evalhub("import", name, "--dataset", "Sums") for _ in range(2))
    assert (first.returncode, first.stdout) == (0, f"{name} is version 1 of Sums: 2 rows.\n"), first.stderr
    assert (second.returncode, second.stdout) == (0, f"{name} holds the same rows as version 1 of Sums: 2 rows.\n")
    version = DatasetVersion.objects.get()
    assert [(item.key, item.input, item.expected) for item in version.items.order_by("ordinal")] == [
        ("a", "1 + 1", "2"),
        ("b", "2 + 2", "4"),
    ]


def test_another_tools_results_come_along_and_what_stays_behind_is_said(evalhub: Evalhub, tmp_path: Path) -> None:
    (tmp_path / "eval.json").write_bytes(RESULTS_OF_PROMPTFOO)
    ran = evalhub("import", "eval.json")
    assert (ran.returncode, ran.stdout) == (0, "eval.json is version 1 of eval: 2 rows.\n"), ran.stderr
    assert "promptfoo results; not carried over:" in ran.stderr
    assert "Assertions" in ran.stderr


def test_a_file_that_holds_no_rows_is_refused(evalhub: Evalhub, tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"no parquet")
    ran = evalhub("import", "broken.parquet")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Traceback" not in ran.stderr
