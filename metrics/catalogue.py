"""The metrics that EvalHub ships with: the 17 keys that users of hosted services know, and those beyond them.

The 17 all give 0 to 1, 1 is best. A door that speaks for a hosted service lists `HOSTED_KEYS` and the team's own.
"""

from __future__ import annotations

from metrics.built_in import BuiltIn
from metrics.catalogue_agents import AGENTS
from metrics.catalogue_heuristics import FURTHER, TEXT_MATCHES
from metrics.choices import Category, MetricKind, Need

QUALITY = (
    BuiltIn(
        key="answer_relevance",
        name="Answer Relevance",
        kind=MetricKind.JUDGE,
        category=Category.QUALITY,
        description="Whether the output speaks to what was asked, instead of something near it.",
    ),
    BuiltIn(
        key="coherence",
        name="Coherence",
        kind=MetricKind.JUDGE,
        category=Category.QUALITY,
        description="Whether the output hangs together: one thought follows from the other, without contradiction.",
    ),
    BuiltIn(
        key="fluency",
        name="Fluency",
        kind=MetricKind.JUDGE,
        category=Category.QUALITY,
        description="Whether the output reads like good prose in its language: grammar, spelling, natural wording.",
    ),
    BuiltIn(
        key="response_completeness",
        name="Response Completeness",
        kind=MetricKind.JUDGE,
        category=Category.QUALITY,
        uses=(Need.EXPECTED, Need.CONTEXT),
        description="Whether every part of what was asked is answered, and nothing that the asker needs is left out.",
    ),
    BuiltIn(
        key="task_adherence",
        name="Task Adherence",
        kind=MetricKind.JUDGE,
        category=Category.QUALITY,
        description=(
            "Whether the output does what it was told to, in the form it was told to: format, length, language, limits."
        ),
    ),
)
FACTUAL = (
    BuiltIn(
        key="hallucination",
        name="Hallucination",
        kind=MetricKind.JUDGE,
        category=Category.FACTUAL,
        uses=(Need.CONTEXT, Need.EXPECTED),
        description=(
            "Whether the output makes things up. 1 means nothing made up was found, 0 that it is made up throughout. "
            "Where passages were given, they are what counts as known."
        ),
    ),
    BuiltIn(
        key="factual_accuracy",
        name="Factual Accuracy",
        kind=MetricKind.JUDGE,
        category=Category.FACTUAL,
        uses=(Need.EXPECTED, Need.CONTEXT),
        description=(
            "Whether the facts in the output are right, measured against the expected answer where there is one."
        ),
    ),
)
RETRIEVAL = (
    BuiltIn(
        key="context_precision",
        name="Context Precision",
        kind=MetricKind.JUDGE,
        category=Category.RAG,
        needs=(Need.CONTEXT,),
        uses=(Need.EXPECTED,),
        description="How much of what was retrieved is of use for the question, the useful passages standing first.",
    ),
    BuiltIn(
        key="context_recall",
        name="Context Recall",
        kind=MetricKind.JUDGE,
        category=Category.RAG,
        needs=(Need.CONTEXT,),
        uses=(Need.EXPECTED,),
        description="Whether what was retrieved holds everything that the answer needs.",
    ),
)
SPECIALIZED = (
    BuiltIn(
        key="intent_resolution",
        name="Intent Resolution",
        kind=MetricKind.JUDGE,
        category=Category.SPECIALIZED,
        description=(
            "Whether the output understood what the person really wanted, and settled it or asked back where that was "
            "unclear."
        ),
    ),
    BuiltIn(
        key="tool_call_accuracy",
        name="Tool Call Accuracy",
        kind=MetricKind.JUDGE,
        category=Category.SPECIALIZED,
        uses=(Need.TOOLS, Need.EXPECTED),
        description=(
            "Whether the right tools were called, with the right arguments, in a workable order, and none that was not "
            "needed."
        ),
    ),
    BuiltIn(
        key="moderation",
        name="Moderation",
        kind=MetricKind.JUDGE,
        category=Category.SPECIALIZED,
        description=(
            "Whether the output is fit to be shown. 1 means that nothing harmful was found, 0 that it is plainly "
            "harmful: hate, harassment, violence, sexual content, self-harm, help with crime."
        ),
    ),
    BuiltIn(
        key="retrieval",
        name="Retrieval Quality",
        kind=MetricKind.JUDGE,
        category=Category.SPECIALIZED,
        needs=(Need.CONTEXT,),
        description=(
            "How good the retrieved passages are on the whole: on the subject, sufficient, and the best of them first."
        ),
    ),
)
_HOSTED = (*TEXT_MATCHES, *QUALITY, *FACTUAL, *RETRIEVAL, *SPECIALIZED)
HOSTED_KEYS = frozenset(built_in.key for built_in in _HOSTED)
# What a project measures before anybody has chosen; the others wait to be switched on. A regular expression too: most
# expected answers are texts, and as patterns would say something else or nothing.
ON_AT_FIRST = frozenset({"contains", "equals", "levenshtein"})
BUILT_INS: tuple[BuiltIn, ...] = (*_HOSTED, *FURTHER, *AGENTS)
