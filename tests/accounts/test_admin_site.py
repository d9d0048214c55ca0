"""Every page of the admin site opens, for superusers alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evalhub.accounts.choices import Role
from evalhub.accounts.invitations import invite
from evalhub.accounts.models import Project, Team, User
from evalhub.accounts.services import issue_api_key
from evalhub.connections.grants import take_grant
from evalhub.connections.models import AllowedHost, Connection
from evalhub.webhooks.models import Delivery, Webhook
from metrics.models import ProjectMetric
from runs import models as runs
from runs.choices import CompareAs, QueueRule
from runs.services.notices import NoticeKind, notify
from tests.factories import builtin, make_dataset, make_run, make_run_metric, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root@example.org", "root-secret", name="Root")


@pytest.fixture
def rows(team: Team, project: Project, alice: User) -> None:
    """A row of every model, so that every change page has something to show."""
    judge = Connection.objects.create(team=team, name="Judge", base_url="https://example.org/v1")
    AllowedHost.objects.create(host="example.org")
    take_grant(judge.pk, holder="worker-1", wanted=5)
    ProjectMetric.objects.create(project=project, metric=builtin("contains").metric, connection=judge)
    issue_api_key(team=team, user=alice, name="CI")
    version = make_version(
        dataset=make_dataset(project=project), rows=[{"input": "2 + 2?", "output": "4", "expected": "4"}]
    )
    dataset_import = runs.DatasetImport.objects.create(project=project, file="rows.csv", file_name="rows.csv")
    runs.RejectedRow.objects.create(dataset_import=dataset_import, line=7, reason="No input.")
    runs.RunView.objects.create(project=project, name="Nightly", query="tag=nightly")
    evaluation = runs.Evaluation.objects.create(project=project, key="nightly", name="Nightly")
    recipe = runs.EvaluationVersion.objects.create(evaluation=evaluation, number=1, name="Nightly")
    runs.EvaluationMetric.objects.create(evaluation_version=recipe, metric=builtin("contains").metric, rank=0)
    runs.Execution.objects.create(project=project, evaluation_version=recipe)
    runs.EvaluationSchedule.objects.create(evaluation=evaluation, cron="0 6 * * *", time_zone="UTC")
    webhook = Webhook.objects.create(project=project, url="https://example.org/", events=["run.finished"], secret=b"")
    Delivery.objects.create(webhook=webhook, event="webhook.test", body="{}")
    _run_rows(make_run(version=version), project, alice)


def _run_rows(run: runs.Run, project: Project, alice: User) -> None:
    metric = make_run_metric(run=run, revision=builtin("contains"))
    item = run.dataset_version.items.get()
    run_item = runs.RunItem.objects.create(project_id=project.pk, run=run, item=item, ordinal=0)
    of_item: dict[str, Any] = {"run": run, "run_item": run_item}
    invite(team=project.team, role=Role.VIEWER, by=alice)
    runs.ProjectExport.objects.create(project=project)
    runs.RunBatch.objects.create(run=run, number=0, start=0, stop=1)
    runs.RunItemTrace.objects.create(run_item=run_item, trace=[])
    runs.JudgeCall.objects.create(**of_item, run_metric=metric, request={})
    runs.RunColumn.objects.create(run=run, run_metric=metric, name="value", start=0, length=1, packed=b"\0" * 8)
    runs.CacheEntry.objects.create(team=project.team, kind="answer", key_hash="0" * 64, reply={})
    runs.Label.objects.create(project=project, name="tone")
    review = runs.Review.objects.create(**of_item)
    runs.ReviewChange.objects.create(review=review, author=alice, field="state", before="open", after="fixed")
    runs.Override.objects.create(**of_item, metric=metric.revision.metric, author=alice, value=1.0)
    runs.Comment.objects.create(**of_item, author=alice, body="Right.")
    _rows_of_people(run, run_item, project, alice)


def _rows_of_people(run: runs.Run, run_item: runs.RunItem, project: Project, alice: User) -> None:
    """What people made of runs and items."""
    judge, version = run.run_metrics.get().revision, run.dataset_version
    notify(person=alice, kind=NoticeKind.MENTION, text="Look.", address="/", project=project)
    runs.Release.objects.create(project=project, name="2.1")
    runs.SharedReport.objects.create(project=project, name="Customer", run_ids=[run.pk], token_hash="0" * 64)
    other = make_version(dataset=version.dataset, rows=[{"input": "2 + 3?"}], number=2)
    runs.ItemPair.objects.create(
        project=project, first_version=version, second_version=other, first_key=1, second_key=2
    )
    queue = runs.ReviewQueue.objects.create(project=project, name="Morning", rule=QueueRule.FAILING, run=run)
    runs.ReviewTask.objects.create(queue=queue, run=run, run_item=run_item, position=0)
    runs.DatasetAddition.objects.create(run=run, run_item=run_item, version=other)
    runs.JudgeReference.objects.create(project=project, metric=judge.metric)
    runs.TrustWork.objects.create(project=project)
    empty = {"run_items": b"", "judge_values": b"", "people_values": b"", "people_passed": b""}
    runs.JudgeTrust.objects.create(
        project=project, metric=judge.metric, revision=judge, compare_as=CompareAs.CLASSES, n_rows=0, **empty
    )


def addresses(model: type[Model], model_admin: ModelAdmin[Any], client: Client) -> dict[str, int]:
    """The model's list, search, add and first change page, with what they answer."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    urls = [reverse(f"{name}_changelist"), reverse(f"{name}_changelist") + "?q=a", reverse(f"{name}_add")]
    first = model._default_manager.order_by("pk").first()
    if first:
        urls.append(reverse(f"{name}_change", args=[first.pk]))
    return {url: client.get(url).status_code for url in urls}


@pytest.mark.usefixtures("rows")
def test_every_list_add_and_change_page_opens_for_a_superuser(root: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(root)
    answers: dict[str, int] = {}
    for model, model_admin in admin.site._registry.items():
        assert model._meta.app_label == "mfa" or model._default_manager.exists(), model
        answers |= addresses(model, model_admin, client)
    refused = {url for url, status in answers.items() if status == 403}
    assert all(url.endswith("/add/") for url in refused)
    assert {url: status for url, status in answers.items() if url not in refused and status != 200} == {}
    assert client.get(reverse("admin:index")).status_code == 200


def test_every_model_of_ours_is_there_but_scores_lent_keys_findings_and_rows_shown_inside_others() -> None:
    registered = {model.__name__ for model in admin.site._registry}
    inside = {"Score", "Membership", "EvaluationMetric", "ReviewChange"}
    nobodys_business = {"LentKey"}
    # Worked out from scores, again and again; runs' own pages show them.
    derived = {"RunVerdict", "Insight", "InsightReport", "ItemSet", "FailureGroup"}
    from_apps = {
        model.__name__
        for label in ("accounts", "connections", "metrics", "runs")
        for model in apps.get_app_config(label).get_models()
    }
    assert from_apps - registered == inside | nobodys_business | derived


def test_anonymous_is_sent_to_the_sign_in_page_of_everybody(client: Client) -> None:
    for url in ("/admin/", "/admin/login/", "/admin/runs/run/"):
        response = client.get(url, follow=True)
        address, status = response.redirect_chain[-1]
        assert (address.split("?")[0], status) == (reverse("account_login"), 302)


def test_signing_in_at_the_admins_own_address_is_not_possible(client: Client, root: User) -> None:
    response = client.post("/admin/login/", {"username": root.email, "password": "root-secret"})
    assert response["Location"].startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("is_staff", [False, True])
def test_members_and_staff_who_are_not_superusers_are_refused(
    alice: User, client_of: Callable[[User], Client], is_staff: bool
) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=is_staff)
    response = client_of(alice).get("/admin/", follow=True)
    assert response.status_code == 403


@pytest.mark.usefixtures("rows")
def test_a_list_of_a_big_table_neither_counts_it_nor_loads_its_bodies(
    root: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(root)
    for name in ("item", "runitem", "judgecall", "cacheentry"):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(f"admin:runs_{name}_changelist")).status_code == 200
        ours = [query["sql"] for query in queries if f'FROM "runs_{name}"' in query["sql"]]
        assert len(ours) == 1
        assert "COUNT(" not in ours[0]
        assert not any(f'"{body}"' in ours[0] for body in ("input", "output", "trace", "request", "reply", "raw"))


def test_times_are_written_so_that_they_sort_as_they_read(root: User) -> None:
    User.objects.filter(pk=root.pk).update(last_login=datetime(2026, 11, 1, 18, 5, tzinfo=UTC))
    client = Client()
    client.force_login(User.objects.create_superuser("second@example.org", "root-secret", name="Second"))
    assert "2026-11-01 18:05" in client.get(reverse("admin:accounts_user_changelist")).content.decode()
