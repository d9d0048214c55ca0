"""How long a project keeps runs, its export, and its deletion, on real rows."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from evalhub.accounts.choices import Role
from evalhub.accounts.models import ApiKey, AuditEntry, Membership, Project, User
from evalhub.accounts.services import issue_api_key
from evalhub.core.errors import Conflict, Invalid, NotAllowed
from runs.choices import ExportState, ReviewState
from runs.execution import exporting, project_deletion
from runs.models import Comment, Dataset, Item, ProjectExport, Run, RunItem, Score
from runs.services import project_data
from runs.services.comments import add_comment
from runs.services.reviews import set_state
from tests.conftest import _ClientOf as ClientOf
from tests.runs.scored_runs import Answer, make_scored_run


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def scored_run(project: Project, *, days_old: int = 0, **fields: Any) -> Run:
    answer = Answer(output="Hello world", expected="world", scores={"contains": 1.0})
    dataset = f"Questions {project.datasets.count()}"
    run = make_scored_run(project=project, answers=[answer, answer], metrics={"contains": {}}, dataset=dataset)
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(days=days_old), **fields)
    run.refresh_from_db()
    return run


def test_old_runs_go_but_not_baselines_nor_tagged_nor_young_ones(project: Project, alice: User) -> None:
    old = scored_run(project, days_old=40)
    kept = [
        scored_run(project, days_old=40, is_baseline=True),
        scored_run(project, days_old=40, tags=["release"]),
        scored_run(project, days_old=20),
    ]
    preview = project_data.preview_retention(project, days=30)
    assert (preview.runs, preview.items, preview.kept_baselines, preview.kept_tagged) == (1, 2, 1, 1)
    assert preview.examples == [old]
    assert project_data.apply_retention() == 0
    project_data.set_retention(project, days=30, by=alice)
    assert project_data.apply_retention() == 1
    assert project_data.apply_retention() == 0
    assert set(Run.objects.filter(deleted_at=None)) == set(kept)
    entry = AuditEntry.objects.filter(action="deleted").first()
    assert entry is not None
    assert (entry.by, entry.subject_kind, entry.changes) == (None, "run", {"kept_for_days": [None, 30]})


def test_a_round_of_retention_takes_a_slice_and_the_next_goes_on(
    project: Project, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        scored_run(project, days_old=9)
    project_data.set_retention(project, days=5, by=alice)
    monkeypatch.setattr(project_data, "_RUNS_A_ROUND", 2)
    assert [project_data.apply_retention() for _ in range(3)] == [2, 1, 0]


def test_the_page_shows_what_would_go_before_it_goes(project: Project, alice: User) -> None:
    scored_run(project, days_old=40)
    client, path = ClientOf(alice), reverse("runs:project_data", args=[project.pk])
    assert "1 run</strong> with 2 items would be deleted" in client.get(path, {"days": 30}).content.decode()
    client.post(reverse("runs:project_retention", args=[project.pk]), {"days": "30"})
    project.refresh_from_db()
    assert project.keep_runs_days == 30
    assert client.post(reverse("runs:project_retention", args=[project.pk]), {"days": "0"}).status_code == 400
    client.post(reverse("runs:project_retention", args=[project.pk]), {"days": ""})
    project.refresh_from_db()
    assert project.keep_runs_days is None


def test_a_deleted_project_is_out_of_sight_at_once_and_then_gone(project: Project, alice: User) -> None:
    run = scored_run(project)
    issue_api_key(team=project.team, user=alice, name="CI", project=project)
    client = ClientOf(alice)
    path = reverse("runs:project_deletion", args=[project.pk])
    assert "2 items" in client.get(path).content.decode()
    assert "You typed &quot;support bot&quot;" in client.post(path, {"name": "support bot"}).content.decode()
    assert client.post(path, {"name": "Support bot"}).status_code == 302
    assert client.get(reverse("runs:project_overview", args=[project.pk])).status_code == 404
    assert client.get(reverse("runs:run_detail", args=[run.pk])).status_code == 404
    assert project_deletion.delete_project_rows(project.pk)
    for model in (Run, RunItem, Score, Dataset, Item, ApiKey):
        assert not model.objects.exists(), model
    assert not Project.objects.filter(is_library=False).exists()
    entry = AuditEntry.objects.filter(subject_kind="project").first()
    assert entry is not None
    assert (entry.action, entry.project_name, entry.project) == ("deleted", "Support bot", None)


def test_only_admins_delete_and_nobody_deletes_the_library(project: Project, alice: User, bob: User) -> None:
    with pytest.raises(NotAllowed):
        project_data.delete_project(project, typed_name=project.name, by=bob)
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    library = Project.objects.get(team=project.team, is_library=True)
    with pytest.raises(Conflict):
        project_data.delete_project(library, typed_name=library.name, by=bob)
    with pytest.raises(Invalid):
        project_data.delete_project(project, typed_name="", by=bob)
    assert not project_deletion.delete_project_rows(project.pk)


def test_a_project_whose_dataset_another_uses_is_kept(project: Project, alice: User) -> None:
    run = scored_run(project)
    other = Project.objects.create(team=project.team, key="other", name="Other")
    Run.objects.filter(pk=run.pk).update(project=other)
    with pytest.raises(Conflict, match="uses a dataset or target"):
        project_data.delete_project(project, typed_name=project.name, by=alice)


def test_an_export_holds_all_of_the_project_and_says_so(project: Project, alice: User) -> None:
    run = scored_run(project)
    run_item = run.run_items.order_by("ordinal").first()
    assert run_item is not None
    set_state(run_item, state=ReviewState.ACKNOWLEDGED, seen_version=0, by=alice)
    add_comment(run_item, body="Look here", by=alice)
    export = project_data.export_project(project, by=alice)
    with pytest.raises(Conflict):
        project_data.export_project(project, by=alice)
    exporting.make_export(export.pk)
    response = ClientOf(alice).get(reverse("runs:project_export_file", args=[project.pk, export.pk]))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))  # type: ignore[attr-defined]
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["project"]["name"] == "Support bot"
    for file in manifest["files"]:
        assert hashlib.sha256(archive.read(file["name"])).hexdigest() == file["sha256"]

    def rows(name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in archive.read(name).splitlines()]

    items = rows(f"runs/{run.pk}/items.jsonl")
    assert [item["output"] for item in items] == ["Hello world", "Hello world"]
    assert items[0]["judge"]["contains"]["score"] == 1.0
    assert len(rows(f"datasets/{run.dataset.key}/v1.jsonl")) == 2
    assert rows(f"runs/{run.pk}/reviews.jsonl")[0]["state"] == "acknowledged"
    assert rows(f"runs/{run.pk}/comments.jsonl")[0] == {
        "ordinal": 0,
        "repeat": 0,
        "author_email": "alice@example.org",
        "body": "Look here",
        "created_at": Comment.objects.get().created_at.isoformat(),
    }
    assert [metric["metric"] for metric in rows("metrics.jsonl")] == ["contains"]
    export.refresh_from_db()
    assert (export.state, export.done, export.total) == (ExportState.READY, 4, 4)


def test_an_export_is_thrown_away_after_a_week(project: Project, alice: User, files: Path) -> None:
    export = project_data.export_project(project, by=alice)
    path = reverse("runs:project_export_file", args=[project.pk, export.pk])
    assert ClientOf(alice).get(path).status_code == 409
    exporting.make_export(export.pk)
    [kept] = (files / "exports").iterdir()
    ProjectExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    exporting.throw_away_outdated()
    assert not kept.exists()
    assert ClientOf(alice).get(path).status_code == 409


def test_an_export_whose_worker_died_is_taken_up_and_in_the_end_given_up(project: Project, alice: User) -> None:
    export = project_data.export_project(project, by=alice)
    lost = {"state": ExportState.WORKING, "lease_until": timezone.now() - timedelta(seconds=1)}
    ProjectExport.objects.update(**lost)
    assert list(ProjectExport.objects.to_make()) == [export]
    ProjectExport.objects.update(tries=exporting.MOST_TRIES)
    exporting.make_export(export.pk)
    export.refresh_from_db()
    assert (export.state, export.file.name) == (ExportState.FAILED, "")


def test_items_asked_several_times_are_counted_and_written_once_for_each_answer(project: Project, alice: User) -> None:
    answers = [Answer(output=word) for word in ("a", "b", "c", "d")]
    run = make_scored_run(project=project, answers=answers, metrics={}, repeats=2)
    export = project_data.export_project(project, by=alice)
    exporting.make_export(export.pk)
    export.refresh_from_db()
    assert (export.done, export.total) == (6, 6)
    lines = zipfile.ZipFile(export.open_file()).read(f"runs/{run.pk}/items.jsonl").splitlines()
    assert [json.loads(line)["output"] for line in lines] == ["a", "b", "c", "d"]


def test_the_page_asks_in_which_form_items_are_wanted(project: Project, alice: User) -> None:
    client, path = ClientOf(alice), reverse("runs:project_exports", args=[project.pk])
    assert client.post(path, {"file_format": "xlsx"}).status_code == 400
    assert client.post(path, {"file_format": "parquet"}).status_code == 302
    export = ProjectExport.objects.get()
    exporting.make_export(export.pk)
    shown = client.get(reverse("runs:project_data", args=[project.pk])).content.decode()
    assert "Parquet" in shown
    assert 'name="file_format"' in shown
