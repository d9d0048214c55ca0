"""Which module reads which format, imported when first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from importlib import import_module

from runs.importers.formats.table import TOOLS
from runs.importers.rows import Parsed
from runs.importers.source import Source


class FileFormat(StrEnum):
    """The formats that can be read."""

    CSV = "csv"
    JSONL = "jsonl"
    JSON = "json"
    PARQUET = "parquet"
    PROMPTFOO = "promptfoo"
    PROMPTFOO_TABLE = "promptfoo-csv"
    INSPECT = "inspect"
    LM_EVAL = "lm-eval"
    DEEPEVAL = "deepeval"
    DEEPEVAL_CACHE = "deepeval-cache"
    RAGAS = "ragas"
    RAGAS_ANNOTATED = "ragas-annotated"
    MLFLOW = "mlflow"
    MLFLOW_TABLE = "mlflow-table"
    LANGFUSE = "langfuse"
    OPENINFERENCE = "openinference"
    OPENAI_EVALS = "openai-evals"
    HELM = "helm"
    FASTCHAT = "fastchat"
    FASTCHAT_PAIR = "fastchat-pair"
    FASTCHAT_ANSWER = "fastchat-answer"
    BFCL = "bfcl"
    BFCL_SCORE = "bfcl-score"


_MODULES: dict[FileFormat, str] = {
    FileFormat.CSV: "runs.importers.csv",
    FileFormat.JSONL: "runs.importers.jsonl",
    FileFormat.JSON: "runs.importers.json",
    FileFormat.PARQUET: "runs.importers.parquet",
}


def read_rows(source: Source, file_format: FileFormat) -> Iterator[Parsed]:
    """The rows of a file, as a stream."""
    if tool := TOOLS.get(file_format):
        return tool.read(source)
    read: Callable[[Source], Iterator[Parsed]] = import_module(_MODULES[file_format]).read
    return read(source)
