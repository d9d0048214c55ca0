"""Making and changing metrics of one's own in the browser: judges, heuristics, composites."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from evalhub.accounts.models import Project, Team, User
from metrics.choices import Need, ValueType
from metrics.models import Metric, MetricRevision
from metrics.registry import scorer_for
from metrics.scoring import ScoringInput
from tests.conftest import _ClientOf as ClientOf
from tests.factories import builtin, make_metric
from tests.runs.metrics.forms import judge_fields, rows_of


def create(team: Team) -> str:
    return reverse("runs:metric_create", args=[team.slug])


def made(alice: User, team: Team, body: dict[str, Any]) -> MetricRevision:
    response = ClientOf(alice).post(create(team), body)
    assert response.status_code == 302, response.context["form"].errors
    metric = Metric.objects.with_current_revision().filter(team=team).latest("id")
    assert metric.current_revision
    metric.current_revision.metric = metric
    return metric.current_revision


def copied(key: str, **fields: Any) -> dict[str, Any]:
    """The form of a metric made from a built-in."""
    metric = builtin(key).metric
    return {"copy": metric.pk, "name": "Ours", "category": "other", "direction": "higher", **fields}


def test_the_page_offers_kinds_and_built_ins_to_begin_from(team: Team, alice: User) -> None:
    page = ClientOf(alice).get(create(team)).content.decode()
    assert "A judge of your own" in page
    assert f"?copy={builtin('regex_match').metric.pk}" in page


@pytest.mark.parametrize("key", ["coherence", "json_schema", "contains"])
def test_the_form_is_filled_from_the_one_it_is_made_of(team: Team, alice: User, key: str) -> None:
    page = ClientOf(alice).get(create(team), {"copy": builtin(key).metric.pk})
    assert page.status_code == 200
    assert page.context["form"]["name"].value() == f"{builtin(key).metric.name}, ours"


def test_a_judge_is_made_with_its_examples(team: Team, alice: User) -> None:
    example = {"output": "Whatever.", "score": "0.2", "explanation": "Rude."}
    revision = made(alice, team, judge_fields(model="judge-1", parameters='{"top_p": 0.5}', examples=[example]))
    assert revision.metric.key == "politeness"
    assert revision.definition["prompt"] == "Is this polite?\n{{output}}"
    assert (revision.definition["model"], revision.definition["parameters"]) == ("judge-1", {"top_p": 0.5})
    assert revision.definition["examples"] == [example]
    assert revision.created_by == alice


@pytest.mark.parametrize(
    ("fields", "low", "high", "labels"),
    [
        ({"value_type": "boolean"}, 0, 1, []),
        ({"value_type": "percentage"}, 0, 100, []),
        ({"range_min": "1", "range_max": "5"}, 1, 5, []),
        ({"value_type": "category", "labels": "rude\n\n polite ", "allowed": "polite"}, None, None, ["rude", "polite"]),
    ],
)
def test_the_scale_follows_from_what_the_judge_answers_with(
    team: Team, alice: User, fields: dict[str, Any], low: float | None, high: float | None, labels: list[str]
) -> None:
    revision = made(alice, team, judge_fields(**fields))
    assert (revision.range_min, revision.range_max, revision.labels) == (low, high, labels)
    assert revision.allowed == labels[1:]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"prompt": "Polite?\n{{ouput}}"}, "prompt", "Line 2: the placeholder"),
        ({"prompt": "Polite? {{output.__class__}}"}, "prompt", "is unknown"),
        ({"prompt": "Polite?"}, "prompt", "shows the judge nothing"),
        ({"name": " "}, "name", "required"),
        ({"key": "contains all"}, "key", "letters, digits"),
        ({"range_min": "5"}, "range_max", "is empty"),
        ({"range_min": ""}, "range_min", "both ends"),
        ({"value_type": "category", "labels": "one"}, "labels", "two labels or more"),
        ({"value_type": "category", "labels": "a\nb", "allowed": "c"}, "allowed", "is no label"),
        ({"parameters": "{"}, "parameters", "no valid JSON"),
        ({"parameters": '{"stream": true}'}, "parameters", "EvalHub sets stream itself"),
        ({"examples": [{"output": "x", "score": "7"}]}, "examples", "off the scale"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    team: Team, alice: User, changes: dict[str, Any], field: str, sentence: str
) -> None:
    page = ClientOf(alice).post(create(team), judge_fields(**changes))
    form = page.context["form"]
    assert sentence in str(form.errors[field])
    assert form["description"].value() == "Whether it is polite."
    assert not Metric.objects.filter(team=team).exists()


def test_a_key_in_use_is_said_at_the_key(team: Team, project: Project, alice: User) -> None:
    make_metric(key="manners", project=project)
    page = ClientOf(alice).post(create(team), judge_fields(key="manners"))
    assert "choose another" in str(page.context["form"].errors["key"])


def test_adding_an_example_saves_nothing_and_keeps_the_form(team: Team, alice: User) -> None:
    page = ClientOf(alice).post(create(team), judge_fields(name="", add_row="1", examples=[{"output": "Kept"}]))
    assert [row["output"].value() for row in page.context["form"].rows] == ["Kept", None]
    assert not Metric.objects.filter(team=team).exists()


def test_a_regular_expression_of_ones_own_needs_nothing_expected(team: Team, alice: User) -> None:
    revision = made(alice, team, copied("regex_match", parameter_pattern=r"^\d+$"))
    assert revision.needs == []
    assert scorer_for(revision).score(ScoringInput(input="", output="42")).value == 1
    assert scorer_for(revision).score(ScoringInput(input="", output="forty")).value == 0


def test_a_json_schema_of_ones_own_is_kept(team: Team, alice: User) -> None:
    revision = made(alice, team, copied("json_schema", parameter_schema='{"type": "array"}'))
    assert revision.definition["parameters"]["schema"] == {"type": "array"}
    assert Need.EXPECTED not in revision.needs
    assert revision.value_type == ValueType.BOOLEAN


@pytest.mark.parametrize(
    ("key", "field", "value", "sentence"),
    [
        ("regex_match", "pattern", "(?=a)", "RE2 has no backreferences"),
        ("json_schema", "schema", '{"type": "nonsense"}', "cannot be used"),
        ("numeric_closeness", "absolute_tolerance", "-1", "greater than or equal to 0"),
        ("length", "unit", "lines", "valid choice"),
    ],
)
def test_a_bad_parameter_is_said_at_its_field(
    team: Team, alice: User, key: str, field: str, value: str, sentence: str
) -> None:
    page = ClientOf(alice).post(create(team), copied(key, **{f"parameter_{field}": value}))
    assert sentence in str(page.context["form"].errors[f"parameter_{field}"])


def test_a_composite_is_made_of_parts_with_weights(team: Team, alice: User) -> None:
    parts = [{"key": "contains", "weight": "2"}, {"key": "equals", "weight": "1", "threshold": "1"}, {"weight": "1"}]
    body = {"kind": "composite", "name": "Both", "category": "other", "rule": "weighted", **rows_of("part", parts)}
    assert made(alice, team, body).definition["parts"] == [
        {"key": "contains", "weight": 2.0},
        {"key": "equals", "weight": 1.0, "threshold": 1.0},
    ]


def test_a_composite_of_one_part_is_refused(team: Team, alice: User) -> None:
    parts = rows_of("part", [{"key": "contains", "weight": "1"}])
    body = {"kind": "composite", "name": "One", "category": "other", "rule": "all_of", **parts}
    assert "2 to 50 parts" in ClientOf(alice).post(create(team), body).content.decode()


def test_editing_makes_a_revision_only_where_the_definition_changed(team: Team, alice: User) -> None:
    metric = made(alice, team, judge_fields()).metric
    edit = reverse("runs:metric_edit", args=[team.slug, metric.pk])
    ClientOf(alice).post(edit, judge_fields(name="Manners", based_on="1"))
    assert metric.revisions.count() == 1
    ClientOf(alice).post(edit, judge_fields(name="Manners", prompt="Kind? {{output}}", note="Kinder.", based_on="1"))
    metric.refresh_from_db()
    assert (metric.name, metric.revisions.count()) == ("Manners", 2)
    assert metric.current_revision
    assert metric.current_revision.note == "Kinder."


def test_a_stored_example_is_taken_out(team: Team, alice: User) -> None:
    example = {"output": "Whatever.", "score": "0.2"}
    metric = made(alice, team, judge_fields(examples=[example, example | {"output": "Fine."}])).metric
    rows = [example | {"DELETE": "on"}, example | {"output": "Fine."}]
    edit = reverse("runs:metric_edit", args=[team.slug, metric.pk])
    ClientOf(alice).post(edit, judge_fields(examples=rows, stored=2, based_on="1"))
    metric.refresh_from_db()
    assert metric.current_revision
    assert [one["output"] for one in metric.current_revision.definition["examples"]] == ["Fine."]


def test_the_definition_of_a_copy_stays_what_it_was(team: Team, alice: User) -> None:
    metric = builtin("coherence").metric
    form = ClientOf(alice).get(create(team), {"copy": metric.pk}).context["form"]
    names = ("prompt", "value_type", "range_min", "range_max", "direction", "category")
    body = {name: form[name].value() for name in names}
    revision = made(alice, team, {"copy": metric.pk, "name": "Ours", **body, **rows_of("example", [])})
    kept = json.dumps(revision.definition["prompt"])
    assert kept == json.dumps(builtin("coherence").definition["prompt"])
