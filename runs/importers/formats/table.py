"""The one table of other tools' result files; the first whose signs are there is taken."""

from __future__ import annotations

from runs.importers.formats import (
    bfcl,
    deepeval,
    fastchat,
    helm,
    inspect,
    langfuse,
    lm_eval,
    mlflow,
    mlflow_table,
    openai_evals,
    openinference,
    promptfoo,
    promptfoo_table,
    ragas,
)
from runs.importers.formats.found import OtherFile, ToolFormat
from runs.importers.formats.opening import Opening

TOOLS: dict[str, ToolFormat] = {
    "promptfoo": promptfoo.FORMAT,
    "promptfoo-csv": promptfoo_table.FORMAT,
    "inspect": inspect.FORMAT,
    "lm-eval": lm_eval.FORMAT,
    "deepeval": deepeval.FORMAT,
    "deepeval-cache": deepeval.CACHE,
    "ragas": ragas.FORMAT,
    "ragas-annotated": ragas.ANNOTATED,
    "mlflow": mlflow.FORMAT,
    "mlflow-table": mlflow_table.FORMAT,
    "langfuse": langfuse.FORMAT,
    "openinference": openinference.FORMAT,
    "openai-evals": openai_evals.FORMAT,
    "helm": helm.FORMAT,
    "fastchat": fastchat.SINGLE,
    "fastchat-pair": fastchat.PAIR,
    "fastchat-answer": fastchat.ANSWERS,
    "bfcl": bfcl.RESULTS,
    "bfcl-score": bfcl.SCORES,
}
# Files that the same tools write beside those.
OTHER_FILES: tuple[OtherFile, ...] = (lm_eval.SUMMARY, mlflow.RUN, *helm.OTHERS)


def tool_of(opening: Opening) -> str:
    """The name of the tool whose file begins like this; "" for none."""
    return next((name for name, tool in TOOLS.items() if tool.is_one(opening)), "")


def other_file_of(opening: Opening) -> OtherFile | None:
    """The file without items that begins like this."""
    return next((other for other in OTHER_FILES if other.is_one(opening)), None)
