"""Which definitions become a scorer, and how the others are refused."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import Project
from evalhub.core.errors import Invalid
from metrics.catalogue import BUILT_INS
from metrics.choices import RUNNABLE_KINDS, MetricKind
from metrics.heuristics.contains import Contains
from metrics.imported import Imported
from metrics.models import Metric
from metrics.registry import MAKERS, judge_for, recipe_of, scorer_for
from tests.factories import builtin, make_metric

pytestmark = pytest.mark.django_db


def test_every_runnable_metric_of_the_catalogue_has_a_scorer_or_a_judge() -> None:
    metrics = list(Metric.objects.filter(team=None).runnable())
    assert {metric.key for metric in metrics} == {built_in.key for built_in in BUILT_INS}
    for metric in metrics:
        assert metric.current_revision
        if metric.kind == MetricKind.JUDGE:
            assert hasattr(judge_for(metric.current_revision, model="any", parameters={}), "judge")
        else:
            assert hasattr(scorer_for(metric.current_revision), "score")


def test_the_runnable_kinds_are_those_of_the_table() -> None:
    assert {*MAKERS, MetricKind.COMPOSITE, MetricKind.JUDGE} == RUNNABLE_KINDS


def test_a_heuristic_is_made_by_its_name() -> None:
    assert scorer_for(builtin("contains")) == Contains()


def test_an_imported_metric_knows_its_source_and_range(project: Project) -> None:
    revision = make_metric(
        key="stars",
        project=project,
        kind=MetricKind.IMPORTED,
        definition={"source": "rating"},
        range_min=1.0,
        range_max=5.0,
    )
    assert scorer_for(revision) == Imported(source="rating", minimum=1.0, maximum=5.0)


def test_a_judge_is_refused_and_named() -> None:
    with pytest.raises(Invalid, match='"coherence" is of the kind judge') as caught:
        scorer_for(builtin("coherence"))
    assert caught.value.code == "metric_not_runnable"


def test_an_unknown_scorer_is_refused_with_the_known_ones(project: Project) -> None:
    revision = make_metric(key="mine", project=project, scorer="no_such")
    with pytest.raises(Invalid, match='"no_such"; there are contains, equals'):
        scorer_for(revision)


def test_an_imported_metric_without_a_source_is_refused(project: Project) -> None:
    revision = make_metric(key="mine", project=project, kind=MetricKind.IMPORTED, definition={"scorer": "x"})
    with pytest.raises(Invalid, match="source"):
        scorer_for(revision)


def test_every_judge_of_the_catalogue_is_made_with_its_model_and_parameters() -> None:
    judges = Metric.objects.filter(team=None, kind=MetricKind.JUDGE).with_current_revision()
    assert judges.count() == 13 + 12
    for metric in judges:
        assert metric.current_revision
        judge = judge_for(metric.current_revision, model="judge-1", parameters={"seed": 7})
        assert (judge.model, judge.parameters) == ("judge-1", {"seed": 7})


def test_a_definition_may_name_a_model_and_parameters_of_its_own(project: Project) -> None:
    revision = make_metric(
        key="polite",
        project=project,
        kind=MetricKind.JUDGE,
        definition={"prompt": "{{output}}", "model": "own-1", "parameters": {"seed": 1, "top_p": 0.5}},
        range_min=1.0,
        range_max=5.0,
    )
    judge = judge_for(revision, model="", parameters={"seed": 2})
    assert (judge.model, judge.parameters) == ("own-1", {"seed": 2, "top_p": 0.5})
    assert judge.recipe.scale.in_words == "a number from 1 to 5"
    assert judge_for(revision, model="judge-1", parameters={}).model == "judge-1"


def test_a_judge_without_a_model_is_refused() -> None:
    with pytest.raises(Invalid, match='could judge "fluency"') as caught:
        judge_for(builtin("fluency"), model="", parameters={})
    assert caught.value.code == "judge_model_missing"


def test_what_is_no_judge_is_not_asked_as_one() -> None:
    with pytest.raises(Invalid, match='"contains" is of the kind heuristic'):
        recipe_of(builtin("contains"))
