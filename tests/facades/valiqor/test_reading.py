"""Runs over time, side by side and in sum, read by the published client from what each run stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any

import pytest
from django.utils import timezone
from valiqor import ValidationError
from valiqor.common.exceptions import APIError
from valiqor.eval import ValiqorEvalClient

from evalhub.accounts.models import Project, User
from runs.choices import RunState
from runs.models import DatasetVersion, Run
from tests.api.conftest import make_key
from tests.facades.valiqor.conftest import Valiqor
from tests.factories import builtin, make_dataset, make_run, make_run_metric, make_version

NOON = timezone.now().astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
MakeRun = Callable[..., Run]


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    return make_version(dataset=make_dataset(project=project), rows=[{"input": "q", "output": "a"}])


@pytest.fixture
def over(version: DatasetVersion) -> MakeRun:
    """`over(contains=0.5)` is a run that ended yesterday at noon with that mean; fields of the run go before."""

    def make(fields: dict[str, Any] | None = None, **means: float | None) -> Run:
        given = {"state": RunState.FINISHED, "finished_at": NOON, "scored_count": 1, "overall": 0.5, **(fields or {})}
        run = make_run(version=version, **given)
        for key, mean in means.items():
            make_run_metric(run=run, revision=builtin(key), mean=mean)
        return run

    return make


def test_trends_have_a_point_for_each_day_and_metric(
    client: ValiqorEvalClient, project: Project, over: MakeRun
) -> None:
    over(contains=0.2, equals=1.0)
    over({"state": RunState.PARTIAL, "finished_at": NOON + timedelta(hours=11, minutes=59)}, contains=0.6)
    over({"finished_at": NOON - timedelta(days=2)}, contains=0.9)
    over({"state": RunState.CANCELLED}, contains=0.0)
    over({"state": RunState.FAILED}, contains=None)
    over({"finished_at": NOON - timedelta(days=20)}, levenshtein=0.1)
    points = client.get_trends(project_id=str(project.uuid))
    first, last = f"{NOON - timedelta(days=2):%Y-%m-%d}", f"{NOON:%Y-%m-%d}"
    assert [(one.date, one.metric, one.score, one.run_count) for one in points] == [
        (first, "contains", 0.9, 1),
        (last, "contains", pytest.approx(0.4), 2),
        (last, "equals", 1.0, 1),
    ]
    longer = client.get_trends(project_id=str(project.uuid), period="last_30_days", metrics=["levenshtein", "equals"])
    assert [one.metric for one in longer] == ["levenshtein", "equals"]
    assert len(client.get_trends(project_id=str(project.uuid), period="last_90_days")) == 4


def test_trends_without_runs_are_empty(client: ValiqorEvalClient, project: Project) -> None:
    assert client.get_trends(project_id=str(project.uuid), period="last_24_hours") == []


def test_trends_know_four_periods(client: ValiqorEvalClient, project: Project) -> None:
    with pytest.raises(ValidationError, match="last_24_hours"):
        client.get_trends(project_id=str(project.uuid), period="last_year")


def test_runs_stand_side_by_side(client: ValiqorEvalClient, over: MakeRun) -> None:
    baseline = over({"name": "old", "metadata": {"model": "m-1"}}, contains=0.5, levenshtein=0.25)
    better = over({"overall": 0.75}, contains=0.75, equals=1.0)
    live = over({"state": RunState.SCORING, "overall": None, "finished_at": None})
    ids = [str(run.uuid) for run in (baseline, better, live)]
    compared = client.compare_runs(ids)
    assert [run["id"] for run in compared.runs] == [run["run_id"] for run in compared.runs] == ids
    assert compared.overall_scores == [0.5, 0.75, None]
    first = compared.runs[0]
    assert (first["name"], first["run_name"], first["source"], first["status"]) == (
        "old",
        "old",
        "dataset",
        "completed",
    )
    assert (first["metadata"], first["total_items"], first["evaluated_items"]) == ({"model": "m-1"}, 1, 1)
    contains, levenshtein, equals = compared.metrics
    assert (contains["metric_key"], contains["metric_name"]) == ("contains", "Contains")
    assert contains["values"] == {ids[0]: 0.5, ids[1]: 0.75}
    assert contains["differences"] == {ids[0]: 0.0, ids[1]: 0.25}
    assert (levenshtein["values"], levenshtein["differences"]) == ({ids[0]: 0.25}, {ids[0]: 0.0})
    assert (equals["metric_key"], equals["values"], equals["differences"]) == ("equals", {ids[1]: 1.0}, {})


def test_a_comparison_needs_runs_that_are_there(client: ValiqorEvalClient, over: MakeRun) -> None:
    with pytest.raises(APIError) as error:
        client.compare_runs([str(over().uuid), "4a2b9f6e-0000-4000-8000-000000000000"])
    assert error.value.status_code == 404


def test_a_project_says_what_its_runs_come_to(client: ValiqorEvalClient, project: Project, over: MakeRun) -> None:
    over({"overall": 0.5}, contains=0.5)
    over({"overall": 1.0}, contains=1.0)
    over({"state": RunState.FAILED, "overall": None, "scored_count": 0})
    newest = over({"state": RunState.QUEUED, "overall": None, "finished_at": None, "name": "newest"})
    stats = client.get_project_stats(project_name="Support bot")
    assert (stats["project_id"], stats["project_name"]) == (str(project.uuid), "Support bot")
    assert (stats["total_runs"], stats["completed_runs"], stats["failed_runs"]) == (4, 2, 1)
    assert (stats["total_items"], stats["average_score"]) == (4, 0.75)
    first, second, *_ = stats["recent_runs"]
    assert (first["id"], first["run_id"], first["run_name"]) == (str(newest.uuid), str(newest.uuid), "newest")
    assert (first["status"], first["overall_score"], second["status"]) == ("queued", None, "failed")
    assert stats["recent_runs"][3]["aggregate_scores"] == {"contains": 0.5}
    for _ in range(20):
        over()
    assert len(client.get_project_stats(project_name="Support bot")["recent_runs"]) == 20


def test_a_project_without_runs_has_no_average(client: ValiqorEvalClient, project: Project) -> None:
    stats = client.get_project_stats(project_name="Support bot")
    assert (stats["total_runs"], stats["total_items"], stats["average_score"]) == (0, 0, None)


def test_pages_of_rows_have_limits(client: ValiqorEvalClient, over: MakeRun) -> None:
    run_id = str(over(contains=0.5).uuid)
    assert client.get_run_items(run_id, page_size=1000).page_size == 200
    for page, size in ((0, 20), (1, 0), (-1, 20)):
        with pytest.raises(ValidationError, match="whole number from 1"):
            client.get_run_items(run_id, page=page, page_size=size)


def test_a_score_that_a_run_does_not_have_is_left_out(client: ValiqorEvalClient, over: MakeRun) -> None:
    run_id = str(over(contains=0.5, equals=None).uuid)
    assert [(one.key, one.score) for one in client.get_run_metrics(run_id)] == [("contains", 0.5)]
    assert client.get_run(run_id).aggregate_scores == {"contains": 0.5}


def test_charlie_does_not_learn_that_the_run_exists(
    valiqor: Valiqor, charlie: User, project: Project, over: MakeRun
) -> None:
    run_id, mine = str(over(contains=0.5).uuid), valiqor()
    item_id = mine.get_run_items(run_id).items[0].id
    theirs = valiqor(api_key=make_key(charlie))
    for name, arguments in (
        ("get_run", [run_id]),
        ("get_run_metrics", [run_id]),
        ("get_run_items", [run_id]),
        ("get_item_detail", [run_id, item_id]),
        ("get_job_status", [run_id]),
        ("cancel_job", [run_id]),
        ("get_trends", [str(project.uuid)]),
        ("compare_runs", [[run_id, run_id]]),
    ):
        with pytest.raises(APIError) as error:
            getattr(theirs, name)(*arguments)
        assert error.value.status_code == 404
    assert theirs.list_projects() == []


def test_an_item_id_that_was_not_given_out_is_not_found(client: ValiqorEvalClient, over: MakeRun) -> None:
    item_id = client.get_run_items(str(over().uuid)).items[0].id
    beyond = f"0000ffff{item_id[8:]}"
    for unknown in (beyond, "4a2b9f6e-0000-4000-8000-000000000000", "nonsense"):
        with pytest.raises(APIError) as error:
            client.get_item_detail("any", unknown)
        assert error.value.status_code == 404
