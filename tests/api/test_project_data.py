"""How long a project keeps runs, its exports and its deletion, over REST."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from evalhub.accounts.choices import Role
from evalhub.accounts.models import Membership, Project, User
from runs.execution import exporting, project_deletion
from runs.models import ProjectExport, Run
from tests.api.conftest import Caller
from tests.runs.scored_runs import Answer, make_scored_run


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def address(project: Project) -> str:
    return f"/api/v1/projects/{project.uuid}"


@pytest.fixture
def run(project: Project) -> Run:
    answers = [Answer(output="Hello world", expected="world", scores={"contains": 1.0})] * 3
    return make_scored_run(project=project, answers=answers, metrics={"contains": {}})


def test_a_program_asks_what_would_go_before_it_sets_how_long_runs_are_kept(
    alice_calls: APIClient, project: Project, run: Run, address: str
) -> None:
    Run.objects.update(created_at=timezone.now() - timedelta(days=40))
    path = f"{address}/retention/"
    assert alice_calls.get(path).json() == {"days": None, "preview": None}
    asked = alice_calls.get(path, {"days": 30}).json()
    preview = {"days": 30, "runs": 1, "items": 3, "kept_baselines": 0, "kept_tagged": 0}
    assert asked == {"days": None, "preview": preview}
    changed = alice_calls.put(path, {"days": 30}, format="json")
    assert (changed.status_code, changed.json()) == (200, {"days": 30, "preview": preview})
    project.refresh_from_db()
    assert project.keep_runs_days == 30
    assert alice_calls.put(path, {"days": None}, format="json").json() == {"days": None, "preview": None}


@pytest.mark.parametrize("days", ["0", "3651", "99999999999999999999", "many"])
def test_days_that_are_none_are_refused(alice_calls: APIClient, address: str, days: str) -> None:
    path = f"{address}/retention/"
    assert alice_calls.get(path, {"days": days}).json()["field"] == "days"
    assert alice_calls.put(path, {"days": days}, format="json").json()["field"] == "days"
    assert alice_calls.put(path, {}, format="json").json()["field"] == "days"


def test_an_export_is_asked_for_followed_and_taken_away(alice_calls: APIClient, run: Run, address: str) -> None:
    path = f"{address}/exports/"
    asked = [alice_calls.post(path, {}, format="json", HTTP_IDEMPOTENCY_KEY="nightly") for _ in range(2)]
    assert [answer.status_code for answer in asked] == [202, 202]
    assert asked[0].json() == asked[1].json()
    assert asked[0].json()["state"] == "queued"
    second = alice_calls.post(path, {"format": "parquet"}, format="json")
    assert (second.status_code, second.json()["code"]) == (409, "export_under_way")
    where = asked[0]["Location"]
    early = alice_calls.get(where + "file/")
    assert (early.status_code, early.json()["code"]) == (409, "export_not_ready")
    exporting.make_export(ProjectExport.objects.get().pk)
    ready = alice_calls.get(where, {"wait": 5}).json()
    assert (ready["state"], ready["format"], ready["done"], ready["total"]) == ("ready", "jsonl", 6, 6)
    file = alice_calls.get(where + "file/", HTTP_ACCEPT_ENCODING="gzip")
    body = file.getvalue()
    assert (file["Content-Type"], int(file["Content-Length"])) == ("application/zip", len(body))
    assert len(body) == ready["size_bytes"]
    assert f"runs/{run.pk}/items.jsonl" in zipfile.ZipFile(io.BytesIO(body)).namelist()
    assert [one["id"] for one in alice_calls.get(path).json()["results"]] == [ready["id"]]


def test_items_come_as_parquet_where_that_was_asked_for(alice_calls: APIClient, run: Run, address: str) -> None:
    where = alice_calls.post(f"{address}/exports/", {"format": "parquet"}, format="json")["Location"]
    exporting.make_export(ProjectExport.objects.get().pk)
    body = alice_calls.get(where + "file/").getvalue()
    archive = zipfile.ZipFile(io.BytesIO(body))
    items = pq.read_table(io.BytesIO(archive.read(f"runs/{run.pk}/items.parquet"))).to_pylist()
    assert [(item["ordinal"], item["output"], item["contains"]) for item in items] == [
        (place, "Hello world", 1.0) for place in range(3)
    ]
    rows = pq.read_table(io.BytesIO(archive.read(f"datasets/{run.dataset.key}/v1.parquet")))
    assert rows.column("expected").to_pylist() == ["world"] * 3
    assert not [name for name in archive.namelist() if name.endswith("items.jsonl")]


def test_a_project_is_deleted_by_its_typed_name_and_followed_to_its_end(
    alice_calls: APIClient, project: Project, run: Run, address: str
) -> None:
    path = f"{address}/deletion/"
    before = alice_calls.get(path).json()
    assert (before["state"], before["contents"]["runs"], before["contents"]["items"]) == ("not_asked", 1, 3)
    wrong = alice_calls.post(path, {"name": "support bot"}, format="json")
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["field"]) == (400, "name_differs", "name")
    named = {"name": "Support bot"}
    asked = [alice_calls.post(path, named, format="json", HTTP_IDEMPOTENCY_KEY="away") for _ in range(2)]
    assert [answer.status_code for answer in asked] == [202, 202]
    assert [answer.json()["state"] for answer in asked] == ["under_way"] * 2
    assert alice_calls.post(path, named, format="json").status_code == 404
    assert alice_calls.get(f"{address}/").status_code == 404
    under_way = alice_calls.get(asked[0]["Location"]).json()
    assert (under_way["name"], under_way["runs_left"], under_way["versions_left"]) == ("Support bot", 1, 1)
    assert project_deletion.delete_project_rows(project.pk)
    over = alice_calls.get(path, {"wait": 5}).json()
    assert (over["state"], over["runs_left"], over["versions_left"]) == ("finished", 0, 0)
    assert over["deleted_by"] == "Alice Archer <alice@example.org>"


def test_the_library_is_not_deleted_and_has_no_such_pages(alice_calls: APIClient, project: Project) -> None:
    library = Project.objects.get(team=project.team, is_library=True)
    path = f"/api/v1/projects/{library.uuid}"
    refused = alice_calls.post(f"{path}/deletion/", {"name": library.name}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "project_is_library")
    for part in ("retention", "exports"):
        assert alice_calls.get(f"{path}/{part}/").status_code == 404


def test_only_admins_follow_a_deletion_and_only_in_their_team(
    alice: User, bob: User, charlie: User, caller: Caller, project: Project, address: str
) -> None:
    path = f"{address}/deletion/"
    assert caller(bob).post(path, {"name": project.name}, format="json").status_code == 403
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    held = caller(alice, project=project)
    assert caller(bob).post(path, {"name": project.name}, format="json").status_code == 202
    assert caller(alice).get(path).status_code == 200
    for calls, status in ((caller(alice, role=Role.EDITOR), 404), (caller(charlie), 404), (held, 401)):
        assert calls.get(path).status_code == status
