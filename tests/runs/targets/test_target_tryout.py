"""Trying a target out: one question over real HTTP, from the form as it stands, and nothing saved."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from evalhub.accounts.models import Project, User
from evalhub.connections.models import Connection
from runs.models import Target
from tests.conftest import _ClientOf as ClientOf
from tests.factories import make_connection
from tests.stub_endpoint import Behaviour, StubEndpoint

FRAGMENT = {"HX-Request": "true", "HX-Target": "target-tryout"}
QUESTION = {"question-input": "Why?", "question-context": "One.\n\nTwo.", "question-metadata": '{"language": "de"}'}


@pytest.fixture
def connection(project: Project, stub: StubEndpoint, settings: Settings) -> Connection:
    """Leads to the stub, which is allowed."""
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1"]
    return make_connection(team=project.team, secret="sk-very-secret", base_url=stub.base_url, default_model="stub-1")


def tryout(user: User, to: Connection, project: Project, **fields: Any) -> Any:  # noqa: ANN401  # a response
    body = {"kind": "chat_model", "connection": to.pk, **QUESTION, **fields}
    return ClientOf(user).post(reverse("runs:target_tryout", args=[project.pk]), body, headers=FRAGMENT)


def test_a_chat_model_answers_from_the_form_and_nothing_is_saved(
    project: Project, connection: Connection, bob: User, stub: StubEndpoint
) -> None:
    stub.behaviour = Behaviour(reply=lambda _: "<b>Because.</b>")
    template = "{{ context }} {{ input }} {{ metadata.language }}"
    page = tryout(bob, connection, project, system_message="Be brief.", template=template).content.decode()
    assert stub.requests[0]["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "One.\n\nTwo. Why? de"},
    ]
    assert "&lt;b&gt;Because.&lt;/b&gt;" in page
    assert "<html" not in page
    assert "sk-very-secret" not in page
    assert not Target.objects.exists()


def test_an_http_endpoint_answers_by_its_paths(
    project: Project, connection: Connection, bob: User, stub: StubEndpoint
) -> None:
    calls = [{"name": "find", "arguments": {"q": "x"}}]
    stub.behaviour = Behaviour(json={"text": "Berlin", "passages": ["One."], "calls": calls, "in": 1234})
    fields = {
        "kind": "http_endpoint",
        "method": "POST",
        "path": "/answer/{{ metadata.language }}",
        "body": '{"q": "{{ input }}"}',
        "key_header": "X-Api-Key",
        "answer_path": "$.text",
        "context_path": "$.passages",
        "tool_calls_path": "$.calls",
        "input_tokens_path": "$.in",
    }
    page = tryout(bob, connection, project, **fields).content.decode()
    ((method, path, body),) = stub.others
    assert (method, path, json.loads(body)) == ("POST", "/v1/answer/de", {"q": "Why?"})
    assert stub.headers[0]["X-Api-Key"] == "sk-very-secret"
    assert ">Berlin<" in page
    assert "<code>find</code>" in page
    assert "1 passage" in page
    assert "1,234" in page


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        (Behaviour(api_key="another"), "refused the API key"),
        (Behaviour(models=frozenset({"other"})), "does not know the model"),
        (Behaviour(status=422, text="not ready"), "(422): not ready"),
        (Behaviour(rate_limited=1.0), "turned the call away"),
        (Behaviour(server_error=1.0), "had an error of its own"),
    ],
)
def test_what_went_wrong_is_said_in_a_sentence(
    project: Project, connection: Connection, bob: User, stub: StubEndpoint, behaviour: Behaviour, sentence: str
) -> None:
    stub.behaviour = behaviour
    assert sentence in tryout(bob, connection, project).content.decode()
    assert stub.calls == 1


def test_a_host_that_no_admin_allowed_is_not_called(
    project: Project, connection: Connection, bob: User, stub: StubEndpoint, settings: Settings
) -> None:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = []
    assert "is not allowed" in tryout(bob, connection, project).content.decode()
    assert stub.calls == 0


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"template": "{{ imput }}"}, "did you mean {{ input }}?"),
        ({"connection": ""}, "Choose the connection"),
        ({"kind": "recorded"}, "there is nobody to ask"),
        ({"parameters": "{"}, "no valid JSON"),
        ({"question-input": ""}, "This field is required"),
        ({"question-metadata": "[]"}, "Write an object"),
        ({"question-context": "", "template": "{{ context }}"}, "has no &quot;context&quot;"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nobody_is_called(
    project: Project, connection: Connection, bob: User, stub: StubEndpoint, fields: dict[str, str], sentence: str
) -> None:
    assert sentence in tryout(bob, connection, project, **fields).content.decode()
    assert stub.calls == 0


def test_without_script_the_whole_form_comes_back_with_the_answer(
    project: Project, connection: Connection, bob: User, stub: StubEndpoint
) -> None:
    body = {"kind": "chat_model", "connection": connection.pk, "model": "stub-1", "name": "bot", **QUESTION}
    page = ClientOf(bob).post(reverse("runs:target_tryout", args=[project.pk]), body).content.decode()
    assert "<html" in page
    assert 'value="bot"' in page
    assert f'action="{reverse("runs:target_create", args=[project.pk])}"' in page
    assert "Fine." in page


def test_a_connection_of_another_team_cannot_be_tried(
    project: Project, connection: Connection, bob: User, charlie: User, stub: StubEndpoint
) -> None:
    foreign = make_connection(team=charlie.memberships.get().team, base_url=stub.base_url, default_model="stub-1")
    assert "valid choice" in tryout(bob, foreign, project).content.decode()
    assert stub.calls == 0


def test_a_viewer_may_not_spend(project: Project, connection: Connection, viewer: User, stub: StubEndpoint) -> None:
    assert tryout(viewer, connection, project).status_code == 403
    assert stub.calls == 0


def test_charlie_does_not_learn_that_the_project_exists(
    project: Project, connection: Connection, charlie: User
) -> None:
    assert tryout(charlie, connection, project).status_code == 404


def test_it_is_only_posted(project: Project, bob: User, client: Client) -> None:
    address = reverse("runs:target_tryout", args=[project.pk])
    assert ClientOf(bob).get(address).status_code == 405
    assert client.post(address)["Location"].startswith("/accounts/login/")
