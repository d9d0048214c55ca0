"""The metrics that EvalHub ships with: the 17 keys that users of hosted services know. All give 0 to 1, 1 is best."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.choices import Category, MetricKind, Need, ValueType
from metrics.definitions import MetricDefinition
from metrics.judge.recipe import built_in_definition
from metrics.scoring import JsonValue


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One metric of the catalogue.

    `needs` names parts of an item without which there is no value, `uses` those that help where they are there. What a
    judge looks at stands in its rubric, `metrics/judge/prompts/<key>.md`.
    """

    key: str
    name: str
    category: Category
    description: str
    value_type: ValueType = ValueType.NUMBER
    needs: tuple[Need, ...] = ()
    uses: tuple[Need, ...] = ()

    @property
    def kind(self) -> MetricKind:
        return MetricKind.HEURISTIC if self.category == Category.HEURISTIC else MetricKind.JUDGE

    @property
    def definition(self) -> MetricDefinition:
        content: dict[str, JsonValue] = {"scorer": self.key}
        if self.kind == MetricKind.JUDGE:
            content = built_in_definition(self.key, uses=[str(need) for need in self.uses])
        return MetricDefinition(
            definition=content,
            value_type=self.value_type,
            needs=tuple(str(need) for need in self.needs),
        )


HEURISTICS = (
    BuiltIn(
        key="contains",
        name="Contains",
        category=Category.HEURISTIC,
        value_type=ValueType.BOOLEAN,
        needs=(Need.EXPECTED,),
        description=(
            "Yes when the expected text stands somewhere in the output, letter by letter with upper and lower case "
            "told apart. When several texts are expected, all of them have to be there."
        ),
    ),
    BuiltIn(
        key="equals",
        name="Equals",
        category=Category.HEURISTIC,
        value_type=ValueType.BOOLEAN,
        needs=(Need.EXPECTED,),
        description=(
            "Yes when the output is exactly the expected text: a different letter case, a space or a line break more "
            "makes it a no. When several texts are accepted, one of them is enough."
        ),
    ),
    BuiltIn(
        key="regex_match",
        name="Regex Match",
        category=Category.HEURISTIC,
        value_type=ValueType.BOOLEAN,
        needs=(Need.EXPECTED,),
        description=(
            "Yes when the regular expression in expected is found anywhere in the output. Patterns run in linear time "
            "and know no backreferences and no lookaheads; an item whose pattern cannot be used is counted as errored."
        ),
    ),
    BuiltIn(
        key="levenshtein",
        name="Levenshtein Similarity",
        category=Category.HEURISTIC,
        needs=(Need.EXPECTED,),
        description=(
            "How close the output is to the expected text: 1 when they are the same, 0 when nothing fits. Counts the "
            "characters to add, remove or replace, as a share of the longer text; of several accepted texts the "
            "closest counts."
        ),
    ),
)
QUALITY = (
    BuiltIn(
        key="answer_relevance",
        name="Answer Relevance",
        category=Category.QUALITY,
        description="Whether the output speaks to what was asked, instead of something near it.",
    ),
    BuiltIn(
        key="coherence",
        name="Coherence",
        category=Category.QUALITY,
        description="Whether the output hangs together: one thought follows from the other, without contradiction.",
    ),
    BuiltIn(
        key="fluency",
        name="Fluency",
        category=Category.QUALITY,
        description="Whether the output reads like good prose in its language: grammar, spelling, natural wording.",
    ),
    BuiltIn(
        key="response_completeness",
        name="Response Completeness",
        category=Category.QUALITY,
        uses=(Need.EXPECTED, Need.CONTEXT),
        description="Whether every part of what was asked is answered, and nothing that the asker needs is left out.",
    ),
    BuiltIn(
        key="task_adherence",
        name="Task Adherence",
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
        category=Category.RAG,
        needs=(Need.CONTEXT,),
        uses=(Need.EXPECTED,),
        description="How much of what was retrieved is of use for the question, the useful passages standing first.",
    ),
    BuiltIn(
        key="context_recall",
        name="Context Recall",
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
        category=Category.SPECIALIZED,
        description=(
            "Whether the output understood what the person really wanted, and settled it or asked back where that was "
            "unclear."
        ),
    ),
    BuiltIn(
        key="tool_call_accuracy",
        name="Tool Call Accuracy",
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
        category=Category.SPECIALIZED,
        description=(
            "Whether the output is fit to be shown. 1 means that nothing harmful was found, 0 that it is plainly "
            "harmful: hate, harassment, violence, sexual content, self-harm, help with crime."
        ),
    ),
    BuiltIn(
        key="retrieval",
        name="Retrieval Quality",
        category=Category.SPECIALIZED,
        needs=(Need.CONTEXT,),
        description=(
            "How good the retrieved passages are on the whole: on the subject, sufficient, and the best of them first."
        ),
    ),
)
BUILT_INS: tuple[BuiltIn, ...] = (*HEURISTICS, *QUALITY, *FACTUAL, *RETRIEVAL, *SPECIALIZED)
