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
from metrics.registry import MAKERS, judge_for, scorer_for
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
