"""Starting a run in the browser: the form, what it offers, and every refusal at its field."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from evalhub.accounts.models import Project, User
from metrics.models import Metric, ProjectMetric
from runs.choices import TargetKind
from runs.models import DatasetVersion, Run, Target
from tests.conftest import _ClientOf as ClientOf
from tests.factories import make_dataset, make_target, make_version

ROWS: list[dict[str, Any]] = [
    {"input": "a", "output": "A", "expected": "A", "given_scores": {"rating": 4}},
    {"input": "b", "output": "B", "expected": "B", "given_scores": {"rating": 2}},
    {"input": "c", "output": "C"},
]
FORM = {
    "target": "support-bot",
    "target_version": "2.1",
    "sampling": "all",
    "repeats": "1",
    "cache_policy": "reuse",
    "star": "contains",
    "metric-contains-is_chosen": "on",
    "metric-contains-threshold": "0.8",
    "metric-contains-weight": "2",
}


@pytest.fixture
def version(project: Project) -> DatasetVersion:
    version = make_version(dataset=make_dataset(project=project), rows=ROWS)
    version.given_metrics = [{"key": "rating", "count": 2, "minimum": 1, "maximum": 5, "has_reason": False}]
    version.metadata_keys = {"model": {"items": 3, "values": [["gpt-oss", 3]], "has_more": False}}
    version.save()
    return version


def address(project: Project) -> str:
    return reverse("runs:run_create", args=[project.pk])


def post(user: User, version: DatasetVersion, **changes: Any) -> Any:  # noqa: ANN401  # the test client's own response
    body = {name: value for name, value in {**FORM, "version": version.pk, **changes}.items() if value is not None}
    return ClientOf(user).post(address(version.dataset.project), body)


def test_bob_starts_a_run_and_lands_on_its_page(bob: User, version: DatasetVersion) -> None:
    response = post(bob, version, tags="nightly, ,release", metadata='{"branch": "main"}')
    run = Run.objects.get()
    assert response["Location"] == reverse("runs:run_detail", args=[run.pk])
    assert (run.target.name, run.target.version, run.dataset_version) == ("support-bot", "2.1", version)
    assert (run.tags, run.metadata, run.created_by) == (["nightly", "release"], {"branch": "main"}, bob)
    (metric,) = run.run_metrics.all()
    assert (metric.key, metric.threshold, metric.weight, metric.is_star) == ("contains", 0.8, 2.0, True)


def test_repeats_the_cache_and_a_spending_cap_are_chosen(bob: User, version: DatasetVersion) -> None:
    post(bob, version, repeats="3", cache_policy="no-cache", spending_cap="2.5")
    run = Run.objects.get()
    assert (run.repeats, run.cache_policy, run.spending_cap) == (3, "no-cache", Decimal("2.5"))
    page = ClientOf(bob).get(f"{address(run.project)}?clone={run.pk}")
    assert [page.context["form"][name].initial for name in ("repeats", "cache_policy")] == [3, "no-cache"]
    wrong = post(bob, version, spending_cap="0")
    assert "spending_cap" in wrong.context["form"].errors


def test_scores_that_came_with_the_data_can_be_taken(bob: User, version: DatasetVersion) -> None:
    given = {"metric-given:rating-is_chosen": "on", "metric-given:rating-threshold": "3", "star": "given:rating"}
    post(bob, version, **{**given, "metric-contains-is_chosen": None})
    (metric,) = Run.objects.get().run_metrics.all()
    assert (metric.key, metric.threshold, metric.is_star) == ("rating", 3.0, True)
    assert (metric.range_min, metric.range_max) == (1, 5)


def test_the_form_says_which_items_have_what_a_metric_needs(bob: User, version: DatasetVersion) -> None:
    page = ClientOf(bob).get(address(version.dataset.project)).content.decode()
    assert "2 of 3 items have it" in page
    assert "in the data" in page
    assert 'value="gpt-oss"' in page


def test_metrics_stand_in_groups_of_which_those_without_a_chosen_one_are_closed(
    bob: User, version: DatasetVersion
) -> None:
    groups = {each.name: each for each in ClientOf(bob).get(address(version.dataset.project)).context["metric_groups"]}
    assert list(groups) == [
        *("Text match", "Structure", "Retrieval", "Specialized", "Safety", "Operations", "Data quality", "In the data")
    ]
    assert {name for name, group in groups.items() if group.is_open} == {"Text match", "In the data"}
    assert groups["Text match"].chosen_count == 3
    wrong = post(bob, version, **{"metric-length-threshold": "short"})
    assert {group.name: group.is_open for group in wrong.context["metric_groups"]}["Operations"]


def test_what_nobody_measured_is_said_before_the_run(bob: User, version: DatasetVersion) -> None:
    page = ClientOf(bob).get(address(version.dataset.project))
    options = {form.option.key: form.option for form in page.context["metric_forms"]}
    assert (options["latency"].available, options["latency"].needs) == (0, "a measured time")
    assert (options["completeness"].available, options["completeness"].needs) == (3, "")
    assert "no item has it" in page.content.decode()
    refused = post(bob, version, **{"metric-contains-is_chosen": None, "metric-cost-is_chosen": "on", "star": ""})
    assert "Cost needs a known price; 3 of 3 items will be unscored" in str(refused.context["form"].errors["metrics"])


def test_judges_are_not_offered_before_they_can_run(bob: User, version: DatasetVersion) -> None:
    page = ClientOf(bob).get(address(version.dataset.project)).content.decode()
    assert "Contains" in page
    assert "Coherence" not in page


def test_metrics_start_from_the_settings_of_the_project(bob: User, version: DatasetVersion) -> None:
    contains = Metric.objects.get(key="contains", team=None)
    project = version.dataset.project
    ProjectMetric.objects.create(project=project, metric=contains, is_enabled=False, threshold=0.65, weight=3)
    page = ClientOf(bob).get(address(project))
    (form,) = [form for form in page.context["metric_forms"] if form.option.key == "contains"]
    assert form.initial == {"is_chosen": False, "threshold": 0.65, "weight": 3}


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"target": " "}, "target", "required"),
        ({"sampling": "head"}, "num_samples", "Say how many"),
        ({"sampling": "head", "num_samples": "0"}, "num_samples", "greater than or equal to 1"),
        ({"metric-contains-is_chosen": None}, "metrics", "Choose at least one metric"),
        ({"star": "levenshtein"}, "star", "not among the chosen"),
        ({"star": "nonsense"}, "star", "valid choice"),
        ({"commit_url": "javascript:alert(1)"}, "commit_url", "valid URL"),
        ({"metadata": "[1]"}, "metadata", "Write an object"),
        ({"metadata": "{"}, "metadata", "valid JSON"),
        ({"tags": "x" * 81}, "tags", "80 characters"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(
    bob: User, version: DatasetVersion, changes: dict[str, Any], field: str, sentence: str
) -> None:
    response = post(bob, version, **changes)
    assert response.status_code == 200
    assert sentence in str(response.context["form"].errors[field])
    assert not Run.objects.exists()
    assert not Target.objects.exists()


def test_a_bad_threshold_is_said_at_its_metric(bob: User, version: DatasetVersion) -> None:
    response = post(bob, version, **{"metric-contains-threshold": "high"})
    assert "Enter a number" in response.content.decode()
    assert not Run.objects.exists()


def test_a_clone_starts_from_the_recipe_of_the_other_run(bob: User, version: DatasetVersion) -> None:
    post(bob, version, sampling="random", num_samples="2", tags="nightly", name="first")
    page = ClientOf(bob).get(address(version.dataset.project) + f"?clone={Run.objects.get().pk}")
    form = page.context["form"]
    assert form.initial["target"] == "support-bot"
    assert (form.initial["sampling"], form.initial["num_samples"], form.initial["star"]) == ("random", 2, "contains")
    chosen = {each.option.code: each.initial["is_chosen"] for each in page.context["metric_forms"]}
    assert chosen["contains"]
    assert not chosen["levenshtein"]


def test_without_data_the_page_says_what_to_do(bob: User, project: Project) -> None:
    assert "There is no data to run over" in ClientOf(bob).get(address(project)).content.decode()


def test_a_version_of_another_team_cannot_be_used(bob: User, version: DatasetVersion, charlie: User) -> None:
    elsewhere = Project.objects.create(team=charlie.memberships.get().team, key="else", name="Else")
    foreign = make_version(dataset=make_dataset(project=elsewhere), rows=ROWS)
    path = address(version.dataset.project)
    assert ClientOf(bob).get(f"{path}?version={foreign.pk}").status_code == 404
    assert ClientOf(bob).post(path, {**FORM, "version": foreign.pk}).status_code == 404
    assert ClientOf(bob).get(f"{path}?version=first").status_code == 404


def test_a_viewer_may_not_start_a_run(viewer: User, version: DatasetVersion) -> None:
    assert post(viewer, version).status_code == 403
    assert not Run.objects.exists()


def test_charlie_does_not_learn_that_the_project_exists(charlie: User, version: DatasetVersion) -> None:
    assert post(charlie, version).status_code == 404


def test_anonymous_is_sent_to_sign_in(client: Client, project: Project) -> None:
    assert client.get(address(project))["Location"].startswith("/accounts/login/")


def test_a_target_that_is_asked_makes_outputs_for_metrics_that_need_them(bob: User, project: Project) -> None:
    version = make_version(dataset=make_dataset(project=project), rows=[{"input": "a", "expected": "A"}])
    bot = make_target(project=project, name="chat-bot", kind=TargetKind.CHAT_MODEL)
    page = ClientOf(bob).get(address(project))
    assert {form.option.key: form.option.available for form in page.context["metric_forms"]}["contains"] == 0
    page = ClientOf(bob).get(f"{address(project)}?version={version.pk}&asked={bot.pk}")
    assert {form.option.key: form.option.available for form in page.context["metric_forms"]}["contains"] == 1
    assert "chat-bot is asked for every item" in page.content.decode()
    assert "target" not in page.context["form"].fields


def test_the_form_says_that_items_with_an_output_are_not_asked(bob: User, version: DatasetVersion) -> None:
    project = version.dataset.project
    bot = make_target(project=project, name="chat-bot", kind=TargetKind.CHAT_MODEL)
    page = ClientOf(bob).get(f"{address(project)}?asked={bot.pk}").content.decode()
    assert "nobody would be asked" in page


def test_a_target_with_nobody_to_ask_is_refused(bob: User, version: DatasetVersion) -> None:
    bot = make_target(project=version.dataset.project, name="chat-bot", kind=TargetKind.CHAT_MODEL)
    response = post(bob, version, asked=bot.pk, target=None, target_version=None)
    assert "Choose the connection" in str(response.context["form"].non_field_errors())
    assert not Run.objects.exists()


def test_a_target_of_another_team_cannot_be_asked(bob: User, version: DatasetVersion, charlie: User) -> None:
    elsewhere = Project.objects.create(team=charlie.memberships.get().team, key="else", name="Else")
    foreign = make_target(project=elsewhere, kind=TargetKind.CHAT_MODEL)
    assert post(bob, version, asked=foreign.pk).status_code == 404
    assert post(bob, version, asked="bot").status_code == 404
