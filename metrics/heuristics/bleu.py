"""BLEU: how many runs of one to four words the output shares with the expected text, by sacrebleu."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from metrics.heuristics.expected import expected_missing, expected_texts
from metrics.heuristics.quoting import quoted, quoted_list
from metrics.parameters import Kind, Parameter
from metrics.scoring import ScoreResult, ScoringInput

PARAMETERS = (
    Parameter(
        "tokenize",
        Kind.CHOICE,
        "How texts are cut into words: 13a for European languages, intl for many scripts, zh for Chinese, char by "
        "character (Japanese, Thai).",
        choices=("13a", "intl", "zh", "char"),
    ),
)
# Cutting texts into words takes about a second for so many characters.
MOST_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Bleu:
    """Sentence BLEU as a share of 1, with orders that are too long for the text left out; a list are references."""

    tokenize: str = "13a"

    def score(self, item: ScoringInput) -> ScoreResult:
        texts = expected_texts(item.expected)
        if not texts:
            return expected_missing()
        length = len(item.output) + sum(map(len, texts))
        if length > MOST_CHARACTERS:
            return ScoreResult.unscored("too_long", f"Output and expected text have {length:,} characters, too many.")
        found = _bleu(self.tokenize).sentence_score(item.output, texts)
        return ScoreResult.scored(min(1.0, found.score / 100), _explained(found, texts, item.output))


@cache
def _bleu(tokenize: str) -> Any:  # noqa: ANN401  # a class of a module that is loaded late
    # Loaded with the first text to score: it takes 16 MB, which only a worker that measures BLEU should carry.
    return import_module("sacrebleu.metrics.bleu").BLEU(effective_order=True, tokenize=tokenize)


def _explained(found: Any, texts: list[str], output: str) -> str:  # noqa: ANN401  # sacrebleu's own result
    shares = ", ".join(
        f"{count:,} of {total:,} {_RUNS[order]}"
        for order, (count, total) in enumerate(zip(found.counts, found.totals, strict=True))
        if total
    )
    brevity = f"; too short by the factor {found.bp:.4g}" if found.bp < 1 else ""
    return f"The output {quoted(output)} shares with {quoted_list(texts)}: {shares or 'nothing'}{brevity}."


_RUNS = ("words", "pairs", "triples", "runs of four")
