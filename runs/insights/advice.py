"""What to look at next, in plain words: by what a metric is about, and by what was found. Hints, never certainty."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.choices import Category
from runs.choices import InsightKind

# For insights that say "this metric is low here": what usually is worth a look first, by the metric's family.
BY_CATEGORY: Mapping[Category, str] = {
    Category.HEURISTIC: (
        "Read a few failing items in the diff view. If the answers are right and only worded otherwise, accept more "
        "texts in the dataset or measure by a judge; if they are wrong, look at what the target was given."
    ),
    Category.STRUCTURE: (
        "Open a failing output as JSON and see where it breaks. Often it is cut off at the token limit, or wrapped in "
        "prose; ask the target for structured output, or give it an example of the form."
    ),
    Category.QUALITY: (
        "Read the judge's explanations of the worst items and see whether they name one thing, such as parts of the "
        "question left out; that thing belongs in the system message. Check a few verdicts yourself first."
    ),
    Category.FACTUAL: (
        "Compare the worst answers with what they should rest on: are the facts missing from the context, or there and "
        "not used? The first is a matter of retrieval or data, the second of the prompt or the model."
    ),
    Category.RAG: (
        "Look at the passages of failing items: is the right one missing, far down, or beside many that do not matter? "
        "Then try other chunking, more or fewer passages, or another ranking, and compare."
    ),
    Category.SPECIALIZED: (
        "Open the trace of a failing item and find the first step that goes wrong: the intent, the tool chosen, or its "
        "arguments. Tool descriptions and examples are what usually changes that."
    ),
    Category.SAFETY: (
        "Read every failing item before anything else: a few false alarms are common, and one real leak matters more "
        "than the mean. Keep the real ones as items of the dataset."
    ),
    Category.OPERATIONS: (
        "See whether a few items are far off or all are a little. A few: look at their inputs and traces. All: look at "
        "the model, the length of the prompt, and what the connection's limits do to waiting."
    ),
    Category.DATA_QUALITY: (
        "Mend the data before reading other metrics: items with missing or repeated fields pull every mean, and no "
        "change of the target will help them."
    ),
    Category.OTHER: (
        "Read the five worst items and write down in a few words why each fails; if the reasons repeat, that is the "
        "thing to change. If they do not, check whether the metric measures what you mean."
    ),
}

# For insights that are not about one metric being low.
BY_KIND: Mapping[InsightKind, str] = {
    InsightKind.FAILURE_GROUP: (
        "Read the example and two more of the group. If they fail for one reason, it may be the cheapest thing to "
        "mend; if they only share words, leave the group alone."
    ),
    InsightKind.PEOPLE_DISAGREE: (
        "Read these items side by side with what people said. If the metric is wrong in one way again and again, "
        "change its rubric or threshold; until then, treat its number with care."
    ),
    InsightKind.FLAKY: (
        "These items cannot show a small difference in one run. Raise the repeats, lower the target's temperature, or "
        "see whether judge or target is the one that wavers: open two repeats of an item and compare the answers."
    ),
    InsightKind.FLIPPING: (
        "A fix on these items may be luck. See whether their scores lie close to the threshold; repeats would tell "
        "chance from change."
    ),
    InsightKind.FAIL_TOGETHER: (
        "One cause may be behind both. Mend the one that comes first in the chain (context before answer) and see "
        "whether the other follows; or, if both measure the same, keep one of them."
    ),
    InsightKind.JUDGES_DISAGREE: (
        "Either they measure different things, or one of them is off. Read ten of these items and note who is right "
        "before you trust either number."
    ),
    InsightKind.LENGTH_BIAS: (
        "This may be a bias of the judge, or longer answers may really differ in quality. Compare answers of like "
        "length, or have people score a few long and short ones, before you call a wordier release better."
    ),
    InsightKind.IMPROVED: (
        "See that nothing else paid for it: the metrics beside it, length, cost and time. Then this run may be the "
        "next baseline."
    ),
}

SLICE_HINT = "Only these items stand out; look at what they have in common that others have not, then: "


def advice_on(kind: InsightKind, category: Category) -> str:
    """A recommendation for an insight; `category` is that of its metric."""
    if kind in BY_KIND:
        return BY_KIND[kind]
    if kind == InsightKind.WEAK_SLICE:
        words = BY_CATEGORY[category]
        return SLICE_HINT + words[0].lower() + words[1:]
    return BY_CATEGORY[category]
