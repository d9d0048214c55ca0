"""What a heuristic may be told, by a metric's definition and by a project or run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from evalhub.accounts.models import Project, Team, User
from evalhub.core.errors import Invalid
from metrics.choices import MetricKind
from metrics.definitions import MetricDefinition
from metrics.heuristics.numeric_closeness import NumericCloseness
from metrics.heuristics.table import HEURISTICS
from metrics.models import Metric
from metrics.parameters import Kind, Parameter, ParameterError, checked
from metrics.registry import scorer_for
from metrics.services import MetricDraft, create_metric, revise_metric
from tests.factories import builtin, make_metric

KNOWN = (
    Parameter("tolerance", Kind.NUMBER, "How far off."),
    Parameter("order", Kind.CHOICE, "Which order.", choices=("any", "same")),
    Parameter("strict", Kind.FLAG, "Whether strictly."),
    Parameter("field", Kind.TEXT, "Which field."),
    Parameter("schema", Kind.OBJECT, "Which schema.", is_fixed=True),
)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"tolerance": "wide"}, 'The parameter "tolerance" must be a number of 0 or more, not "wide".'),
        ({"tolerance": -1}, "a number of 0 or more, not -1"),
        ({"tolerance": True}, "a number of 0 or more, not True"),
        ({"tolerance": float("nan")}, "a number of 0 or more, not nan"),
        ({"tolerance": 10**400}, "a number of 0 or more"),
        ({"order": "random"}, 'one of any, same, not "random"'),
        ({"order": ["any"]}, "one of any, same"),
        ({"strict": 1}, "true or false, not 1"),
        ({"field": " "}, "a text"),
        ({"field": "x" * 201}, "a text"),
        ({"schema": []}, "a JSON object"),
        ({"tolerence": 1}, 'no parameter "tolerence" among tolerance, order, strict, field, schema; did you mean "tol'),
    ],
)
@pytest.mark.parametrize("place", ["defined", "overrides"])
def test_what_cannot_be_used_is_named(given: dict[str, Any], sentence: str, place: str) -> None:
    parts: dict[str, dict[str, Any]] = {"defined": {}, "overrides": {}}
    with pytest.raises(ParameterError) as caught:
        checked(KNOWN, **{**parts, place: given})
    assert sentence in str(caught.value)


def test_a_run_changes_what_the_definition_says_but_for_what_the_metric_means() -> None:
    defined = {"tolerance": 1, "schema": {"type": "object"}}
    assert checked(KNOWN, defined=defined, overrides={"tolerance": 2}) == {**defined, "tolerance": 2}
    assert checked(KNOWN, defined=defined, overrides={"schema": {"type": "object"}}) == defined
    with pytest.raises(ParameterError, match="belongs to what the metric means"):
        checked(KNOWN, defined=defined, overrides={"schema": {"type": "array"}})


def test_a_heuristic_without_parameters_says_so() -> None:
    with pytest.raises(ParameterError, match="this metric takes none"):
        checked((), defined={"x": 1}, overrides={})


@pytest.mark.parametrize("name", HEURISTICS)
def test_every_heuristic_works_untold_and_knows_each_of_its_parameters(name: str) -> None:
    heuristic = HEURISTICS[name]
    untold = heuristic.make()
    assert callable(untold.score)
    for parameter in heuristic.parameters:
        assert hasattr(untold, parameter.name)
        assert parameter.description
        assert bool(parameter.choices) == (parameter.kind == Kind.CHOICE)
        if parameter.choices:
            assert getattr(untold, parameter.name) in parameter.choices
            assert [heuristic.make(**{parameter.name: choice}) for choice in parameter.choices]


@pytest.mark.django_db
def test_a_scorer_gets_those_of_its_definition_and_then_those_of_the_run(project: Project) -> None:
    definition = {"scorer": "numeric_closeness", "parameters": {"absolute_tolerance": 0.5}}
    revision = make_metric(key="near", project=project, definition=definition)
    assert scorer_for(revision) == NumericCloseness(absolute_tolerance=0.5)
    assert scorer_for(revision, {"relative_tolerance": 0.1}) == NumericCloseness(0.5, 0.1)


@pytest.mark.django_db
def test_a_run_cannot_count_words_under_the_name_of_characters() -> None:
    with pytest.raises(Invalid, match="make a metric of your own") as caught:
        scorer_for(builtin("length"), {"unit": "words"})
    assert caught.value.field == "parameters"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ({"scorer": "bleu", "parameters": {"tokenize": "none"}}, "parameter_invalid"),
        ({"scorer": "contains", "parameters": {"case": False}}, "parameter_invalid"),
        ({"scorer": "json_schema", "parameters": {"schema": {"type": "person"}}}, "parameter_invalid"),
        ({"scorer": "bleu", "parameters": ["char"]}, "parameters_invalid"),
    ],
)
def test_a_metric_with_parameters_that_cannot_be_used_is_neither_made_nor_revised(
    team: Team, alice: User, definition: dict[str, Any], code: str
) -> None:
    good = MetricDefinition(definition={"scorer": "bleu"})
    draft = MetricDraft(name="Mine", kind=MetricKind.HEURISTIC, definition=replace(good, definition=definition))
    with pytest.raises(Invalid) as caught:
        create_metric(team=team, draft=draft, by=alice)
    assert caught.value.code == code
    assert not Metric.objects.filter(team=team).exists()
    metric = create_metric(team=team, draft=replace(draft, definition=good), by=alice)
    with pytest.raises(Invalid):
        revise_metric(metric, definition=draft.definition, by=alice)
    metric.refresh_from_db()
    assert metric.revisions.count() == 1
