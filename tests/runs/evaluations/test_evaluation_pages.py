"""The pages of saved evaluations: the list, one of them with its history and versions, making, changing, archiving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from evalhub.accounts.models import Project, Team, User
from evalhub.connections.models import Connection
from runs.choices import RunState, TargetKind
from runs.models import DatasetVersion, Evaluation, EvaluationVersion, Execution, Target
from runs.services.evaluations import archive_evaluation, newest_version
from runs.services.executions import start_evaluation
from tests.factories import make_dataset, make_target, make_version

FORM = {
    "name": "Release gate",
    "description": "Before each release",
    "taken_version": "newest",
    "sampling": "all",
    "repeats": "2",
    "cache_policy": "no-cache",
    "star": "contains",
    "star_threshold": "0.9",
    "tags": "gate, release",
    "metric-contains-is_chosen": "on",
    "metric-contains-threshold": "0.8",
    "metric-contains-weight": "2",
}


def form(version: DatasetVersion, target: Target | None, **changes: Any) -> dict[str, Any]:
    body = {**FORM, "version": version.pk, "targets": [target.pk] if target else [], **changes}
    return {name: value for name, value in body.items() if value is not None}


def create_address(project: Project) -> str:
    return reverse("runs:evaluation_create", args=[project.pk])


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_shows_what_each_evaluation_measures_and_came_to(
    client_of: type, viewer: User, evaluation: Evaluation, alice: User
) -> None:
    start_evaluation(newest_version(evaluation), by=alice)
    page = text_of(client_of(viewer), f"/projects/{evaluation.project_id}/evaluations/")
    for words in ("Nightly", "Every night", "Questions", "newest", "v1", "Queued", "nightly"):
        assert words in page
    assert "New evaluation" not in page


def test_the_list_says_of_how_many_runs_the_last_start_passed_and_by_which_metric(
    client_of: type, viewer: User, evaluation: Evaluation, project: Project, alice: User
) -> None:
    address = f"/projects/{evaluation.project_id}/evaluations/"
    targets = [make_target(project=project, name=name) for name in ("one", "two")]
    execution = start_evaluation(newest_version(evaluation), targets=targets, by=alice)
    assert ">Pass</span>" not in text_of(client_of(viewer), address)
    first = execution.runs.earliest("id")
    execution.runs.filter(pk=first.pk).update(passed=True, state=RunState.FINISHED)
    page = text_of(client_of(viewer), address)
    assert '<span class="badge" data-status="passed">Pass</span>' in page
    assert "by Contains" in page
    execution.runs.exclude(pk=first.pk).update(passed=False, state=RunState.FINISHED)
    page = text_of(client_of(viewer), address)
    assert '<span class="badge" data-status="failed">1 of 2 pass</span>' in page


def test_an_empty_list_says_what_to_do_next(client_of: type, bob: User, viewer: User, project: Project) -> None:
    assert "From a YAML file" in text_of(client_of(bob), f"/projects/{project.pk}/evaluations/")
    assert "an editor of your team" in text_of(client_of(viewer), f"/projects/{project.pk}/evaluations/")


def test_the_list_asks_the_database_no_more_for_more_evaluations(
    client_of: type, alice: User, evaluation: Evaluation, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for number in range(6):
        other = Evaluation.objects.create(project=evaluation.project, key=f"e{number}", name=f"E{number}")
        version = EvaluationVersion.objects.create(evaluation=other, number=1, name=other.name)
        Execution.objects.create(project=evaluation.project, evaluation_version=version)
    client = client_of(alice)
    with django_assert_max_num_queries(14):
        text_of(client, f"/projects/{evaluation.project_id}/evaluations/")


def test_the_form_offers_the_metrics_that_a_run_can_measure(
    client_of: type, bob: User, version: DatasetVersion
) -> None:
    page = text_of(client_of(bob), f"{create_address(version.dataset.project)}?version={version.pk}")
    for name in ("metric-contains-is_chosen", "metric-contains-threshold", "metric-json_valid-weight"):
        assert f'name="{name}"' in page


def test_a_dataset_without_outputs_can_be_measured_by_whom_asks_for_them(
    client_of: type, bob: User, team: Team, project: Project
) -> None:
    rows = [{"input": "2 + 2?", "expected": "4"}]
    unanswered = make_version(dataset=make_dataset(project=project, name="Questions only"), rows=rows)
    address = f"{create_address(project)}?version={unanswered.pk}"
    assert "no item has it" in text_of(client_of(bob), address)
    endpoint = Connection.objects.create(team=team, name="Endpoint", base_url="https://example.org/v1")
    make_target(project=project, name="asked", kind=TargetKind.CHAT_MODEL, connection=endpoint, model="m")
    page = client_of(bob).get(address)
    chosen = {
        form.option.key: form.initial["is_chosen"]
        for group in page.context["metric_groups"]
        for form in group.metric_forms
    }
    assert chosen["contains"]


def test_bob_saves_an_evaluation(client_of: type, bob: User, version: DatasetVersion, target: Target) -> None:
    project = version.dataset.project
    response = client_of(bob).post(create_address(project), form(version, target))
    evaluation = Evaluation.objects.get()
    assert response["Location"] == reverse("runs:evaluation_detail", args=[evaluation.pk])
    saved = newest_version(evaluation)
    assert (saved.name, saved.description, saved.repeats, saved.cache_policy) == (
        *("Release gate", "Before each release", 2, "no-cache"),
    )
    assert (evaluation.tags, saved.dataset, saved.dataset_version) == (["gate", "release"], version.dataset, None)
    assert list(saved.targets.all()) == [target]
    assert saved.star_metric is not None
    assert (saved.star_metric.key, saved.star_threshold) == ("contains", 0.9)
    (metric,) = saved.metrics.all()
    assert (metric.metric.key, metric.threshold, metric.weight) == ("contains", 0.8, 2.0)


def test_a_fixed_version_a_sample_and_a_new_target_are_saved(
    client_of: type, bob: User, version: DatasetVersion
) -> None:
    changes = {"taken_version": "fixed", "sampling": "random", "num_samples": "2", "new_target": "gpt-oss"}
    client_of(bob).post(create_address(version.dataset.project), form(version, None, **changes))
    saved = newest_version(Evaluation.objects.get())
    assert (saved.dataset_version, saved.sampling, saved.num_samples) == (version, "random", 2)
    assert [target.name for target in saved.targets.all()] == ["gpt-oss"]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": ""}, "name", "required"),
        ({"repeats": "0"}, "repeats", "greater than or equal to 1"),
        ({"sampling": "head"}, "num_samples", "Say how many"),
        ({"metric-contains-is_chosen": None}, "metrics", "Choose at least one metric"),
        ({"star": "equals"}, "star", "not among the chosen"),
        ({"tags": "x" * 81}, "tags", "80 characters"),
        ({"targets": ["0"]}, "targets", "not one of the available choices"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(
    client_of: type, bob: User, version: DatasetVersion, changes: dict[str, Any], field: str, sentence: str
) -> None:
    body = form(version, None, new_target="new", **changes)
    response = client_of(bob).post(create_address(version.dataset.project), body)
    assert response.status_code == 200
    assert sentence in str(response.context["form"].errors[field])
    assert not Evaluation.objects.exists()
    assert not Target.objects.exists()


def test_without_data_the_form_says_what_to_do(client_of: type, bob: User, project: Project) -> None:
    assert "There is no data to evaluate on" in text_of(client_of(bob), create_address(project))


def test_a_change_starts_from_the_newest_version_and_becomes_the_next(
    client_of: type, bob: User, evaluation: Evaluation, version: DatasetVersion, target: Target
) -> None:
    address = f"/evaluations/{evaluation.pk}/revision/"
    page = client_of(bob).get(address)
    assert page.context["form"].initial["name"] == "Nightly"
    assert page.context["form"].initial["star"] == "contains"
    chosen = {
        each.option.code: each.initial["is_chosen"]
        for each in [form for group in page.context["metric_groups"] for form in group.metric_forms]
    }
    assert (chosen["contains"], chosen["equals"], chosen["levenshtein"]) == (True, True, False)
    client_of(bob).post(address, form(version, target))
    assert newest_version(evaluation).number == 2
    detail = text_of(client_of(bob), f"/evaluations/{evaluation.pk}/")
    for words in ("7 changes", "Passes or fails by", "Contains at 0.9", "threshold 0.6, weight 2"):
        assert words in detail, words


def test_tasks_are_changed_by_their_file(client_of: type, bob: User, evaluation: Evaluation) -> None:
    EvaluationVersion.objects.update(tasks=[{"key": "t", "task_key": "equals"}])
    response = client_of(bob).get(f"/evaluations/{evaluation.pk}/revision/")
    assert response["Location"] == f"/projects/{evaluation.project_id}/evaluations/upload/"


def test_the_history_has_a_cell_for_each_target(
    client_of: type, viewer: User, evaluation: Evaluation, project: Project, alice: User
) -> None:
    targets = [make_target(project=project, name=name) for name in ("one", "two")]
    start_evaluation(newest_version(evaluation), targets=targets, by=alice, name="Both")
    start_evaluation(newest_version(evaluation), targets=targets[:1], by=alice, name="Alone")
    history = client_of(viewer).get(f"/evaluations/{evaluation.pk}/").context["history"]
    assert list(history.columns) == ["one", "two"]
    shown = [[row.execution.name, *(bool(cell.run) for cell in row.cells)] for row in history.rows]
    assert shown == [["Alone", True, False], ["Both", True, True]]


def test_markdown_of_a_description_is_inert(client_of: type, viewer: User, evaluation: Evaluation) -> None:
    EvaluationVersion.objects.update(long_description="**bold** <script>alert(1)</script>")
    page = text_of(client_of(viewer), f"/evaluations/{evaluation.pk}/")
    assert "<strong>bold</strong>" in page
    assert "<script>alert(1)" not in page


def test_an_evaluation_is_archived_and_brought_back(client_of: type, bob: User, evaluation: Evaluation) -> None:
    address = f"/evaluations/{evaluation.pk}/archival/"
    client_of(bob).post(address)
    assert "No evaluation yet" in text_of(client_of(bob), f"/projects/{evaluation.project_id}/evaluations/")
    assert "Run it now" not in text_of(client_of(bob), f"/evaluations/{evaluation.pk}/")
    client_of(bob).post(address, {"restore": "1"})
    assert Evaluation.objects.get().archived_at is None


READ = ("/projects/{p}/evaluations/", "/evaluations/{e}/")
FORMS = ("/projects/{p}/evaluations/new/", "/projects/{p}/evaluations/upload/", "/evaluations/{e}/revision/")
WRITE = (*FORMS, "/evaluations/{e}/archival/", "/evaluations/{e}/executions/", "/evaluations/{e}/schedule/")


def at(address: str, evaluation: Evaluation) -> str:
    return address.format(p=evaluation.project_id, e=evaluation.pk)


@pytest.mark.parametrize("address", [*READ, *FORMS, "/evaluations/{e}/schedule/"])
def test_charlie_does_not_learn_that_there_is_anything(
    client_of: type, charlie: User, evaluation: Evaluation, address: str
) -> None:
    assert client_of(charlie).get(at(address, evaluation)).status_code == 404


@pytest.mark.parametrize("address", WRITE)
def test_charlie_and_viewers_may_write_nothing(
    client_of: type, charlie: User, viewer: User, evaluation: Evaluation, address: str
) -> None:
    assert client_of(charlie).post(at(address, evaluation), {"targets": []}).status_code == 404
    body = {"targets": [target.pk for target in Target.objects.all()]}
    assert client_of(viewer).post(at(address, evaluation), body).status_code == 403
    assert Evaluation.objects.get().archived_at is None
    assert not Execution.objects.exists()


@pytest.mark.parametrize("address", ["/evaluations/{e}/archival/", "/evaluations/{e}/executions/"])
def test_actions_are_not_done_by_following_a_link(
    client_of: type, alice: User, evaluation: Evaluation, address: str
) -> None:
    assert client_of(alice).get(at(address, evaluation)).status_code == 405


@pytest.mark.parametrize("address", READ)
def test_anonymous_is_sent_to_sign_in(client: Client, evaluation: Evaluation, address: str) -> None:
    assert client.get(at(address, evaluation))["Location"].startswith("/accounts/login/")


def test_an_archived_evaluation_keeps_its_page(
    client_of: type, viewer: User, evaluation: Evaluation, bob: User
) -> None:
    archive_evaluation(evaluation, by=bob)
    assert "Archived" in text_of(client_of(viewer), f"/evaluations/{evaluation.pk}/")
