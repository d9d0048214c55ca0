"""Starting an evaluation in the browser, and the page of what was started."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from evalhub.accounts.models import Project, User
from runs.choices import RunState
from runs.execution import closing, working
from runs.models import Evaluation, Execution, Run, Target
from runs.services.evaluations import newest_version
from runs.services.execution_plan import ExecutionRequest
from runs.services.executions import create_execution, start_evaluation
from tests.factories import make_target

ACTIONS = ("start", "cancellation", "retry", "rerun")


@pytest.fixture
def execution(evaluation: Evaluation, project: Project, alice: User) -> Execution:
    """Two runs, one of them worked to its end."""
    targets = [make_target(project=project, name=name) for name in ("one", "two")]
    execution = start_evaluation(newest_version(evaluation), targets=targets, by=alice)
    first = execution.runs.get(target=targets[0])
    working.start_run(first.pk)
    for batch_id in first.batches.values_list("id", flat=True):
        working.execute_batch(batch_id)
    closing.close_run(first.pk)
    return Execution.objects.get(pk=execution.pk)


def act(client: Client, execution: Execution, action: str) -> list[str]:
    response = client.post(f"/executions/{execution.pk}/{action}/")
    assert response.status_code == 302
    return [message.message for message in get_messages(response.wsgi_request)]


def test_bob_starts_it_for_several_targets_at_once(
    client_of: type, bob: User, evaluation: Evaluation, project: Project, target: Target
) -> None:
    other = make_target(project=project, name="other")
    body = {"targets": [target.pk, other.pk]}
    response = client_of(bob).post(f"/evaluations/{evaluation.pk}/executions/", body)
    execution = Execution.objects.get()
    assert response["Location"] == f"/executions/{execution.pk}/"
    assert {run.target for run in execution.runs.all()} == {target, other}
    assert execution.created_by == bob


def test_a_start_without_a_target_is_told_on_the_page(client_of: type, bob: User, evaluation: Evaluation) -> None:
    response = client_of(bob).post(f"/evaluations/{evaluation.pk}/executions/", {})
    assert "Choose at least one target." in response.content.decode()
    assert not Execution.objects.exists()


def test_what_cannot_run_is_told_on_the_page(
    client_of: type, bob: User, evaluation: Evaluation, project: Project
) -> None:
    asked = make_target(project=project, name="asked", kind="http_endpoint")
    response = client_of(bob).post(f"/evaluations/{evaluation.pk}/executions/", {"targets": [asked.pk]})
    assert response.status_code == 200
    assert "asked" in str(response.context["start_form"].errors)
    assert not Execution.objects.exists()


def test_the_page_sets_the_runs_side_by_side(client_of: type, viewer: User, execution: Execution) -> None:
    response = client_of(viewer).get(f"/executions/{execution.pk}/")
    table = response.context["table"]
    assert [column.label for column in table.columns] == ["one", "two"]
    contains, equals = table.lines
    assert [cell.mean for cell in contains.cells] == ["66.7 %", "–"]
    assert contains.cells[0].verdict == "passes"
    assert equals.cells[0].verdict == "fails"
    assert (contains.is_star, contains.threshold) == (True, "≥ 60.0 %")
    page = response.content.decode()
    for words in ("3 scored, 0 unscored, 0 errored", "Finished", "Queued", "hx-trigger"):
        assert words in page
    assert "Run again" not in page


def test_the_page_is_asked_for_again_only_while_it_is_live(client_of: type, alice: User, execution: Execution) -> None:
    Run.objects.update(state=RunState.FINISHED)
    execution.settle()
    page = client_of(alice).get(f"/executions/{execution.pk}/").content.decode()
    assert "every 3s" not in page
    assert "Run again" in page


def test_htmx_gets_the_table_alone(client_of: type, viewer: User, execution: Execution) -> None:
    response = client_of(viewer).get(
        f"/executions/{execution.pk}/", headers={"HX-Request": "true", "HX-Target": "execution-runs"}
    )
    assert response.content.decode().strip().startswith("<div")
    assert "<html" not in response.content.decode()


def test_an_execution_is_stopped(client_of: type, bob: User, execution: Execution) -> None:
    assert act(client_of(bob), execution, "cancellation") == ["The runs are stopping; what is scored already stays."]
    assert set(execution.runs.values_list("state", flat=True)) == {"finished", "cancelling"}


def test_what_was_stopped_is_taken_up_again(client_of: type, bob: User, execution: Execution) -> None:
    Run.objects.filter(state=RunState.QUEUED).update(state=RunState.CANCELLED)
    assert act(client_of(bob), execution, "retry") == ["The runs go on with what they miss."]
    assert set(execution.runs.values_list("state", flat=True)) == {"finished", "queued"}


def test_a_target_that_was_archived_since_is_marked(client_of: type, viewer: User, execution: Execution) -> None:
    address = f"/executions/{execution.pk}/"
    assert "archived</span>" not in client_of(viewer).get(address).content.decode()
    Target.objects.update(deleted_at=timezone.now())
    assert "archived</span>" in client_of(viewer).get(address).content.decode()


def test_what_cannot_be_done_is_told(client_of: type, bob: User, execution: Execution) -> None:
    assert "still running" in act(client_of(bob), execution, "retry")[0]
    assert "started already" in act(client_of(bob), execution, "start")[0]


def test_a_recorded_execution_is_started_from_its_page(client_of: type, bob: User, evaluation: Evaluation) -> None:
    request = ExecutionRequest(version=newest_version(evaluation), waits_for_start=True)
    execution = create_execution(request, by=bob)
    assert "not yet" in client_of(bob).get(f"/executions/{execution.pk}/").content.decode()
    assert act(client_of(bob), execution, "start") == ["The runs are queued."]
    assert Execution.objects.get(pk=execution.pk).state == "queued"


def test_it_is_run_again_as_an_execution_of_its_own(client_of: type, bob: User, execution: Execution) -> None:
    act(client_of(bob), execution, "rerun")
    assert Execution.objects.count() == 2
    Execution.objects.filter(pk=execution.pk).update(evaluation_version=None)
    assert "is deleted" in act(client_of(bob), execution, "rerun")[0]


@pytest.mark.parametrize("action", ACTIONS)
def test_viewers_may_do_nothing_and_charlie_sees_nothing(
    client_of: type, viewer: User, charlie: User, execution: Execution, action: str
) -> None:
    address = f"/executions/{execution.pk}/{action}/"
    assert client_of(viewer).post(address).status_code == 403
    assert client_of(charlie).post(address).status_code == 404
    assert client_of(viewer).get(address).status_code == 405


def test_charlie_does_not_learn_that_the_execution_exists(client_of: type, charlie: User, execution: Execution) -> None:
    assert client_of(charlie).get(f"/executions/{execution.pk}/").status_code == 404
    assert client_of(charlie).get("/executions/999999/").status_code == 404


def test_anonymous_is_sent_to_sign_in(client: Client, execution: Execution) -> None:
    assert client.get(f"/executions/{execution.pk}/")["Location"].startswith("/accounts/login/")
