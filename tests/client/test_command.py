"""The command from start to end, with a worker that does the work."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from evalhub.accounts.models import Project
from runs.models import Evaluation, Run
from tests.client.conftest import Evalhub
from tests.factories import make_dataset, make_target, make_version
from tests.worker import Worker

ANSWERS = "key,input,output,expected\na,1 + 1,It is 2,2\nb,2 + 2,It is 5,4\n"
EVALUATION = """
evaluation:
  key: release-gate
  display_name: Release gate
  dataset_key: questions
  targets: [bot]
  metrics:
    - {key: contains, threshold: 0.8}
"""


def test_recorded_answers_are_measured_and_read(
    evalhub: Evalhub, worker: Worker, tmp_path: Path, live_server: LiveServer
) -> None:
    worker.start()
    (tmp_path / "answers.csv").write_text(ANSWERS)
    ran = evalhub("run", "answers.csv", "--dataset", "Sums", "--metric", "contains", "--name", "Friday", "--ids")
    assert (ran.returncode, ran.stderr.splitlines()[-1]) == (0, "Friday: finished")
    run = Run.objects.get()
    assert ran.stdout.split() == [str(run.uuid)]
    assert (run.dataset.name, run.target.name) == ("Sums", "answers")
    [row] = json.loads(evalhub("results", "latest", "--format", "json").stdout)
    assert (row["Mean"], row["Scored"], row["Errored"]) == (0.5, 2, 0)
    items = list(csv.DictReader(evalhub("results", "latest", "--items", "--format", "csv").stdout.splitlines()))
    assert [(item["Key"], item["Contains"]) for item in items] == [("a", "1.0"), ("b", "0.0")]
    assert "| Friday | finished | 2 |" in evalhub("status", "--format", "markdown").stdout
    assert evalhub("open", "latest", "--print-only").stdout.strip() == f"{live_server.url}/runs/{run.pk}/"
    exported = evalhub("export", "latest", "-o", "items.jsonl")
    assert exported.returncode == 0, exported.stderr
    outputs = [json.loads(line)["output"] for line in (tmp_path / "items.jsonl").read_text().splitlines()]
    assert outputs == ["It is 2", "It is 5"]


def test_an_evaluation_file_is_saved_and_started(
    evalhub: Evalhub, worker: Worker, tmp_path: Path, project: Project
) -> None:
    rows = [{"input": "Hi?", "output": "Hello", "expected": "Hello"}]
    make_version(dataset=make_dataset(project=project), rows=rows)
    make_target(project=project)
    (tmp_path / "gate.yaml").write_text(EVALUATION)
    worker.start()
    first, second = evalhub("run", "gate.yaml"), evalhub("run", "gate.yaml", "--no-wait", "--format", "json")
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert '"Release gate" saved as version 1.' in first.stderr
    assert '"Release gate" is unchanged, version 1.' in second.stderr
    assert Evaluation.objects.get().key == "release-gate"
    assert {row["Id"] for row in json.loads(second.stdout)} == {str(Run.objects.latest("id").uuid)}


def test_everything_wrong_with_an_evaluation_file_is_said(evalhub: Evalhub, tmp_path: Path) -> None:
    (tmp_path / "gate.yaml").write_text(EVALUATION)
    ran = evalhub("run", "gate.yaml")
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        'Line 5, evaluation.dataset_key: The project has no dataset "questions"; make it first, or correct the name.',
        'Line 6, evaluation.targets[0]: The project has no target "bot"; make it first, or correct the name.',
    ]
    assert not Evaluation.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "more", "status", "said"),
    [
        (["status"], {"EVALHUB_API_KEY": "vq_wrong"}, 3, "key"),
        (["status"], {"EVALHUB_URL": ""}, 2, "No EvalHub is known here; use `evalhub login`"),
        (["status"], {"EVALHUB_URL": "evalhub.example.org"}, 2, "must begin with https:// or http://"),
        (["results", "latest"], {}, 2, 'Project "support-bot" has no runs yet.'),
        (["results", "Friday"], {}, 2, "nothing at /api/v1/runs/Friday/"),
        (["run", "missing.csv"], {}, 2, "missing.csv cannot be read: No such file or directory."),
        (["run", "answers.txt"], {}, 2, "answers.txt is none of: .jsonl"),
        (["gate", "latest", "--max-drop", "-1"], {}, 2, "-1 is not a drop"),
        (["status", "--project", "other"], {}, 2, 'The key reaches no project "other".'),
    ],
)
def test_what_goes_wrong_is_said_and_told_by_the_exit(
    evalhub: Evalhub, arguments: list[str], more: dict[str, str], status: int, said: str
) -> None:
    ran = evalhub(*arguments, **more)
    assert (ran.returncode, ran.stdout) == (status, "")
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_login_tries_the_key_and_keeps_it_for_its_owner_alone(
    evalhub: Evalhub, live_server: LiveServer, bobs_key: str, tmp_path: Path
) -> None:
    kept = tmp_path / ".config" / "evalhub" / "login.json"
    nowhere = {"EVALHUB_URL": "", "EVALHUB_API_KEY": ""}
    assert evalhub("login", "--url", live_server.url, "--api-key", "vq_wrong", **nowhere).returncode == 3
    assert not kept.exists()
    ran = evalhub("login", "--url", live_server.url, "--api-key", bobs_key, **nowhere)
    assert (ran.returncode, "support-bot" in ran.stdout) == (0, True), ran.stderr
    assert kept.stat().st_mode & 0o777 == 0o600
    assert evalhub("status", **nowhere).returncode == 0
    assert evalhub("status", **{**nowhere, "EVALHUB_API_KEY": "vq_wrong"}).returncode == 3
