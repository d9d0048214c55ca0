"""What tests record becomes a run, and is not lost when nobody takes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runs.models import Run
from tests.api.runs_at_work import work
from tests.worker import REPOSITORY

pytest_plugins = ["pytester"]
TESTS = """
import pytest

@pytest.mark.parametrize("question, wanted", [("1 + 1", "2"), ("2 + 2", "5")])
def test_sums(evalhub_record, question, wanted):
    answer = str(eval(question))
    evalhub_record(input=question, output=answer, expected=wanted, scores={"length": 1}, metadata={"kind": "sum"})
    assert answer == wanted

def test_nothing_recorded():
    pass
"""
ARGUMENTS = ("-p", "evalhub.client.pytest_plugin", "-p", "no:randomly", "-p", "no:django")


@pytest.fixture
def tests(pytester: pytest.Pytester, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with tests of somebody's bot, from where the live server is known."""
    for name, value in {**environment, "PYTHONPATH": str(REPOSITORY)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    pytester.makepyfile(test_bot=TESTS)
    return pytester


def test_a_session_is_one_run_with_pass_and_fail(tests: pytest.Pytester) -> None:
    ran = tests.runpytest_subprocess(*ARGUMENTS, "--evalhub", "--evalhub-answered-by", "bot", "--evalhub-name", "CI 7")
    ran.assert_outcomes(passed=2, failed=1)
    run = work(Run.objects.get())
    ran.stdout.fnmatch_lines([f"EvalHub: 2 items are in CI 7, http://*/runs/{run.pk}/"])
    assert (run.dataset.name, run.target.name, run.tags) == ("pytest", "bot", ["pytest"])
    assert {metric.name: metric.mean for metric in run.run_metrics.all()} == {"passed": 0.5, "length": 1.0}
    first = run.dataset_version.items.order_by("ordinal")[0]
    assert (first.key, first.input, first.expected) == ("test_bot.py::test_sums[1 + 1-2]", "1 + 1", "2")
    assert first.metadata["kind"] == "sum"


def test_nothing_is_sent_unless_asked_for(tests: pytest.Pytester) -> None:
    tests.runpytest_subprocess(*ARGUMENTS).assert_outcomes(passed=2, failed=1)
    assert not Run.objects.exists()


def test_what_nobody_takes_is_kept_and_said(tests: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVALHUB_API_KEY", "vq_wrong")
    ran = tests.runpytest_subprocess(*ARGUMENTS, "--evalhub")
    ran.assert_outcomes(passed=2, failed=1)
    [kept] = tests.path.glob("evalhub-*.jsonl")
    ran.stdout.fnmatch_lines(["EvalHub did not take the items: *", f"They are kept in {kept}; send them with *"])
    rows = [json.loads(line) for line in Path(kept).read_text().splitlines()]
    assert [row["scores"] for row in rows] == [{"length": 1, "passed": True}, {"length": 1, "passed": False}]
