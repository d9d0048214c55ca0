"""Templates with placeholders: what is taken for one, what it becomes, and what is said of a wrong one."""

from __future__ import annotations

from typing import Any

import pytest

from metrics.placeholders import JsonText, PlaceholderUnknown, ValueMissing, fill_json, parse, parse_json

KNOWN = ("input", "context", "metadata")
VALUES: dict[str, Any] = {
    "input": {"question": "Why?", "turns": [{"text": "Hi"}, {"text": "Ho"}], "depth": 3, "note": None},
    "context": ["First passage.", "Second passage."],
    "metadata": {"language": "de", "a.b": "dotted", "two words": "spaced", "is_new": True},
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("Hello.", "Hello."),
        ("", ""),
        ("{{ input.question }}", "Why?"),
        ("{{input.question}}", "Why?"),
        ("Q: {{ input.question }} ({{ metadata.language }})", "Q: Why? (de)"),
        ("{{ input.turns.1.text }}", "Ho"),
        ("{{ context }}", "First passage.\n\nSecond passage."),
        ("{{ context.0 }}", "First passage."),
        ("{{ metadata.a.b }}", "dotted"),
        ("{{ metadata.two words }}", "spaced"),
        ("{{ metadata.is_new }} {{ input.depth }}", "true 3"),
        ("{{ input.turns }}", '[{"text": "Hi"}, {"text": "Ho"}]'),
        (r"\{{ input }} is written so", "{{ input }} is written so"),
        ('{"a":{"b":{{ input.depth }}}}', '{"a":{"b":3}}'),
        ("{ input }", "{ input }"),
    ],
)
def test_a_text_is_filled_with_its_values(template: str, text: str) -> None:
    assert parse(template, known=KNOWN).fill(VALUES) == text


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{{ imput }}", "Placeholder {{ imput }} is unknown; did you mean {{ input }}?"),
        (
            "{{ metadta.language }}",
            "Placeholder {{ metadta.language }} is unknown; did you mean {{ metadata.language }}?",
        ),
        (
            "{{ expected }}",
            "Placeholder {{ expected }} is unknown; there are {{ input }}, {{ context }}, {{ metadata }}.",
        ),
        ("{{ input.__class__ }}{{ x|safe }}", "Placeholder {{ x|safe }} is unknown"),
        ("{{ 1 + 1 }}", "Placeholder {{ 1 + 1 }} is unknown"),
        ("{{ input. }}", "Placeholder {{ input. }} is unknown"),
        ("{{ }}", "Placeholder {{  }} is unknown"),
    ],
)
def test_an_unknown_placeholder_is_told_with_what_was_meant(template: str, sentence: str) -> None:
    with pytest.raises(PlaceholderUnknown) as caught:
        parse(template, known=KNOWN)
    assert str(caught.value).startswith(sentence)


def test_a_plain_text_has_no_parts() -> None:
    with pytest.raises(PlaceholderUnknown, match="which is a plain text"):
        parse("{{ output.text }}", known=("output",), without_parts=("output",))


@pytest.mark.parametrize(
    "name", ["metadata.missing", "input.turns.2", "input.question.upper", "input.note", "metadata.__class__"]
)
def test_a_value_that_the_item_lacks_is_named(name: str) -> None:
    with pytest.raises(ValueMissing) as caught:
        parse(f"{{{{ {name} }}}}", known=KNOWN).fill(VALUES)
    assert caught.value.name == name


def test_what_is_filled_in_is_never_read_again() -> None:
    values = {"input": "{{ context }}", "context": "secret"}
    assert parse("{{ input }}", known=KNOWN).fill(values) == "{{ context }}"


def test_a_template_names_its_placeholders_once_each() -> None:
    template = parse("{{ input }} {{ metadata.a }} {{ input }}", known=KNOWN)
    assert template.names == ("input", "metadata.a")


def test_a_text_of_a_json_body_that_is_one_placeholder_keeps_the_type() -> None:
    body = {
        "question": "{{ input.question }}",
        "depth": "{{ input.depth }}",
        "passages": "{{ context }}",
        "note": "{{ input.note }}",
        "text": "depth {{ input.depth }}",
        "lang-{{ metadata.language }}": [True, None, 1.5, "{{ metadata.is_new }}"],
    }
    assert fill_json(parse_json(body, known=KNOWN), VALUES) == {
        "question": "Why?",
        "depth": 3,
        "passages": ["First passage.", "Second passage."],
        "note": None,
        "text": "depth 3",
        "lang-de": [True, None, 1.5, True],
    }


def test_a_text_cannot_break_out_of_a_json_body() -> None:
    body = parse_json({"question": "{{ input }}", "quoted": 'He said "{{ input }}".'}, known=KNOWN)
    hostile = '", "admin": true, "x": "'
    assert fill_json(body, {"input": hostile}) == {"question": hostile, "quoted": f'He said "{hostile}".'}


def test_a_text_that_holds_json_stands_as_it_was_written_and_gives_its_parts() -> None:
    values = {"input": JsonText('{"n":1,  "t":"x"}', {"n": 1, "t": "x"})}
    body = {"whole": "{{ input }}", "part": "{{ input.n }}"}
    assert parse("{{ input }} / {{ input.t }}", known=KNOWN).fill(values) == '{"n":1,  "t":"x"} / x'
    assert fill_json(parse_json(body, known=KNOWN), values) == {"whole": {"n": 1, "t": "x"}, "part": 1}
