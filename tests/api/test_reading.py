"""What every read may ask for: some fields alone, nothing where nothing changed, and a packed answer."""

from __future__ import annotations

import gzip
import json

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project
from tests.factories import make_dataset, make_version

PROJECTS = "/api/v1/projects/"


def _address(project: Project) -> str:
    return f"{PROJECTS}{project.uuid}/"


def test_only_the_named_fields_come(project: Project, bob_calls: APIClient) -> None:
    assert bob_calls.get(f"{_address(project)}?fields=key,name").json() == {"key": "support-bot", "name": "Support bot"}
    page = bob_calls.get(f"{PROJECTS}?fields=key&size=1").json()
    assert page == {"results": [{"key": "support-bot"}], "next": None}


def test_the_next_page_has_the_same_fields(project: Project, bob_calls: APIClient) -> None:
    Project.objects.create(team=project.team, key="second", name="Second")
    following = bob_calls.get(bob_calls.get(f"{PROJECTS}?fields=key&size=1").json()["next"]).json()
    assert following["results"] == [{"key": "support-bot"}]


@pytest.mark.parametrize("ending", ["", "?key=nowhere"])
def test_an_unknown_field_is_refused_even_of_an_empty_list(bob_calls: APIClient, ending: str) -> None:
    refused = bob_calls.get(f"{PROJECTS}{ending or '?'}&fields=key,colour")
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (400, "field_unknown", "fields")
    assert "key, name" in refused.json()["detail"]


def test_what_has_not_changed_is_not_sent_again(project: Project, bob_calls: APIClient, alice_calls: APIClient) -> None:
    first = bob_calls.get(_address(project))
    again = bob_calls.get(_address(project), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert first["Cache-Control"] == "private, no-cache"
    alice_calls.patch(_address(project), {"name": "New"}, format="json")
    changed = bob_calls.get(_address(project), headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, changed.json()["name"]) == (200, "New")


def test_an_answer_is_packed_for_who_can_unpack_it(project: Project, bob_calls: APIClient) -> None:
    plain = bob_calls.get("/api/v1/metrics/")
    packed = bob_calls.get("/api/v1/metrics/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == plain.json()
    headers = {"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]}
    assert bob_calls.get("/api/v1/metrics/", headers=headers).status_code == 304


def test_a_file_is_packed_while_it_is_sent(project: Project, bob_calls: APIClient) -> None:
    dataset = make_dataset(project=project)
    make_version(dataset=dataset, rows=[{"input": f"question {number}"} for number in range(600)])
    export = f"/api/v1/datasets/{dataset.uuid}/versions/1/export/?fields=input"
    answer = bob_calls.get(export, headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    lines = gzip.decompress(b"".join(answer.streaming_content)).splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 600


def test_every_read_in_json_is_described_so(bob_calls: APIClient) -> None:
    schema = bob_calls.get("/api/v1/schema/", HTTP_ACCEPT="application/vnd.oai.openapi+json").json()
    read = schema["paths"]["/api/v1/projects/{project_id}/"]["get"]
    assert "304" in read["responses"]
    assert "fields" in {parameter["name"] for parameter in read["parameters"]}
