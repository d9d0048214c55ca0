"""`evaluate` and what can be read of its run, by the published client against a real worker."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from valiqor.eval import EvaluationResult, ValiqorEvalClient

from evalhub.accounts.models import Project, User
from runs.models import Dataset, Run
from tests.facades.valiqor.conftest import PROJECT, Valiqor

pytestmark = pytest.mark.usefixtures("working")

ROWS: list[dict[str, Any]] = [
    {"input": "2 + 2?", "output": "The answer is 4", "expected": "4", "metadata": {"level": 1}},
    {"input": "Capital of France?", "output": "Paris", "expected": ["Paris", "paris"], "context": ["One.", "Two."]},
    {"input": "Capital of Italy?", "output": "Milan", "expected": "Rome", "context": "Italy.", "tool_calls": []},
    {"input": "And then?", "output": ""},
]


def test_a_small_dataset_is_answered_with_its_result(client: ValiqorEvalClient) -> None:
    result = client.evaluate(
        dataset=ROWS,
        metrics=["contains", "equals", "contains"],
        run_name="nightly",
        metadata={"model": "m-1", "n": [1]},
    )
    assert (result.status, result.total_items, result.items_evaluated) == ("completed", 4, 3)
    assert result.aggregate_scores == {"contains": pytest.approx(1 / 3), "equals": pytest.approx(1 / 3)}
    assert result.overall_score == pytest.approx(1 / 3)
    assert result.metadata == {"model": "m-1", "n": [1]}
    assert client.get_run(result.run_id).to_dict() == result.to_dict() == client.get_run_result(result.run_id).to_dict()
    assert [(one.key, one.display_name, one.value_type) for one in client.get_run_metrics(result.run_id)] == [
        ("contains", "Contains", "numeric"),
        ("equals", "Equals", "numeric"),
    ]
    assert [project.name for project in client.list_projects()] == [PROJECT]
    assert client.list_projects()[0].id == result.project_id


def test_rows_come_back_with_scores_and_reasons(client: ValiqorEvalClient) -> None:
    run_id = client.evaluate(dataset=ROWS, metrics=["contains", "levenshtein"]).run_id
    page = client.get_run_items(run_id, page=1, page_size=3)
    assert (len(page), page.total, page.page, page.page_size) == (3, 4, 1, 3)
    first, second, third = page
    assert [item.input for item in page] == [row["input"] for row in ROWS[:3]]
    assert (first.run_id, first.output, first.expected, first.context) == (run_id, "The answer is 4", "4", None)
    assert (first.metadata, second.metadata, third.metadata) == ({"level": 1}, {}, {})
    assert (second.expected, second.context, third.context) == (["Paris", "paris"], "One.\n\nTwo.", "Italy.")
    assert second.metric_scores == {"contains": 0.0, "levenshtein": 1.0}
    assert second.overall_score == pytest.approx(0.5)
    assert all(first.explanations.values())
    (last,) = client.get_run_items(run_id, page=2, page_size=3)
    assert (last.overall_score, last.metric_scores) == (None, {})
    assert set(last.explanations) == {"contains", "levenshtein"}
    assert all(reason.startswith("error:") for reason in last.explanations.values())
    assert len({UUID(item.id) for item in [*page, last]}) == 4
    assert client.get_item_detail(run_id, last.id) == last
    assert client.get_run_items(run_id, page=9).items == []


def test_a_run_with_nothing_to_score_fails_and_says_why(client: ValiqorEvalClient) -> None:
    result = client.evaluate(dataset=[{"input": "q", "output": "a"}], metrics=["contains", "equals"])
    assert (result.status, result.overall_score, result.aggregate_scores) == ("failed", None, {})
    assert result.items_evaluated == 0
    status = client.get_job_status(result.run_id)
    assert status.is_failed
    assert "no expected answer" in (status.error or "")
    assert client.get_run_metrics(result.run_id) == []


def test_a_pattern_that_cannot_be_used_costs_only_its_row(client: ValiqorEvalClient) -> None:
    rows = [{"input": "q", "output": "a1", "expected": pattern} for pattern in (r"a\d", "(")]
    result = client.evaluate(dataset=rows, metrics=["regex_match"])
    assert (result.status, result.items_evaluated, result.aggregate_scores) == ("completed", 1, {"regex_match": 1.0})


def test_weights_of_the_project_make_the_overall_score(client: ValiqorEvalClient) -> None:
    client.create_project(PROJECT)
    client.add_project_metric(metric_key="contains", display_name="Contains", default_weight=3.0)
    result = client.evaluate(dataset=ROWS[1:3], metrics=["contains", "levenshtein"])
    scores = result.aggregate_scores
    assert result.overall_score == pytest.approx((3 * scores["contains"] + scores["levenshtein"]) / 4)
    client.add_project_metric(metric_key="contains", display_name="Contains", default_weight=0.0)
    assert client.get_run(result.run_id).overall_score == result.overall_score
    (item, _) = client.get_run_items(result.run_id)
    weighted = (3 * item.metric_scores["contains"] + item.metric_scores["levenshtein"]) / 4
    assert item.overall_score == pytest.approx(weighted)


def test_the_run_is_an_ordinary_run_on_the_pages(client: ValiqorEvalClient, alice: User) -> None:
    client.evaluate(dataset=ROWS, metrics=["contains"], run_name="nightly", metadata={"model": "m-1"})
    run = Run.objects.select_related("target", "dataset").get()
    assert (str(run), str(run.target), str(run.dataset)) == ("nightly", "m-1", "2 + 2? and 3 more")
    browser = Client()
    browser.force_login(alice)
    page = browser.get(f"/runs/{run.pk}/")
    assert page.status_code == 200
    assert "nightly" in page.content.decode()


def test_answers_to_the_same_questions_share_a_dataset(client: ValiqorEvalClient) -> None:
    for output in ("Paris", "Lyon", "Paris"):
        client.evaluate(dataset=[{**ROWS[1], "output": output}], metrics=["equals"])
    (dataset,) = Dataset.objects.all()
    assert dataset.versions.count() == 2
    client.evaluate(dataset=ROWS[:1], metrics=["contains"])
    assert Dataset.objects.count() == 2


def test_a_trace_is_evaluated_as_one_row(client: ValiqorEvalClient, alice: User) -> None:
    trace = {
        "metadata": {"schema_version": "v3.0", "custom_fields": {"expected": "Paris"}},
        "messages": [{"type": "ai", "content": "Paris", "tool_calls": []}, {"type": "human", "content": "Capital?"}],
        "spans": {"s1": {"retrieval": {"query": "q", "hits": [{"text": "Paris is in France."}]}}},
    }
    result = client.evaluate_trace(trace=trace, metrics=["equals"], run_name="one trace")
    assert (result.status, result.total_items, result.overall_score) == ("completed", 1, 1.0)
    assert client.get_job_status(result.run_id).is_completed
    (item,) = client.get_run_items(result.run_id)
    assert (item.input, item.output, item.context) == ("Capital?", "Paris", "Paris is in France.")
    assert (item.expected, item.metadata) == ("Paris", {})
    browser = Client()
    browser.force_login(alice)
    page = browser.get(f"/runs/{Run.objects.get().pk}/items/0/")
    assert (page.status_code, "Paris is in France." in page.content.decode()) == (200, True)


def test_many_that_begin_at_once_share_the_project_that_they_make(valiqor: Valiqor) -> None:
    def evaluate(question: str) -> EvaluationResult:
        row = {"input": question, "output": "a", "expected": "a"}
        result: EvaluationResult = valiqor().evaluate(dataset=[row], metrics=["equals"])
        return result

    with ThreadPoolExecutor(max_workers=4) as pool:
        results = list(pool.map(evaluate, ["誰", "何", "誰", "Кто"]))
    assert [result.overall_score for result in results] == [1.0] * 4
    assert len({result.project_id for result in results}) == 1
    assert sorted(Dataset.objects.values_list("name", flat=True)) == sorted(["誰", "何", "Кто"])


def test_a_project_is_made_once_for_its_exact_name(client: ValiqorEvalClient, project: Project) -> None:
    first = client.evaluate(dataset=ROWS[:1], metrics=["contains"], project_name="support bot")
    second = client.evaluate(dataset=ROWS[:1], metrics=["contains"], project_name="support bot")
    assert first.project_id == second.project_id != str(project.uuid)
