"""Prompt templates: which placeholders there are, and how a mistake in one is told."""

from __future__ import annotations

import pytest

from metrics.judge.template import Placeholder, TemplateInvalid, parse_template


def test_a_template_is_text_with_placeholders() -> None:
    template = parse_template('Q: {{input}} {"a": {"b": 1}} {{ context? }} {single} {{metadata.user level.x}}')
    assert template.segments == (
        "Q: ",
        Placeholder("input"),
        ' {"a": {"b": 1}} ',
        Placeholder("context", is_optional=True),
        " {single} ",
        Placeholder("metadata.user level.x"),
    )
    assert template.required == {"input", "metadata.user level.x"}


def test_a_part_that_is_needed_once_is_required() -> None:
    assert parse_template("{{context?}} {{context}}").required == {"context"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ouput}}", 'Line 1: the placeholder "{{ouput}}" is unknown; did you mean {{output}}?'),
        ("Look:\n\n{{Input}}", 'Line 3: the placeholder "{{Input}}" is unknown; did you mean {{input}}?'),
        ("{{contexts}}", "did you mean {{context}}?"),
        ("{{reference}}", "there are {{input}}, {{output}}, {{expected}}, {{context}}"),
        ("{{}}", '"{{}}" names nothing'),
        ("{{?}}", '"{{}}" names nothing'),
        ("{{metadata}}", "{{metadata.key}}"),
        ("{{metadata.}}", "{{metadata.key}}"),
        ("{{metadata..a}}", "{{metadata.key}}"),
        ("{{meta.a}}", "{{metadata.key}}"),
        ("{{output.__class__}}", "unknown"),
        ("{{output[0]}}", "unknown"),
        ("{{output|upper}}", "unknown"),
        ("{{ 7 * 7 }}", "unknown"),
        ("{{output}} and\n{{input", 'Line 2: "{{input" is not closed'),
        ("{{output} and {{input}}", "unknown"),
        ("Rate it from 1 to 5.", "write {{output}} where the answer goes"),
        ("{output}", "write {{output}} where the answer goes"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_what_to_write(text: str, said: str) -> None:
    with pytest.raises(TemplateInvalid) as caught:
        parse_template(text)
    assert said in str(caught.value)
