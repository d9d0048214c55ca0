"""Another tool's result file goes the way of every file: by page and by command, saying what is left behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from evalhub.accounts.models import Project, User
from runs.models import DatasetVersion
from runs.services.run_metrics import MetricChoice, resolve_choices
from tests.runs.datasets.loading import load, upload

ClientOf = Callable[[User], Client]
RESULTS = [
    {"prompt": {"raw": "Capital?"}, "vars": {}, "response": {"output": "Bern"}, "score": 1, "provider": "small"},
    {"prompt": {"raw": "Largest?"}, "vars": {}, "response": {"error": "timed out"}, "score": 0, "provider": "small"},
]
FILE = json.dumps({"results": {"version": 2, "results": RESULTS}}).encode()


@pytest.mark.django_db
def test_the_page_names_the_tool_and_what_is_not_carried_over(project: Project, bob: User, client_of: ClientOf) -> None:
    received = upload(FILE, project=project, by=bob, name="eval.json")
    text = client_of(bob).get(reverse("runs:import_detail", args=[received.pk])).content.decode()
    assert "promptfoo results, 2 rows, 1 metric</h2>" in text
    assert "these scores come along: promptfoo" in text
    assert "Assertions and their thresholds" in text
    assert "Load the rows" in text
    assert "Largest?" in text


@pytest.mark.django_db(transaction=True)
def test_the_command_loads_it_and_a_call_that_failed_has_no_score(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "eval.json"
    path.write_bytes(FILE)
    out = StringIO()
    call_command("import_dataset", str(path), "--project", project.key, stdout=out, stderr=StringIO())
    assert "2 of 2 rows accepted" in out.getvalue()
    assert "Recognised promptfoo results, 2 rows, 1 metric: promptfoo" in out.getvalue()
    assert "not carried over: Assertions and their thresholds" in out.getvalue()
    version = DatasetVersion.objects.get()
    assert version.recorded_target == "small"
    answered, failed = version.items.order_by("ordinal")
    assert answered.given_scores == {"promptfoo": {"score": 1}}
    assert (failed.output, failed.given_scores, failed.metadata["error"]) == (None, None, "timed out")


@pytest.mark.django_db
def test_a_run_over_the_scores_keeps_their_direction_and_kind(project: Project, bob: User) -> None:
    told = {"name": "Bias", "threshold": 0.5, "success": True, "score": 0.1}
    case = {"input": "Capital?", "actualOutput": "Bern", "metricsData": [told, {"name": "ok", "score": True}]}
    content = json.dumps({"testCases": [case], "metricsScores": []}).encode()
    version = load(content, project=project, by=bob, name="run.json").version
    assert version is not None
    described = {given["key"]: given for given in version.given_metrics}
    assert (described["Bias"]["direction"], described["ok"]["value_type"]) == ("lower", "boolean")
    chosen = resolve_choices(
        [MetricChoice(key=key, is_given=True) for key in described], project=project, version=version
    )
    kinds = [(one.revision.direction, one.revision.value_type) for one in chosen]
    assert kinds == [("lower", "number"), ("higher", "boolean")]
