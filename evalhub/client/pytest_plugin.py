"""A plugin for pytest: with `--evalhub`, what tests record becomes the items of one run, each with pass or fail."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pytest

from evalhub.client.api import Client
from evalhub.client.errors import ClientError
from evalhub.client.rows import packed_rows
from evalhub.client.settings import find_place
from evalhub.client.shapes import Run

PASSED = "passed"
# What is recorded travels with the report of the test, so that it also comes back from the processes of xdist.
_PROPERTY = "evalhub"


class Record(Protocol):
    """Records one item; a test may record several."""

    def __call__(
        self,
        *,
        input: object,  # noqa: A002  # the word for it everywhere in EvalHub
        output: object,
        expected: object = None,
        scores: Mapping[str, float | bool] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("evalhub", "EvalHub")
    group.addoption("--evalhub", action="store_true", help="send what tests record to EvalHub, as one run")
    group.addoption("--evalhub-project", default="", help="key of the project; EVALHUB_PROJECT unless given")
    group.addoption("--evalhub-dataset", default="pytest", help="dataset that the items become a version of")
    group.addoption("--evalhub-answered-by", default="", help="what was tested; the folder's name unless given")
    group.addoption("--evalhub-name", default="", help="name of the run")


def pytest_configure(config: pytest.Config) -> None:
    # Only the process that the others report to sends.
    if config.getoption("--evalhub") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(config), "evalhub-recorder")


@pytest.fixture
def evalhub_record(request: pytest.FixtureRequest) -> Record:
    """`evalhub_record(input=…, output=…, expected=…, scores={…}, metadata={…})`; does nothing without `--evalhub`."""

    def record(**item: Any) -> None:
        if request.config.getoption("--evalhub"):
            said = {name: value for name, value in item.items() if value is not None}
            request.node.user_properties.append((_PROPERTY, json.dumps(said, default=str)))

    return record


class Recorder:
    """Collects the items of a session and sends them at its end."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._rows: list[dict[str, Any]] = []
        self._said = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" or report.skipped:
            return
        recorded = [str(value) for name, value in report.user_properties if name == _PROPERTY]
        for place, text in enumerate(recorded, start=1):
            key = report.nodeid if place == 1 else f"{report.nodeid} #{place}"
            self._rows.append(_row(json.loads(text), key=key, report=report))

    def pytest_sessionfinish(self) -> None:
        if not self._rows:
            self._said = "EvalHub: no test recorded anything."
            return
        try:
            with Client(*self._place()) as client:
                run = self._send(client)
                self._said = f"EvalHub: {len(self._rows)} items are in {run.name}, {client.base_url}{run.page}"
        except ClientError as error:
            path = self._keep()
            self._said = (
                f"EvalHub did not take the items: {error}\nThey are kept in {path}; send them with "
                f"`evalhub run {path} --dataset {self._option('dataset')} --answered-by {self._answered_by}`."
            )

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("EvalHub")
        terminalreporter.line(self._said)

    def _place(self) -> tuple[str, str]:
        place = find_place(environment=os.environ)
        return place.url, place.api_key

    def _send(self, client: Client) -> Run:
        place = find_place(project=self._option("project"), environment=os.environ)
        said = {"dataset": self._option("dataset"), "answered_by": self._answered_by, "tags": "pytest"}
        if name := self._option("name"):
            said["name"] = name
        with packed_rows(self._rows) as upload:
            return client.import_run(client.project(place.project), upload, said)

    @property
    def _answered_by(self) -> str:
        return self._option("answered-by") or self._config.rootpath.name

    def _option(self, name: str) -> str:
        return str(self._config.getoption(f"--evalhub-{name}"))

    def _keep(self) -> Path:
        """Write the items down where the tests are, under a name of their own."""
        path = self._config.rootpath / f"evalhub-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in self._rows)
        return path


def _row(item: Mapping[str, Any], *, key: str, report: pytest.TestReport) -> dict[str, Any]:
    """The item as EvalHub takes it; whether the test passed stands beside the scores it gave itself."""
    texts = {name: _text(item[name]) for name in ("input", "output")}
    more = {"expected": item["expected"]} if "expected" in item else {}
    return {
        "key": key,
        **texts,
        **more,
        "metadata": {**item.get("metadata", {}), "test": report.nodeid, "seconds": round(report.duration, 3)},
        "scores": {**item.get("scores", {}), PASSED: report.passed},
    }


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
