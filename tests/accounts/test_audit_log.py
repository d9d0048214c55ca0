"""The page of the audit log, its filters, its files and its REST address."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from evalhub.accounts.audit import record
from evalhub.accounts.audit_log import AuditFilters
from evalhub.accounts.choices import AuditAction, Role
from evalhub.accounts.models import AuditEntry, Project, Team, User
from evalhub.accounts.services import add_member, archive_project, edit_project, issue_api_key
from tests.api.conftest import make_key
from tests.conftest import _ClientOf as ClientOf


@pytest.fixture
def changes(project: Project, team: Team, alice: User, charlie: User) -> None:
    add_member(team=team, email=charlie.email, role=Role.ADMIN, by=alice)
    edit_project(project, by=alice, name="=cmd()", description="", model_name="gpt", quality_threshold=0.8)
    archive_project(project, by=charlie)


def page(team: Team, user: User, **query: str) -> str:
    return ClientOf(user).get(reverse("accounts:audit_log", args=[team.slug]), query).content.decode()


@pytest.mark.usefixtures("changes")
def test_the_log_says_who_did_what_and_what_changed(team: Team, alice: User) -> None:
    text = page(team, alice)
    for part in ("Alice Archer", "Charlie Cole", "=cmd()", "Archived", "quality threshold", "0.8"):
        assert part in text


@pytest.mark.usefixtures("changes")
@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ({"who": "charlie"}, ["archived"]),
        ({"action": "added"}, ["added"]),
        ({"kind": "project"}, ["archived", "changed"]),
        ({"subject": "=CMD"}, ["archived", "changed"]),
        ({"since": "2200-01-01"}, []),
        ({"until": "2000-01-01"}, []),
        ({"since": "yesterday"}, ["archived", "changed", "added", "created"]),
    ],
)
def test_filters_narrow_the_log(team: Team, alice: User, query: dict[str, str], actions: list[str]) -> None:
    response = ClientOf(alice).get(reverse("accounts:audit_log", args=[team.slug]), query)
    assert [entry.action for entry in response.context["entries"]] == actions


def test_a_changed_field_may_be_called_anything(team: Team, alice: User) -> None:
    record(team=team, by=alice, action=AuditAction.CHANGED, subject=team, changes={"items": [None, 41]})
    assert re.search(r"items</span>.*41", page(team, alice))


def test_older_entries_are_a_page_further(team: Team, alice: User) -> None:
    for number in range(60):
        record(team=team, by=alice, action=AuditAction.CHANGED, subject=team, changes={"n": [None, number]})
    client, path = ClientOf(alice), reverse("accounts:audit_log", args=[team.slug])
    first = client.get(path)
    second = client.get(path + first.context["next_href"])
    seen = [entry.pk for response in (first, second) for entry in response.context["entries"]]
    assert seen == list(AuditEntry.objects.filter(team=team).values_list("id", flat=True))
    assert second.context["next_href"] == ""


@pytest.mark.usefixtures("changes")
def test_files_hold_every_entry_and_no_formula(team: Team, alice: User) -> None:
    client = ClientOf(alice)
    answers = [client.get(reverse("accounts:audit_export", args=[team.slug, each])) for each in ("csv", "jsonl")]
    sheet, lines = (b"".join(answer.streaming_content).decode() for answer in answers)  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(sheet)))
    objects = [json.loads(line) for line in lines.splitlines()]
    assert [row["action"] for row in rows] == [each["action"] for each in objects]
    assert len(rows) == AuditFilters().of(AuditEntry.objects.filter(team=team)).count() == 4
    assert rows[0]["subject"] == "'=cmd()"
    assert objects[0]["subject"] == "=cmd()"
    assert client.get(reverse("accounts:audit_export", args=[team.slug, "xml"])).status_code == 404


@pytest.mark.usefixtures("changes")
def test_programs_of_admins_read_the_log_and_those_held_to_a_project_do_not(
    team: Team, project: Project, alice: User
) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(alice)}")
    path = reverse("api:audit_log", args=[team.slug])
    found = client.get(path, {"kind": "project"}).json()["results"]
    assert [entry["action"] for entry in found] == ["archived", "changed"]
    assert found[1]["changes"]["quality_threshold"] == [0.7, 0.8]
    assert client.get(path, {"action": "stolen"}).status_code == 400
    held = issue_api_key(team=team, user=alice, name="held", project=project).secret
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {held}")
    assert client.get(path).status_code == 403


def test_editors_do_not_read_the_log_and_strangers_do_not_learn_of_it(team: Team, bob: User, charlie: User) -> None:
    path = reverse("accounts:audit_log", args=[team.slug])
    assert ClientOf(bob).get(path).status_code == 403
    assert ClientOf(charlie).get(path).status_code == 404
