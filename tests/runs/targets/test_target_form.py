"""Describing, changing, copying and archiving a target in the browser; every refusal at its field."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from evalhub.accounts.models import Project, User
from evalhub.connections.models import Connection
from runs.choices import TargetKind
from runs.models import Target
from runs.services.targets import TargetSettings, create_target
from tests.conftest import _ClientOf as ClientOf

CHAT = {"name": "bot", "version": "1", "kind": "chat_model", "parameters": '{"temperature": 0}', "tags": "a, b"}
HTTP = {
    "name": "service",
    "kind": "http_endpoint",
    "method": "PUT",
    "path": "/answer",
    "headers": '{"X-Environment": "test"}',
    "key_header": "X-Api-Key",
    "body": '{"q": "{{ input }}"}',
    "answer_path": "$.text",
    "cost_path": "$.cost",
}


def create(user: User, project: Project, body: dict[str, Any]) -> Any:  # noqa: ANN401  # a response
    return ClientOf(user).post(reverse("runs:target_create", args=[project.pk]), body)


def test_bob_describes_a_chat_model_and_lands_on_its_page(bob: User, project: Project, connection: Connection) -> None:
    response = create(bob, project, {**CHAT, "connection": connection.pk, "template": "Q: {{ input }}"})
    target = Target.objects.get()
    assert response["Location"] == reverse("runs:target_detail", args=[target.pk])
    assert (target.name, target.version, target.kind, target.tags) == ("bot", "1", TargetKind.CHAT_MODEL, ["a", "b"])
    assert (target.parameters, target.template, target.created_by) == ({"temperature": 0}, "Q: {{ input }}", bob)


def test_bob_describes_an_http_endpoint(bob: User, project: Project, connection: Connection) -> None:
    create(bob, project, {**HTTP, "connection": connection.pk})
    assert Target.objects.get().request == {
        "method": "PUT",
        "path": "/answer",
        "headers": {"X-Environment": "test"},
        "key_header": "X-Api-Key",
        "body": {"q": "{{ input }}"},
        "paths": {"answer": "$.text", "cost": "$.cost"},
    }


@pytest.mark.parametrize("body", [HTTP["body"], '"{{ input }}"', "", '["{{ input }}", 1]'])
def test_the_form_starts_as_the_target_is_and_saves_it_unchanged(
    bob: User, project: Project, connection: Connection, body: str
) -> None:
    create(bob, project, {**HTTP, "connection": connection.pk, "body": body})
    target = Target.objects.get()
    address = reverse("runs:target_edit", args=[target.pk])
    form = ClientOf(bob).get(address).context["form"]
    filled = {field.html_name: field.value() for field in form}
    again = {name: "" if value is None else value for name, value in filled.items()}
    assert ClientOf(bob).post(address, again)["Location"] == reverse("runs:target_detail", args=[target.pk])
    changed = Target.objects.get()
    assert (changed.request, changed.version_hash) == (target.request, target.version_hash)


def test_a_copy_starts_from_the_other_target(bob: User, target: Target) -> None:
    address = reverse("runs:target_create", args=[target.project_id])
    form = ClientOf(bob).get(f"{address}?copy={target.pk}").context["form"]
    assert (form.initial["name"], form.initial["system_message"]) == ("support-bot", "Be brief.")
    assert ClientOf(bob).get(f"{address}?copy={target.pk + 1}").status_code == 404


def test_an_edited_target_has_another_hash(bob: User, target: Target) -> None:
    before = target.version_hash
    body = {"name": "support-bot", "kind": "chat_model", "connection": target.connection_id, "model": "large-2"}
    ClientOf(bob).post(reverse("runs:target_edit", args=[target.pk]), body)
    target.refresh_from_db()
    assert (target.model, target.version_hash != before) == ("large-2", True)


@pytest.mark.parametrize(
    ("base", "changes", "field", "sentence"),
    [
        (CHAT, {"name": ""}, "name", "required"),
        (CHAT, {"kind": "oracle"}, "kind", "valid choice"),
        (CHAT, {"connection": ""}, "connection", "Choose the connection"),
        (CHAT, {"template": "{{ outptu }}"}, "template", "is unknown"),
        (CHAT, {"parameters": "[1]"}, "parameters", "Write an object"),
        (CHAT, {"parameters": "{"}, "parameters", "no valid JSON"),
        (HTTP, {"body": '{"n": {{ input.n }}}'}, "body", "Placeholders stand in quotes"),
        (HTTP, {"method": "DELETE"}, "method", "valid choice"),
        (HTTP, {"path": "answer"}, "path", "begin with a slash"),
        (HTTP, {"headers": '{"Authorization": "x"}'}, "headers", "looks like a key"),
        (HTTP, {"answer_path": "$["}, "answer_path", "no JSON path"),
        (HTTP, {"tool_calls_path": "a b"}, "tool_calls_path", "no JSON path"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_saved(  # noqa: PLR0917  # each is a column of the table
    bob: User,
    project: Project,
    connection: Connection,
    base: dict[str, str],
    changes: dict[str, str],
    field: str,
    sentence: str,
) -> None:
    response = create(bob, project, {**base, "connection": connection.pk, **changes})
    assert response.status_code == 200
    assert sentence in str(response.context["form"].errors[field])
    assert not Target.objects.exists()


def test_a_name_in_use_is_said_at_the_version(bob: User, target: Target) -> None:
    body = {**CHAT, "name": "support-bot", "version": "2.1", "connection": target.connection_id}
    response = create(bob, target.project, body)
    assert "has a target" in str(response.context["form"].errors["version"])


def test_archiving_asks_once_and_frees_the_name(bob: User, target: Target) -> None:
    address = reverse("runs:target_archival", args=[target.pk])
    assert "Archive support-bot 2.1?" in ClientOf(bob).get(address).content.decode()
    assert Target.objects.filter(deleted_at=None).exists()
    assert ClientOf(bob).post(address)["Location"] == reverse("runs:target_list", args=[target.project_id])
    assert not Target.objects.filter(deleted_at=None).exists()


@pytest.mark.parametrize("name", ["target_edit", "target_archival"])
def test_a_viewer_may_not_change_a_target(viewer: User, target: Target, name: str) -> None:
    address = reverse(f"runs:{name}", args=[target.pk])
    assert ClientOf(viewer).get(address).status_code == 403
    assert ClientOf(viewer).post(address, CHAT).status_code == 403
    assert ClientOf(viewer).get(reverse("runs:target_create", args=[target.project_id])).status_code == 403


def test_other_methods_are_refused(bob: User, target: Target) -> None:
    assert ClientOf(bob).delete(reverse("runs:target_edit", args=[target.pk])).status_code == 405
    assert ClientOf(bob).delete(reverse("runs:target_archival", args=[target.pk])).status_code == 405


def test_a_run_is_offered_the_targets_of_the_library_too(bob: User, project: Project, connection: Connection) -> None:
    library, _ = Project.objects.get_or_create(team=project.team, is_library=True, defaults={"key": "l", "name": "L"})
    settings = TargetSettings(name="shared", kind=TargetKind.CHAT_MODEL, connection=connection)
    shared = create_target(settings, project=library, by=bob)
    assert list(Target.objects.usable_in(project).asked()) == [shared]


def test_without_a_connection_the_form_says_who_makes_one(alice: User, bob: User, project: Project) -> None:
    address = reverse("runs:target_create", args=[project.pk])
    make = reverse("connections:connection_create", args=[project.team.slug])
    assert make in ClientOf(alice).get(address).content.decode()
    page = ClientOf(bob).get(address).content.decode()
    assert "An admin of the team makes one" in page
    assert make not in page
