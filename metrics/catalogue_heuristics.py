"""The heuristics of the catalogue: the four text matches that everyone knows, and further ones."""

from __future__ import annotations

from metrics.built_in import BuiltIn
from metrics.choices import Category, Direction, Need, ValueType

TEXT_MATCHES = (
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
_TEXT = (
    BuiltIn(
        key="numeric_closeness",
        name="Numeric Closeness",
        category=Category.HEURISTIC,
        value_type=ValueType.BOOLEAN,
        needs=(Need.EXPECTED,),
        description=(
            "Yes when the last number of the output is the expected one, within a tolerance. Reads 1,200, $18, 45 % "
            "and “#### 42”; the tolerance, absolute or as a share, is a parameter and starts at a millionth."
        ),
    ),
    BuiltIn(
        key="token_f1",
        name="Token F1",
        category=Category.HEURISTIC,
        needs=(Need.EXPECTED,),
        description=(
            "How many words the output and the expected answer share, as question-answering benchmarks count: case, "
            "punctuation, articles and order do not matter; of several accepted answers the best counts."
        ),
    ),
    BuiltIn(
        key="rouge_l",
        name="ROUGE-L",
        category=Category.HEURISTIC,
        needs=(Need.EXPECTED,),
        description=(
            "The longest sequence of words that the output and the expected text share in the same order, as F1 of "
            "both lengths. The usual measure of summaries; it knows wording, not meaning."
        ),
    ),
    BuiltIn(
        key="bleu",
        name="BLEU",
        category=Category.HEURISTIC,
        needs=(Need.EXPECTED,),
        description=(
            "How many runs of one to four words the output shares with the expected text, too short ones marked down. "
            "The usual measure of translations; of one item alone it is rough, so read its mean."
        ),
    ),
)
_STRUCTURE = (
    BuiltIn(
        key="json_valid",
        name="JSON Validity",
        category=Category.STRUCTURE,
        value_type=ValueType.BOOLEAN,
        description=(
            "Yes when the whole output can be read as JSON: no comments, no trailing commas, no words around it. "
            "Whether JSON inside a code fence counts is a parameter."
        ),
    ),
    BuiltIn(
        key="json_schema",
        name="JSON Schema",
        category=Category.STRUCTURE,
        value_type=ValueType.BOOLEAN,
        needs=(Need.EXPECTED,),
        description=(
            "Yes when the output is JSON that fits the JSON Schema in the item's expected. One schema for all items "
            "goes into a metric of your own, which then needs nothing expected."
        ),
    ),
    BuiltIn(
        key="tool_call_match",
        name="Tool-Call Match",
        category=Category.STRUCTURE,
        needs=(Need.EXPECTED,),
        uses=(Need.TOOLS,),
        description=(
            "The share of tool calls with the expected name and arguments, calls too many counted against it. Reads "
            "calls from the trace, from tool_calls, or from an output that is calls; the order may be made to count."
        ),
    ),
)
_OPERATIONS = (
    BuiltIn(
        key="length",
        name="Length",
        category=Category.OPERATIONS,
        direction=Direction.LOWER,
        has_end=False,
        unit="characters",
        parameters={"unit": "characters"},
        description=(
            "How many characters the output has. It has no end, so it enters no overall score, and passes or fails "
            "only by a threshold that you set."
        ),
    ),
    BuiltIn(
        key="word_count",
        name="Word Count",
        category=Category.OPERATIONS,
        direction=Direction.LOWER,
        has_end=False,
        unit="words",
        scorer="length",
        parameters={"unit": "words"},
        description=(
            "How many words the output has; of Chinese and Japanese each character counts as one. It has no end, so it "
            "enters no overall score."
        ),
    ),
    BuiltIn(
        key="latency",
        name="Latency",
        category=Category.OPERATIONS,
        direction=Direction.LOWER,
        has_end=False,
        unit="ms",
        needs=(Need.LATENCY,),
        description=(
            "Milliseconds until the whole answer was there, measured when EvalHub asks the target. It has no end, so "
            "it enters no overall score."
        ),
    ),
    BuiltIn(
        key="cost",
        name="Cost",
        category=Category.OPERATIONS,
        direction=Direction.LOWER,
        has_end=False,
        unit="$",
        needs=(Need.COST,),
        description=(
            "Dollars for an answer's tokens at the prices of the target's connection, without what judges cost. It has "
            "no end, so it enters no overall score."
        ),
    ),
)
_DATA_QUALITY = (
    BuiltIn(
        key="completeness",
        name="Completeness",
        category=Category.DATA_QUALITY,
        value_type=ValueType.BOOLEAN,
        description=(
            "Yes when a field of the item is there and not blank: the output, unless the parameter names another part "
            "of the item or a key of its metadata."
        ),
    ),
)
FURTHER = (*_TEXT, *_STRUCTURE, *_OPERATIONS, *_DATA_QUALITY)
