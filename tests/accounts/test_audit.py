"""The audit log: what is written down of a change, and that it stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from evalhub.accounts.audit import differences, record
from evalhub.accounts.choices import AuditAction, AuditSubject, Door, Role
from evalhub.accounts.models import AuditEntry, Membership, Project, Team, User
from evalhub.accounts.services import archive_project, create_team, edit_project, issue_api_key, remove_member
from evalhub.connections.models import AllowedHost
from runs.services.comments import add_comment, delete_comment, edit_comment
from tests.api.conftest import make_key
from tests.runs.scored_runs import Answer, make_scored_run

ClientOf = Callable[[User], Client]


def newest(**filters: Any) -> AuditEntry:
    entry = AuditEntry.objects.filter(**filters).first()
    assert entry is not None
    return entry


def test_a_change_on_a_page_is_kept_with_who_what_and_where(
    team: Team, alice: User, bob: User, client_of: ClientOf
) -> None:
    member = Membership.objects.get(user=bob)
    path = reverse("accounts:member_role", args=[team.slug, member.pk])
    client_of(alice).post(path, {"role": "admin"}, REMOTE_ADDR="192.0.2.7")
    entry = newest()
    assert (entry.team, entry.by, entry.by_name) == (team, alice, "Alice Archer <alice@example.org>")
    assert (entry.action, entry.subject_kind, entry.subject_id) == ("changed", AuditSubject.MEMBER, str(member.pk))
    assert entry.subject_name == "Bob Baker <bob@example.org>"
    assert entry.changes == {"role": ["editor", "admin"]}
    assert (entry.door, entry.address, entry.key_name) == (Door.PAGE, "192.0.2.7", "")


def test_a_change_by_a_key_names_the_key(project: Project, alice: User) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_key(alice)}")
    address = reverse("api:project", args=[project.uuid])
    assert client.patch(address, {"name": "Sales bot"}, format="json").status_code == 200
    entry = newest()
    assert (entry.door, entry.by, entry.project) == (Door.API, alice, project)
    assert entry.key is not None
    assert entry.key_name == str(entry.key)
    assert entry.changes == {"name": ["Support bot", "Sales bot"]}


def test_what_changes_nothing_is_not_written_down(project: Project, alice: User) -> None:
    before = AuditEntry.objects.count()
    edit_project(project, by=alice, name=project.name, description="", model_name="", quality_threshold=0.7)
    archive_project(project, by=alice)
    archive_project(project, by=alice)
    assert [entry.action for entry in AuditEntry.objects.all()[:1]] == [AuditAction.ARCHIVED]
    assert AuditEntry.objects.count() == before + 1


def test_a_change_that_is_rolled_back_was_never_made(project: Project, alice: User) -> None:
    before = AuditEntry.objects.count()
    with transaction.atomic():
        archive_project(project, by=alice)
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == before


def test_secrets_are_hidden_whoever_passes_them(team: Team, alice: User) -> None:
    secret = issue_api_key(team=team, user=alice, name="CI").secret
    headers = {"Authorization": "Bearer abc", "X-Api-Key": "abc", "Accept": "text/plain"}
    changes = differences({}, {"secret": "abc", "request": {"headers": headers}, "has_api_key": True, "max_tokens": 5})
    record(team=team, by=alice, action=AuditAction.CHANGED, subject=team, changes=changes)
    assert newest().changes["request"] == [
        None,
        {"headers": {"Authorization": "•••", "X-Api-Key": "•••", "Accept": "text/plain"}},
    ]
    assert newest().changes["has_api_key"] == [None, True]
    assert newest().changes["max_tokens"] == [None, 5]
    for entry in AuditEntry.objects.all():
        assert "abc" not in str(entry.changes)
        assert secret not in str(vars(entry))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET by_name = 'Mallory'",
        "UPDATE accounts_auditentry SET by_id = (SELECT id FROM accounts_user WHERE email = 'bob@example.org')",
        "DELETE FROM accounts_auditentry",
    ],
)
def test_the_database_refuses_to_change_what_is_written(team: Team, bob: User, statement: str) -> None:
    count = AuditEntry.objects.count()
    with pytest.raises(DatabaseError, match="only added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.count() == count == 1


def test_an_entry_outlives_the_person_and_the_project(project: Project, team: Team, bob: User, alice: User) -> None:
    Membership.objects.filter(user=bob).update(role=Role.ADMIN)
    archive_project(project, by=bob)
    bob.delete()
    project.delete()
    entry = newest()
    assert (entry.by, entry.by_name) == (None, "Bob Baker <bob@example.org>")
    assert (entry.project, entry.project_name, entry.subject_name) == (None, "Support bot", "Support bot")


def test_who_is_removed_takes_their_keys_along_and_both_are_kept(team: Team, alice: User, bob: User) -> None:
    issue_api_key(team=team, user=bob, name="CI")
    remove_member(Membership.objects.get(user=bob), by=alice)
    written = [(entry.action, entry.subject_kind) for entry in AuditEntry.objects.all()[:2]]
    assert written == [("removed", "member"), ("revoked", "api_key")]


def test_what_an_admin_changes_on_the_admin_site_is_kept_without_its_secret(team: Team, client_of: ClientOf) -> None:
    root = User.objects.create_superuser("root@example.org", "root-secret", name="Root")
    AllowedHost.objects.create(host="example.org")
    fields = {"team": team.pk, "name": "Judge", "base_url": "https://example.org/v1", "parameters": "{}"}
    values = fields | {"timeout_seconds": 60, "api_key": "sk-secret"}
    client_of(root).post(reverse("admin:connections_connection_add"), values)
    entry = newest(door=Door.ADMIN)
    assert (entry.by, entry.action, entry.subject_name) == (root, "created", "Judge")
    assert entry.changes["base_url"] == [None, "https://example.org/v1"]
    assert "sk-secret" not in str(entry.changes)


def test_a_host_that_is_allowed_for_all_stands_in_the_log_of_each_team(
    team: Team, alice: User, client_of: ClientOf
) -> None:
    other = create_team(name="Sales", owner=alice)
    root = User.objects.create_superuser("root@example.org", "root-secret", name="Root")
    client_of(root).post(
        reverse("admin:connections_allowedhost_add"), {"host": "judge.example.org", "note": "For all."}
    )
    for each in (team, other):
        entry = newest(team=each)
        assert (entry.subject_kind, entry.action, entry.subject_name) == (
            "allowed_host",
            "created",
            "judge.example.org",
        )
        assert (entry.by, entry.door) == (root, Door.ADMIN)
    host = AllowedHost.objects.get()
    client_of(root).post(reverse("admin:connections_allowedhost_delete", args=[host.pk]), {"post": "yes"})
    assert [newest(team=each).action for each in (team, other)] == ["deleted", "deleted"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://ann:pass@models.example.org/v1", "https://•••@models.example.org/v1"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer •••"),
        ("my key is vq_0123456789abcdefghij0123", "my key is •••"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "•••"),
        ("https://example.org:8443/a@b", "https://example.org:8443/a@b"),
    ],
)
def test_a_secret_within_a_text_is_hidden(team: Team, alice: User, text: str, shown: str) -> None:
    record(team=team, by=alice, action=AuditAction.CHANGED, subject=team, changes={"note": [None, {"is": [text]}]})
    assert newest().changes["note"][1] == {"is": [shown]}


def test_a_remark_that_is_taken_back_leaves_no_words_in_the_log(project: Project, alice: User) -> None:
    run = make_scored_run(project=project, answers=[Answer()], metrics={})
    comment = add_comment(
        run.run_items.select_related("run__project__team").get(), body="My password is hunter2", by=alice
    )
    delete_comment(edit_comment(comment, body="Forget it", by=alice), by=alice)
    entries = list(AuditEntry.objects.filter(subject_kind="comment"))
    assert [entry.action for entry in entries] == ["deleted", "changed"]
    assert entries[0].subject_name == "Alice Archer on item 1 of run"
    assert not any("hunter2" in str(vars(entry)) or "Forget" in str(vars(entry)) for entry in entries)
