"""Every error of the API is a problem by RFC 9457."""

from __future__ import annotations

from django.test import Client
from rest_framework.test import APIClient

from evalhub.accounts.models import Project, User

PROJECTS = "/api/v1/projects/"


def test_an_error_of_a_service_keeps_its_code_and_sentence(project: Project, bob_calls: APIClient) -> None:
    answer = bob_calls.post(PROJECTS, {"name": project.name}, format="json")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:evalhub:problem:project_exists",
        "title": "Conflict",
        "status": 409,
        "code": "project_exists",
        "detail": 'The team has a project called "Support bot" already; choose another name.',
        "field": None,
        "errors": [],
    }


def test_a_bad_body_has_every_fault_with_its_field(bob_calls: APIClient) -> None:
    problem = bob_calls.post(PROJECTS, {"quality_threshold": 3}, format="json").json()
    assert (problem["status"], problem["code"], problem["field"]) == (400, "invalid", "name")
    assert {(fault["field"], fault["code"]) for fault in problem["errors"]} == {
        ("name", "required"),
        ("quality_threshold", "max_value"),
    }


def test_broken_json_is_a_problem(bob_calls: APIClient) -> None:
    answer = bob_calls.post(PROJECTS, b"{", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_another_kind_of_body_is_refused(bob_calls: APIClient) -> None:
    answer = bob_calls.post(PROJECTS, b"name: x", content_type="application/yaml")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_method_that_is_not_there_names_those_that_are(bob_calls: APIClient) -> None:
    answer = bob_calls.delete(PROJECTS)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer["Allow"]


def test_an_address_that_leads_nowhere_is_a_problem(db: None) -> None:
    answer = APIClient().get("/api/v1/nothing/here/")
    assert (answer.status_code, answer.json()["code"]) == (404, "address_unknown")


def test_a_nul_in_the_address_is_the_callers_fault(bob_calls: APIClient) -> None:
    answer = bob_calls.get(f"{PROJECTS}?key=%00")
    assert (answer.status_code, answer.json()["code"]) == (400, "address_invalid")


def test_a_session_without_its_token_changes_nothing(bob: User, project: Project) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(bob)
    answer = browser.post(PROJECTS, {"name": "Mine"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
