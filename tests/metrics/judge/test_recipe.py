"""From a definition to a recipe: what is refused, and how."""

from __future__ import annotations

import re
from typing import Any

import pytest

from metrics.judge.prompt import system_message
from metrics.judge.recipe import RecipeInvalid, ValueRange, built_in_definition, read_recipe
from metrics.judge.verdict import VerdictScale
from metrics.scoring import ScoringInput

PROMPT = "Is {{output}} polite?"


@pytest.mark.parametrize(
    ("definition", "values", "field", "said"),
    [
        ({}, ValueRange(), "prompt", "needs a prompt"),
        ({"prompt": " \n"}, ValueRange(), "prompt", "needs a prompt"),
        ({"prompt": 3}, ValueRange(), "prompt", "needs a prompt"),
        ({"prompt": "{{answer}}"}, ValueRange(), "prompt", '"{{answer}}" is unknown'),
        ({"prompt": PROMPT, "scale": {"minimum": 5, "maximum": 1}}, ValueRange(), "scale", "lower end first"),
        ({"prompt": PROMPT, "scale": {"minimum": 1}}, ValueRange(), "scale", "lower end first"),
        ({"prompt": PROMPT, "scale": {"minimum": False, "maximum": True}}, ValueRange(), "scale", "lower end first"),
        ({"prompt": PROMPT, "scale": {"minimum": 0, "maximum": float("nan")}}, ValueRange(), "scale", "lower end"),
        ({"prompt": PROMPT, "scale": [1, 5]}, ValueRange(), "scale", "lower end first"),
        ({"prompt": PROMPT}, ValueRange("category"), "labels", "two labels"),
        ({"prompt": PROMPT}, ValueRange("category", labels=("rude", "Rude ")), "labels", "differ"),
        ({"prompt": PROMPT}, ValueRange("category", labels=("rude", " ")), "labels", "two labels"),
    ],
)
def test_a_definition_that_no_judge_can_follow_is_refused_at_its_field(
    definition: dict[str, Any], values: ValueRange, field: str, said: str
) -> None:
    with pytest.raises(RecipeInvalid, match=re.escape(said)) as caught:
        read_recipe(definition, values)
    assert caught.value.field == field


def test_the_needs_are_the_parts_that_the_prompt_cannot_do_without() -> None:
    prompt = "{{output}} {{context}} {{expected?}} {{tool_calls}} {{metadata.tone}} {{conversation}}"
    assert read_recipe({"prompt": prompt}, ValueRange()).needs == ("context", "tools")


def test_a_definition_keeps_what_the_judge_was_told_when_it_was_made() -> None:
    definition = built_in_definition("fluency")
    assert definition["system"] == system_message(VerdictScale())
    kept = read_recipe(definition | {"system": "As it once was."}, ValueRange())
    messages = kept.messages(ScoringInput(input="a", output="b"))
    assert isinstance(messages, list)
    assert messages[0]["content"] == "As it once was."


@pytest.mark.parametrize(
    ("prompt", "filled"),
    [
        ("Look at {{output}}", "Look at \n[OUTPUT]"),
        ("Look at {{output}}: is it fine?", "Look at \n[OUTPUT]\n: is it fine?"),
        ("{{output}}{{expected}}", "[OUTPUT]\n[EXPECTED]"),
        ("{{output}}\n\n{{output}}", "[OUTPUT]\n\n[OUTPUT]"),
        ("{{output}} {{context?}} end", "[OUTPUT]\nCONTEXT: not given. end"),
    ],
)
def test_a_fence_stands_on_lines_of_its_own_wherever_its_placeholder_stands(prompt: str, filled: str) -> None:
    messages = read_recipe({"prompt": prompt}, ValueRange()).messages(ScoringInput(input="a", output="b", expected="c"))
    assert isinstance(messages, list)
    text = messages[1]["content"]
    mark = text.split("its mark was ")[1][:12]
    for name, value in (("OUTPUT", "b"), ("EXPECTED", "c")):
        text = text.replace(f"=====BEGIN {name} {mark}=====\n{value}\n=====END {name} {mark}=====", f"[{name}]")
    assert text.split("\n\nThe material ends here")[0] == filled
