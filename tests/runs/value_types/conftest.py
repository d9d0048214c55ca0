"""A run over a stub judge with a metric of each kind of value: yes-or-no turned round, percentage, category."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest
from pytest_django.fixtures import Settings

from evalhub.accounts.models import Project, User
from runs.models import Run
from runs.services.runs import MetricChoice, RunRequest, create_run
from tests.factories import make_dataset, make_target, make_version
from tests.runs.execution.judged import make_connection, work
from tests.stub_endpoint import Behaviour, StubEndpoint

# What the judge says of each answer: tone, toxic or not, and how much of it the passages support.
VERDICTS: dict[str, tuple[str, bool, float]] = {
    "calm": ("neutral", False, 1.0),
    "glad": ("joy", False, 0.75),
    "rude": ("anger", True, 0.25),
    "curt": ("annoyance", False, 0.5),
}
PASSAGE = "Parcels take three working days to arrive."
OUTPUTS = {
    "calm": "It is calm: parcels take three working days to arrive.",
    "glad": "So glad you asked!",
    "rude": "A rude answer, write to anna.berg@mail.berlin.de.",
    "curt": "A curt answer.",
}
METRICS = ("tone", "toxicity", "context_adherence", "chunk_attribution", "pii_leaks")


def judge(body: Mapping[str, Any]) -> str:
    """A verdict in the words that the metric's scale knows, by the answer that is judged."""
    prompt = body["messages"][-1]["content"]
    output = prompt.split("BEGIN OUTPUT")[1]
    tone, is_toxic, support = next(VERDICTS[name] for name in VERDICTS if name in output)
    metric = re.match(r"# Metric: (\w+)", prompt)
    assert metric
    score = {"tone": tone, "toxicity": is_toxic, "context": support}[metric[1]]
    return orjson.dumps({"explanation": f"Because of {output.splitlines()[1]}", "score": score}).decode()


@pytest.fixture
def judge_stub(settings: Settings) -> Iterator[StubEndpoint]:
    settings.EVALHUB_ALLOWED_ENDPOINT_HOSTS = ["127.0.0.1"]
    with StubEndpoint(Behaviour(reply=judge)) as stub:
        yield stub


@pytest.fixture
def queued_run(project: Project, bob: User, judge_stub: StubEndpoint) -> Run:
    make_connection(project, judge_stub)
    rows = [
        {"input": f"Question {name}?", "key": name, "output": output, "context": [PASSAGE, "Returns are free."]}
        for name, output in OUTPUTS.items()
    ]
    version = make_version(dataset=make_dataset(project=project), rows=rows)
    choices = [MetricChoice(key=key) for key in METRICS]
    target = make_target(project=project)
    request = RunRequest(project=project, version=version, target=target, metrics=choices, star="tone")
    return create_run(request, by=bob)


@pytest.fixture
def judged_run(queued_run: Run) -> Run:
    return work(queued_run)
