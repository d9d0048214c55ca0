"""Test cases: made, read at every version, changed, listed."""

from __future__ import annotations

from typing import Any

import pytest
from gradient import BadRequestError, Gradient, NotFoundError
from gradient.types.agents import APIEvaluationTestCase

from evalhub.accounts.models import Project
from runs.models import Evaluation
from tests.facades.gradient.steps import SIX_ROWS, make_dataset, make_test_case, metric_ids


def _read(client: Gradient, uuid: str, **version: Any) -> APIEvaluationTestCase:
    shown = client.agents.evaluation_test_cases.retrieve(uuid, **version).evaluation_test_case
    assert shown
    return shown


def test_a_test_case_says_all_that_it_was_made_of(bobs: Gradient) -> None:
    uuid = make_test_case(bobs, "levenshtein", "equals", name="Geography", description="What children know")
    shown = _read(bobs, uuid)
    assert (shown.test_case_uuid, shown.name, shown.description) == (uuid, "Geography", "What children know")
    assert (shown.version, shown.total_runs, shown.latest_version_number_of_runs) == (1, 0, 0)
    assert [metric.metric_name for metric in shown.metrics or []] == ["levenshtein", "equals"]
    assert shown.dataset
    assert (shown.dataset.row_count, shown.dataset.has_ground_truth) == (6, True)
    assert shown.dataset.file_size == str(len(SIX_ROWS))
    assert shown.dataset.created_at
    assert (shown.dataset_uuid, shown.dataset_name) == (shown.dataset.dataset_uuid, "Capitals")
    assert shown.created_at
    assert shown.updated_at
    assert shown.archived_at is None
    assert (shown.created_by_user_id or "").isdigit()
    assert shown.created_by_user_email == shown.updated_by_user_email == "bob@example.org"


def test_without_a_star_the_first_metric_decides_at_80_percent(bobs: Gradient) -> None:
    star = _read(bobs, make_test_case(bobs, "levenshtein", "equals")).star_metric
    assert star
    assert (star.name, star.success_threshold, star.success_threshold_pct) == ("levenshtein", None, 80)


def test_the_star_is_given_back_as_it_was_given(bobs: Gradient) -> None:
    [equals] = metric_ids(bobs, "equals")
    star = _read(
        bobs, make_test_case(bobs, star_metric={"metric_uuid": equals, "name": "equals", "success_threshold": 0.25})
    ).star_metric
    assert star
    assert (star.metric_uuid, star.success_threshold, star.success_threshold_pct) == (equals, 0.25, None)


def test_a_column_of_ground_truth_counts_also_when_it_is_empty(bobs: Gradient) -> None:
    def has_ground_truth(content: str) -> bool | None:
        dataset = _read(bobs, make_test_case(bobs, content=content)).dataset
        return dataset.has_ground_truth if dataset else None

    assert has_ground_truth("query,expected\nWhat?,\n") is True
    assert has_ground_truth("query,output\nWhat?,\n") is False


def test_metrics_may_be_named_by_key_and_in_either_form(bobs: Gradient) -> None:
    dataset = make_dataset(bobs)
    forms: list[Any] = [["equals"], {"metric_uuids": ["equals"]}, {"metric_uuids": metric_ids(bobs, "equals")}]
    for form in forms:
        made = bobs.agents.evaluation_test_cases.create(name="Form", dataset_uuid=dataset, metrics=form)
        assert [metric.metric_name for metric in _read(bobs, made.test_case_uuid or "").metrics or []] == ["equals"]
        bobs.agents.evaluation_test_cases.update(made.test_case_uuid or "", metrics=form)


def test_an_update_makes_a_version_and_earlier_ones_stay_readable(bobs: Gradient) -> None:
    uuid = make_test_case(bobs, "equals", "levenshtein", description="First")
    other = make_dataset(bobs, "query\nWhat?\n", name="Other")
    cases = bobs.agents.evaluation_test_cases
    changed = cases.update(uuid, name="Renamed", body_test_case_uuid=uuid)
    assert (changed.test_case_uuid, changed.version) == (uuid, 2)
    assert cases.update(uuid, dataset_uuid=other, star_metric={"name": "levenshtein"}).version == 3
    assert cases.update(uuid, metrics={"metric_uuids": metric_ids(bobs, "levenshtein")}).version == 4
    assert cases.update(uuid).version == 5
    newest, first, third = _read(bobs, uuid), *(_read(bobs, uuid, evaluation_test_case_version=n) for n in (1, 3))
    assert (newest.name, newest.description, newest.dataset_uuid, newest.version) == ("Renamed", "First", other, 5)
    assert [metric.metric_name for metric in newest.metrics or []] == ["levenshtein"]
    assert (first.name, first.dataset_name, first.version) == ("Capitals test", "Capitals", 1)
    assert first.star_metric
    assert third.star_metric
    assert (first.star_metric.name, third.star_metric.name) == ("equals", "levenshtein")
    with pytest.raises(NotFoundError):
        _read(bobs, uuid, evaluation_test_case_version=6)
    with pytest.raises(BadRequestError):
        _read(bobs, uuid, evaluation_test_case_version="one")


def test_a_threshold_alone_leaves_the_star_where_it_is(bobs: Gradient) -> None:
    uuid = make_test_case(bobs, "equals", "levenshtein", star_metric={"name": "levenshtein"})
    bobs.agents.evaluation_test_cases.update(uuid, star_metric={"success_threshold_pct": 50})
    star = _read(bobs, uuid).star_metric
    assert star
    assert (star.name, star.success_threshold_pct) == ("levenshtein", 50)


def test_an_update_may_not_lose_the_star(bobs: Gradient) -> None:
    uuid = make_test_case(bobs, "equals", "levenshtein")
    with pytest.raises(BadRequestError, match="star"):
        bobs.agents.evaluation_test_cases.update(uuid, metrics={"metric_uuids": ["levenshtein"]})
    with pytest.raises(BadRequestError):
        bobs.agents.evaluation_test_cases.update(uuid, body_test_case_uuid="another")
    assert _read(bobs, uuid).version == 1


def test_they_are_listed_newest_first_and_by_workspace(bobs: Gradient) -> None:
    workspace = bobs.agents.evaluation_metrics.workspaces.create(name="Side").workspace
    assert workspace
    first = make_test_case(bobs, name="first")
    second = make_test_case(bobs, name="second", workspace_uuid=workspace.uuid)
    third = make_test_case(bobs, name="third", agent_workspace_name="Side")

    def listed(**query: Any) -> list[str | None]:
        found = bobs.agents.evaluation_test_cases.list(extra_query=query).evaluation_test_cases
        return [case.test_case_uuid for case in found or []]

    assert listed() == [third, second, first]
    assert listed(workspace_uuid=workspace.uuid) == listed(agent_workspace_name="Side") == [third, second]
    assert listed(agent_workspace_name="Default") == [first]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"dataset_uuid": "no-id"},
        {"dataset_uuid": "00000000-0000-4000-8000-000000000000"},
        {"metrics": []},
        {"metrics": ["nothing"]},
        {"metrics": "equals"},
        {"metrics": ["equals", "equals"]},
        {"star_metric": {"name": "levenshtein"}},
        {"star_metric": {"name": "equals", "success_threshold_pct": 101}},
        {"star_metric": {"name": "equals", "success_threshold": "much"}},
        {"workspace_uuid": "no-id"},
        {"agent_workspace_name": "nowhere"},
        {"name": None},
        {"metrics": None},
        {"dataset_uuid": None},
    ],
)
def test_what_is_missing_or_unknown_is_a_bad_request(bobs: Gradient, wrong: dict[str, Any]) -> None:
    good: dict[str, Any] = {"name": "Case", "dataset_uuid": make_dataset(bobs), "metrics": ["equals"]}
    with pytest.raises(BadRequestError):
        bobs.agents.evaluation_test_cases.create(**{**good, **wrong})
    assert not Evaluation.objects.exists()


def test_an_evaluation_made_on_the_pages_is_a_test_case_too(bobs: Gradient, project: Project) -> None:
    uuid = make_test_case(bobs, name="Made by a program", workspace_uuid=str(project.uuid))
    assert Evaluation.objects.get(uuid=uuid).project == project


def test_strangers_do_not_learn_that_a_test_case_exists(bobs: Gradient, charlies: Gradient) -> None:
    uuid = make_test_case(bobs)
    cases = charlies.agents.evaluation_test_cases
    for call in (cases.retrieve, cases.update, cases.list_evaluation_runs):
        with pytest.raises(NotFoundError):
            call(uuid)
    assert cases.list().evaluation_test_cases == []
