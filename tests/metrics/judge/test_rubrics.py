"""The rubrics of the built-in judges, and what exactly a judge gets to read: `prompts/<key>.txt` is the whole request.

After a change of a rubric, `EVALHUB_REWRITE_PROMPTS=1 pytest` on this file writes them again; read the difference.
"""

from __future__ import annotations

import json
import os
import re
from itertools import takewhile
from pathlib import Path

import pytest

from evalhub.connections.chat import ChatRequest
from evalhub.core.loops import run_apart
from metrics.built_in import BuiltIn
from metrics.catalogue import BUILT_INS
from metrics.choices import MetricKind, ValueType
from metrics.judge.prompt import rubric
from metrics.judge.recipe import NEEDS, Recipe, built_in_definition, read_recipe
from metrics.judge.scorer import ModelJudge
from metrics.scoring import ScoringInput
from tests.fakes import FakeChat

JUDGES = [built_in for built_in in BUILT_INS if built_in.kind == MetricKind.JUDGE]
# At about 4 characters to a token: 1,400 tokens that are the same for every item, so that endpoints can keep them.
LONGEST_FIXED_PART = 5_600
ITEM = ScoringInput(
    input="When does the museum open on Sunday, and what does a ticket cost?\nAnswer in one sentence.",
    output="It opens at 10:00 on Sundays and a ticket costs 12 francs.",
    expected=["On Sunday at 10; 14 francs", "10:00, CHF 14"],
    context=[
        "Opening hours: Tuesday to Saturday 9 to 17, Sunday 10 to 16.",
        {"text": "Admission: adults CHF 14, children free.", "source": "prices.html"},
    ],
    metadata={
        "conversation_before": [
            {"role": "user", "content": "I am in Bern this weekend."},
            {"role": "assistant", "content": "How can I help?"},
        ],
        "tools": [
            {"name": "opening_hours", "parameters": {"type": "object", "properties": {"day": {"type": "string"}}}}
        ],
    },
    trace=[
        {"role": "user", "content": "When does the museum open on Sunday, and what does a ticket cost?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "function": {"name": "opening_hours", "arguments": '{"day": "Sunday"}'}}],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "10:00 to 16:00"},
        {"role": "assistant", "content": "It opens at 10:00 on Sundays and a ticket costs 12 francs."},
    ],
)

of_each_judge = pytest.mark.parametrize("built_in", JUDGES, ids=lambda built_in: built_in.key)


def recipe_of(built_in: BuiltIn) -> Recipe:
    return read_recipe(built_in_definition(built_in.key, built_in.values), built_in.values)


def request_for(built_in: BuiltIn, item: ScoringInput) -> ChatRequest:
    score = f'"{built_in.labels[0]}"' if built_in.labels else "1"
    chat = FakeChat([f'{{"explanation": "Fine.", "score": {score}}}'])
    run_apart(ModelJudge(recipe_of(built_in), model="judge-1").judge(item, chat))
    return chat.asked[0]


@of_each_judge
def test_the_whole_request_is_the_one_that_was_read_and_agreed(built_in: BuiltIn) -> None:
    request = request_for(built_in, ITEM)
    settings = {"model": request.model, "parameters": dict(request.parameters), "schema": request.schema}
    parts = [f"--- {message['role']} ---\n{message['content']}" for message in request.messages]
    text = "\n\n".join([*parts, f"--- settings ---\n{json.dumps(settings, indent=1)}\n"])
    agreed = Path(__file__).parent / "prompts" / f"{built_in.key}.txt"
    if os.environ.get("EVALHUB_REWRITE_PROMPTS"):
        agreed.write_text(text, encoding="utf-8")
    assert text == agreed.read_text(encoding="utf-8")


def anchors_of(built_in: BuiltIn) -> list[str]:
    if built_in.value_type == ValueType.BOOLEAN:
        return ["true", "false"]
    return list(built_in.labels) or ["1", "0.75", "0.5", "0.25", "0"]


@of_each_judge
def test_a_rubric_has_steps_anchors_what_does_not_count_and_special_cases(built_in: BuiltIn) -> None:
    text = rubric(built_in.key)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == [
        "Steps",
        "Scale",
        "Does not count",
        "Special cases",
        "Material",
    ]
    scale = text.split("## Scale\n")[1].split("\n## ")[0]
    assert re.findall(r"^- ([\w.]+): \S", scale, re.MULTILINE) == anchors_of(built_in)
    assert len(re.findall(r"^\d\. ", text, re.MULTILINE)) >= 3


@of_each_judge
def test_a_rubric_shows_what_the_catalogue_says_that_it_needs_and_uses(built_in: BuiltIn) -> None:
    recipe = recipe_of(built_in)
    optional = {NEEDS[one.part] for one in recipe.template.placeholders if one.is_optional and one.part in NEEDS}
    assert set(recipe.needs) == {str(need) for need in built_in.needs}
    assert optional == {str(need) for need in built_in.uses}


@of_each_judge
def test_a_rubric_speaks_of_no_part_that_it_does_not_show(built_in: BuiltIn) -> None:
    shown = {one.part.upper() for one in recipe_of(built_in).template.placeholders}
    named = set(re.findall(r"\b(INPUT|OUTPUT|EXPECTED|CONTEXT|CONVERSATION|TOOL_CALLS|TOOLS)\b", rubric(built_in.key)))
    assert named == shown


@of_each_judge
def test_the_part_that_is_the_same_for_every_item_comes_first_and_is_short(built_in: BuiltIn) -> None:
    one, other = (
        "".join(str(message["content"]) for message in request_for(built_in, item).messages)
        for item in (ITEM, ScoringInput(input="a", output="b", context=["c"], expected="d"))
    )
    fixed = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    assert fixed >= len(rubric(built_in.key).split("## Material")[0])
    assert fixed <= LONGEST_FIXED_PART


def test_what_a_judge_reads_of_an_item_is_told_to_who_loads_it() -> None:
    reads = {key: recipe_of(built_in) for built_in in JUDGES if (key := built_in.key)}
    assert {key for key, recipe in reads.items() if recipe.reads_context} == {
        *("response_completeness", "hallucination", "factual_accuracy"),
        *("context_precision", "context_recall", "retrieval", "prompt_injection"),
        *("context_adherence", "context_relevance", "context_completeness"),
    }
    assert {key for key, recipe in reads.items() if recipe.reads_trace} == {
        *("answer_relevance", "response_completeness", "task_adherence", "hallucination", "factual_accuracy"),
        *("context_precision", "context_recall", "retrieval", "intent_resolution", "tool_call_accuracy"),
        *("correctness", "instruction_following", "prompt_injection", "context_relevance"),
        *("tool_selection", "action_completion", "action_advancement"),
    }
