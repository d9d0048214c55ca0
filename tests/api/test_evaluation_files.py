"""Evaluation files that programs bring."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from evalhub.accounts.models import Project
from runs.models import Evaluation
from tests.factories import make_dataset, make_target, make_version

TEXT = """
evaluation:
  key: release-gate
  display_name: Release gate
  dataset_key: questions
  targets: [bot]
  metrics: [{key: contains, threshold: 0.8}]
"""


@pytest.fixture
def address(project: Project) -> str:
    make_version(dataset=make_dataset(project=project), rows=[{"input": "Hi?", "output": "Hello"}])
    make_target(project=project)
    return f"/api/v1/projects/{project.uuid}/evaluations/file/"


def test_a_file_is_saved_and_the_same_file_changes_nothing(address: str, bob_calls: APIClient) -> None:
    first = bob_calls.post(address, {"text": TEXT}, format="json")
    evaluation = Evaluation.objects.get()
    assert (first.status_code, first["Location"]) == (201, f"http://testserver/api/v1/evaluations/{evaluation.uuid}/")
    assert first.json()["is_changed"]
    second = bob_calls.post(address, {"text": TEXT}, format="json").json()
    assert (second["id"], second["version"], second["is_changed"]) == (str(evaluation.uuid), 1, False)
    third = bob_calls.post(address, {"text": TEXT.replace("0.8", "0.9")}, format="json").json()
    assert (third["id"], third["version"], third["is_changed"]) == (str(evaluation.uuid), 2, True)


def test_everything_wrong_is_told_with_its_line(address: str, bob_calls: APIClient) -> None:
    wrong = TEXT.replace("[bot]", "[bat]").replace("questions", "quests")
    answer = bob_calls.post(address, {"text": wrong}, format="json")
    told = answer.json()
    assert (answer.status_code, told["field"]) == (400, "text")
    assert [(fault["code"], fault["detail"].partition(":")[0]) for fault in told["errors"]] == [
        ("file_unusable", "Line 5, evaluation.dataset_key"),
        ("file_unusable", "Line 6, evaluation.targets[0]"),
    ]
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "- a\n- b"}, {"text": "evaluation: [}"}])
def test_what_is_no_file_is_refused(address: str, bob_calls: APIClient, body: dict[str, str]) -> None:
    assert bob_calls.post(address, body, format="json").status_code == 400


def test_a_viewer_may_not_and_charlie_learns_of_nothing(
    address: str, viewer_calls: APIClient, charlie_calls: APIClient
) -> None:
    assert viewer_calls.post(address, {"text": TEXT}, format="json").status_code == 403
    assert charlie_calls.post(address, {"text": TEXT}, format="json").status_code == 404
    assert not Evaluation.objects.exists()
