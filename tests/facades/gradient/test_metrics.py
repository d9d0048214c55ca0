"""The list of metrics, as the client reads it."""

from __future__ import annotations

from gradient import Gradient

from evalhub.accounts.models import Project
from evalhub.facades.gradient.translate.words import VENDOR_METRICS
from metrics.catalogue import HOSTED_KEYS
from metrics.choices import Direction, ValueType
from metrics.models import Metric
from runs.models import Run, RunMetric, Score
from tests.facades.gradient.conftest import ClientOf
from tests.facades.gradient.steps import finished_run, run_of
from tests.factories import make_metric


def test_the_metrics_that_hosted_services_have_are_listed_with_range_and_rank(bobs: Gradient) -> None:
    listed = bobs.agents.evaluation_metrics.list().metrics or []
    hosted = listed[:17]
    assert {metric.metric_name for metric in hosted} == HOSTED_KEYS
    assert [metric.metric_rank for metric in listed] == list(range(1, len(listed) + 1))
    assert {metric.metric_value_type for metric in hosted} == {"METRIC_VALUE_TYPE_NUMBER"}
    assert {(metric.range_min, metric.range_max, metric.inverted) for metric in hosted} == {(0, 1, False)}
    assert all(metric.description and metric.is_metric_goal is False for metric in listed)


def test_behind_them_come_those_of_this_vendor_that_are_there(bobs: Gradient) -> None:
    listed = bobs.agents.evaluation_metrics.list().metrics or []
    stored = Metric.objects.filter(team=None, key__in=VENDOR_METRICS)
    assert [metric.metric_name for metric in listed[17:]] == [metric.key for metric in stored.order_by("pk")]


def test_categories_are_told_in_words(bobs: Gradient) -> None:
    uuid = finished_run(bobs, "equals")
    stored = Run.objects.get(uuid=uuid)
    RunMetric.objects.filter(run=stored).update(value_type=ValueType.CATEGORY)
    Score.objects.filter(run=stored, passed=True).update(label="joy")
    Score.objects.filter(run=stored, passed=False).update(label="fear")
    [result] = run_of(bobs, uuid).run_level_metric_results or []
    assert (result.metric_value_type, result.string_value) == ("METRIC_VALUE_TYPE_STRING", "joy")
    prompts = bobs.agents.evaluation_runs.list_results(uuid).prompts or []
    said = [one.string_value for prompt in prompts for one in prompt.prompt_level_metric_results or []]
    assert said == ["joy"] * 4 + ["fear"] * 2


def test_metrics_are_sorted_into_the_vendors_types_and_categories(bobs: Gradient) -> None:
    listed = {metric.metric_name: metric for metric in bobs.agents.evaluation_metrics.list().metrics or []}
    beyond = {name for name in HOSTED_KEYS if listed[name].metric_type == "METRIC_TYPE_RAG_AND_TOOL"}
    assert beyond == {"context_precision", "context_recall", "retrieval", "tool_call_accuracy"}
    assert listed["moderation"].category == "METRIC_CATEGORY_SAFETY_AND_SECURITY"
    assert listed["equals"].category == "METRIC_CATEGORY_CORRECTNESS"
    assert listed["retrieval"].category == "METRIC_CATEGORY_CONTEXT_QUALITY"
    assert "METRIC_CATEGORY_UNSPECIFIED" not in {metric.category for metric in listed.values()}


def test_the_teams_own_metrics_follow_with_their_own_range_and_direction(
    alices: Gradient, charlies: Gradient, project: Project
) -> None:
    make_metric(
        key="words", scorer="length", project=project, direction=Direction.LOWER, range_min=0.0, range_max=500.0
    )
    own = (alices.agents.evaluation_metrics.list().metrics or [])[-1]
    assert (own.metric_name, own.range_max, own.inverted) == ("words", 500, True)
    assert "words" not in {metric.metric_name for metric in charlies.agents.evaluation_metrics.list().metrics or []}


def test_ids_of_metrics_stay_and_are_the_same_for_everybody(
    alices: Gradient, charlies: Gradient, gradient_of: ClientOf
) -> None:
    def ids(client: Gradient) -> list[str | None]:
        return [metric.metric_uuid for metric in client.agents.evaluation_metrics.list().metrics or []]

    assert ids(alices) == ids(charlies) == ids(alices)
