"""A composite takes a category by whether its label is allowed."""

from __future__ import annotations

import pytest

from evalhub.accounts.models import Project, User
from metrics.choices import MetricKind
from metrics.definitions import MetricDefinition
from metrics.services import MetricDraft, create_metric
from runs.models import Run, Score
from runs.services.runs import MetricChoice, rescore_run
from tests.runs.execution.judged import work

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("rule", "values"),
    [("all_of", [1.0, 1.0, 0.0, 0.0]), ("any_of", [1.0, 1.0, 0.0, 1.0]), ("weighted", [1.0, 1.0, 0.0, 0.5])],
)
def test_a_category_is_weighed_and_decided_by_what_is_allowed(
    project: Project, alice: User, judged_run: Run, rule: str, values: list[float]
) -> None:
    parts = [{"key": "tone"}, {"key": "toxicity"}]
    definition = MetricDefinition(definition={"rule": rule, "parts": parts})
    draft = MetricDraft(name="Kind", kind=MetricKind.COMPOSITE, definition=definition)
    create_metric(team=project.team, draft=draft, by=alice)
    rescore_run(judged_run, metrics=[MetricChoice(key="kind")], by=alice)
    work(judged_run)
    scores = Score.objects.filter(run=judged_run, run_metric__key="kind").order_by("run_item_id")
    assert list(scores.values_list("value", flat=True)) == values
