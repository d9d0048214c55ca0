"""The page of an item history, and the same as a file."""

from __future__ import annotations

import csv
import io

from django.urls import reverse

from evalhub.accounts.models import Project, User
from tests.conftest import _ClientOf
from tests.runs.history.histories import make_history


def address(project: Project, query: str = "") -> str:
    return reverse("runs:history_grid", args=[project.pk]) + query


def test_bob_sees_what_items_did_and_filters_by_it(client_of: type[_ClientOf], bob: User, project: Project) -> None:
    runs = make_history(project, "ppp", "ppf", "pfp")
    client = client_of(bob)
    page = client.get(address(project))
    text = page.content.decode()
    assert "First failed in run 3, the newest run." in text
    assert f'href="/runs/{runs[2].pk}/items/1/"' in text
    assert [link.label for link in page.context["page"].courses] == [
        "all 3",
        "▼ fails now 1",
        "▲ back 1",
        "✓ always passed 1",
    ]
    broken = client.get(address(project, "?show=broke&metric=right&sort=dataset"))
    assert [row.row.input for row in broken.context["page"].rows()] == ["question 1"]
    fragment = client.get(
        address(project, "?show=back"), headers={"HX-Request": "true", "HX-Target": "history-table"}
    ).content.decode()
    assert "question 2" in fragment
    assert "question 1" not in fragment
    assert "<html" not in fragment


def test_only_the_runs_asked_for_count(client_of: type[_ClientOf], bob: User, project: Project) -> None:
    make_history(project, "f" * 3 + "p" * 5)
    page = client_of(bob).get(address(project, "?count=5")).context["page"]
    assert [run.name for run in page.runs] == [f"run {number}" for number in range(4, 9)]
    assert page.rows()[0].row.sentence == "Passed in all 5 runs."
    assert client_of(bob).get(address(project, "?tag=nightly")).context["page"].runs == []
    nonsense = client_of(bob).get(address(project, "?count=x&show=x&sort=x&page=x&metric=x&dataset=x&target=x"))
    assert nonsense.status_code == 200


def test_a_project_without_runs_says_what_to_do(client_of: type[_ClientOf], bob: User, project: Project) -> None:
    assert "No run has finished yet" in client_of(bob).get(address(project)).content.decode()


def test_charlie_does_not_learn_that_the_project_exists(
    client_of: type[_ClientOf], charlie: User, project: Project
) -> None:
    make_history(project, "pf")
    assert client_of(charlie).get(address(project)).status_code == 404
    assert client_of(charlie).get(reverse("runs:history_export", args=[project.pk])).status_code == 404


def test_the_file_has_exactly_the_items_on_screen(client_of: type[_ClientOf], bob: User, project: Project) -> None:
    make_history(project, "pp", "pf", "f ")
    answer = client_of(bob).get(reverse("runs:history_export", args=[project.pk]) + "?show=broke")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    assert [(row["input"], row["course"], row["run 1"], row["run 2"], row["turns"]) for row in rows] == [
        ("question 1", "broke", "passed", "failed", "1")
    ]
    whole = client_of(bob).get(reverse("runs:history_export", args=[project.pk]))
    assert len(list(csv.DictReader(io.StringIO(b"".join(whole).decode())))) == 3
