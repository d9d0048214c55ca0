"""Starting a test case over agents, and what a run says once it is over."""

from __future__ import annotations

from typing import Any

import pytest
from gradient import BadRequestError, Gradient, NotFoundError

from runs.choices import RunState
from runs.models import Run
from tests.facades.gradient.steps import (
    finish_all,
    finished_run,
    make_agent,
    make_dataset,
    make_test_case,
    run_of,
    start,
)


def test_recorded_answers_are_scored_without_any_model(bobs: Gradient) -> None:
    run = run_of(bobs, finished_run(bobs, "equals", "levenshtein"))
    assert run.status == "EVALUATION_RUN_SUCCESSFUL"
    results = run.run_level_metric_results or []
    assert [result.metric_name for result in results] == ["equals", "levenshtein"]
    assert results[0].number_value == pytest.approx(4 / 6)
    assert {result.metric_value_type for result in results} == {"METRIC_VALUE_TYPE_NUMBER"}
    assert {result.error_description for result in results} == {None}
    assert run.queued_at
    assert run.started_at
    assert run.finished_at
    assert run.queued_at <= run.started_at <= run.finished_at


def test_a_run_names_its_test_case_and_its_agent(bobs: Gradient) -> None:
    test_case, agent = make_test_case(bobs, "equals", description="All of them"), make_agent(bobs, "atlas")
    [uuid] = start(bobs, test_case, agent, run_name="First try")
    run, shown = run_of(bobs, uuid), bobs.agents.retrieve(agent).agent
    assert shown
    assert (run.run_name, run.status) == ("First try", "EVALUATION_RUN_QUEUED")
    assert (run.test_case_uuid, run.test_case_version) == (test_case, 1)
    assert (run.test_case_name, run.test_case_description) == ("Capitals test", "All of them")
    assert (run.agent_uuid, run.agent_name, run.agent_deleted) == (agent, "atlas", False)
    assert (run.agent_version_hash, run.agent_deployment_name) == (shown.version_hash, None)
    assert shown.workspace
    assert run.agent_workspace_uuid == shown.workspace.uuid == run.evaluation_test_case_workspace_uuid
    assert run.created_by_user_id
    assert run.created_by_user_id.isdigit()
    assert run.created_by_user_email == "bob@example.org"
    assert (run.pass_status, run.run_level_metric_results, run.finished_at) == (None, [], None)


def test_without_a_name_the_run_is_called_by_its_test_case_and_the_time(bobs: Gradient) -> None:
    [uuid] = start(bobs, make_test_case(bobs), make_agent(bobs))
    assert (run_of(bobs, uuid).run_name or "").startswith("Capitals test 20")


def test_there_is_a_run_for_each_agent_in_their_order(bobs: Gradient) -> None:
    first, second, third = (make_agent(bobs, name) for name in ("one", "two", "three"))
    runs = start(bobs, make_test_case(bobs), third, first, agent_deployment_names=["two"])
    shown = [run_of(bobs, uuid) for uuid in runs]
    assert [run.agent_uuid for run in shown] == [third, first, second]
    assert [run.agent_deployment_name for run in shown] == [None, None, "two"]


def test_runs_of_an_agent_stay_readable_when_it_is_gone(bobs: Gradient) -> None:
    agent = make_agent(bobs, "atlas")
    [uuid] = start(bobs, make_test_case(bobs), agent)
    before = run_of(bobs, uuid)
    bobs.agents.update(agent, name="renamed")
    bobs.agents.delete(agent)
    run = run_of(bobs, uuid)
    assert (run.agent_deleted, run.agent_name) == (True, "atlas")
    assert run.agent_version_hash == before.agent_version_hash


@pytest.mark.parametrize(
    ("star", "passes"),
    [
        ({"name": "equals", "success_threshold": 0.6}, True),
        ({"name": "equals", "success_threshold": 0.7}, False),
        ({"name": "equals", "success_threshold_pct": 66}, True),
        ({"name": "equals", "success_threshold_pct": 67}, False),
        ({"name": "equals", "success_threshold": 0.6, "success_threshold_pct": 99}, True),
        ({}, False),
    ],
)
def test_a_run_passes_by_its_star(bobs: Gradient, star: dict[str, object], passes: bool) -> None:
    run = run_of(bobs, finished_run(bobs, "equals", "levenshtein", star_metric=star))
    assert run.pass_status is passes
    assert run.star_metric_result
    assert run.star_metric_result.metric_name == "equals"
    assert run.star_metric_result == (run.run_level_metric_results or [])[0]


def test_a_run_is_partial_when_some_prompts_lack_what_a_metric_needs(bobs: Gradient) -> None:
    content = "query,expected,output\nOne?,1,1\nTwo?,,2\n"
    uuid = finished_run(bobs, "equals", content=content)
    run = run_of(bobs, uuid)
    assert run.status == "EVALUATION_RUN_PARTIALLY_SUCCESSFUL"
    assert (run.run_level_metric_results or [])[0].number_value == 1
    [good, bad] = bobs.agents.evaluation_runs.list_results(uuid).prompts or []
    assert (good.prompt_level_metric_results or [])[0].error_description is None
    unscored = (bad.prompt_level_metric_results or [])[0]
    assert unscored.number_value is None
    assert unscored.error_description


def test_a_run_that_can_score_nothing_is_made_and_fails_with_a_reason(bobs: Gradient) -> None:
    """An agent without a model has only recorded answers, and here there are none."""
    uuid = finished_run(bobs, "equals", content="query,expected\nOne?,1\nTwo?,2\n")
    run = run_of(bobs, uuid)
    assert run.status == "EVALUATION_RUN_FAILED"
    assert run.pass_status is False
    assert run.error_description
    assert [result.number_value for result in run.run_level_metric_results or []] == [None]
    assert all(result.error_description for result in run.run_level_metric_results or [])


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (RunState.ANSWERING, "EVALUATION_RUN_RUNNING_DATASET"),
        (RunState.SCORING, "EVALUATION_RUN_EVALUATING_RESULTS"),
        (RunState.CANCELLING, "EVALUATION_RUN_CANCELLING"),
        (RunState.CANCELLED, "EVALUATION_RUN_CANCELLED"),
        (RunState.RECORDED, "EVALUATION_RUN_QUEUED"),
    ],
)
def test_every_state_has_its_status(bobs: Gradient, state: RunState, status: str) -> None:
    [uuid] = start(bobs, make_test_case(bobs), make_agent(bobs))
    Run.objects.filter(uuid=uuid).update(state=state)
    assert run_of(bobs, uuid).status == status


def test_runs_of_a_test_case_are_listed_newest_first_and_by_version(bobs: Gradient) -> None:
    test_case, agent = make_test_case(bobs), make_agent(bobs)
    [first] = start(bobs, test_case, agent)
    bobs.agents.evaluation_test_cases.update(test_case, name="Second edition")
    [second] = start(bobs, test_case, agent)
    cases = bobs.agents.evaluation_test_cases

    def listed(**version: Any) -> list[str | None]:
        return [
            run.evaluation_run_uuid for run in cases.list_evaluation_runs(test_case, **version).evaluation_runs or []
        ]

    assert listed() == [second, first]
    assert listed(evaluation_test_case_version=1) == [first]
    assert listed(evaluation_test_case_version=2) == [second]
    assert (run_of(bobs, first).test_case_name, run_of(bobs, second).test_case_name) == (
        "Capitals test",
        "Second edition",
    )
    shown = cases.retrieve(test_case).evaluation_test_case
    assert shown
    assert (shown.total_runs, shown.latest_version_number_of_runs) == (2, 1)


def test_unknown_things_in_the_body_are_bad_requests_and_make_no_run(bobs: Gradient, charlies: Gradient) -> None:
    test_case, agent, foreign = make_test_case(bobs), make_agent(bobs), make_agent(charlies)
    for wrong in ("no-id", foreign, "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(BadRequestError):
            start(bobs, test_case, agent, wrong)
        with pytest.raises(BadRequestError):
            start(bobs, wrong, agent)
    with pytest.raises(BadRequestError):
        start(bobs, test_case)
    with pytest.raises(BadRequestError):
        start(bobs, test_case, agent_deployment_names=["nobody"])
    with pytest.raises(BadRequestError):
        bobs.agents.evaluation_runs.create()
    assert not Run.objects.exists()


def test_a_metric_that_needs_a_judge_is_refused_where_there_is_none(bobs: Gradient) -> None:
    with pytest.raises(BadRequestError, match="connection"):
        start(bobs, make_test_case(bobs, "coherence"), make_agent(bobs))


def test_strangers_do_not_learn_that_a_run_exists(bobs: Gradient, charlies: Gradient) -> None:
    uuid = finished_run(bobs, "equals")
    runs = charlies.agents.evaluation_runs
    for call in (runs.retrieve, runs.list_results):
        with pytest.raises(NotFoundError):
            call(uuid)
    with pytest.raises(NotFoundError):
        runs.retrieve_results(1, evaluation_run_uuid=uuid)


def test_agents_of_one_workspace_answer_test_cases_of_another(bobs: Gradient) -> None:
    workspace = bobs.agents.evaluation_metrics.workspaces.create(name="Elsewhere").workspace
    assert workspace
    assert workspace.uuid
    dataset = make_dataset(bobs)
    test_case = make_test_case(bobs, "equals", dataset_uuid=dataset, workspace_uuid=workspace.uuid)
    [uuid] = start(bobs, test_case, make_agent(bobs))
    finish_all()
    run = run_of(bobs, uuid)
    assert run.status == "EVALUATION_RUN_SUCCESSFUL"
    assert run.evaluation_test_case_workspace_uuid == workspace.uuid != run.agent_workspace_uuid
