"""`manage.py import_dataset`: the same path as the browser, in one process."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from evalhub.accounts.models import Project, Team
from runs.models import DatasetImport, DatasetVersion

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "questions.csv"
    path.write_text("id,ask,answer\n1,a,b\n2,c\n3,d,e\n")
    return path


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_dataset", *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_file_is_loaded_and_its_rejected_rows_are_printed(rows: Path, project: Project) -> None:
    printed = run(rows, "--project", project.key, "--map", "input=ask", "output=answer")
    assert "rejected, line 3: The row has 2 cells" in printed
    assert "questions v1: new version, 2 of 3 rows accepted, 1 rejected" in printed
    version = DatasetVersion.objects.get()
    assert list(version.items.order_by("ordinal").values_list("key", "input", "output")) == [
        ("1", "a", "b"),
        ("3", "d", "e"),
    ]


def test_the_same_file_makes_no_second_version(rows: Path, project: Project) -> None:
    for expected in ("new version", "were there already"):
        assert expected in run(rows, "--project", project.key, "--map", "input=ask", "--dataset", "Asked")
    assert str(DatasetVersion.objects.get()) == "Asked v1"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--project", "nowhere"], 'no project with the key "nowhere"'),
        (["--project", "support-bot"], "No column is mapped to input"),
        (["--project", "support-bot", "--map", "inputs=ask"], '"inputs" is no field of an item'),
        (["--project", "support-bot", "--map", "input=query"], "it has: id, ask, answer"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_left(
    arguments: list[str], says: str, rows: Path, project: Project
) -> None:
    with pytest.raises(CommandError, match=says):
        run(rows, *arguments)
    assert not DatasetImport.objects.exists()


def test_a_missing_file_and_an_unknown_encoding_are_named(tmp_path: Path, project: Project) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run(tmp_path / "missing.csv", "--project", project.key)
    western = tmp_path / "western.csv"
    western.write_bytes("input,output\ncafé,b\n".encode("cp1252"))
    with pytest.raises(CommandError, match=r"offset 16 is not UTF-8.*--encoding"):
        run(western, "--project", project.key)
    run(western, "--project", project.key, "--encoding", "cp1252")
    assert DatasetVersion.objects.get().items.get().input == "café"


def test_a_project_key_that_two_teams_use_asks_for_the_team(rows: Path, project: Project) -> None:
    other = Team.objects.create(name="Other", slug="other")
    Project.objects.create(team=other, key=project.key, name="Same key")
    with pytest.raises(CommandError, match="add --team with one of: "):
        run(rows, "--project", project.key)
    assert "v1" in run(rows, "--project", project.key, "--team", project.team.slug, "--map", "input=ask")
