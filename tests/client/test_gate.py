"""The gate of a build: closed by a real drop that is too large, and by nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from runs.models import Run
from tests.api.runs_at_work import work
from tests.client.conftest import Evalhub

GOOD = [1.0] * 30
# A third of the items fail now, or one of them.
BAD, UNLUCKY = [0.0] * 10 + [1.0] * 20, [0.0] + [1.0] * 29


@pytest.fixture
def baseline(evalhub: Evalhub, tmp_path: Path) -> Run:
    return _make_run(evalhub, tmp_path, "baseline", GOOD)


def _make_run(evalhub: Evalhub, folder: Path, name: str, values: Sequence[float]) -> Run:
    rows = [
        {
            "key": f"q{place}",
            "input": f"Question {place}",
            "output": name,
            "scores": {"tone": value, "words": 900 * value},
        }
        for place, value in enumerate(values)
    ]
    (folder / "scored.jsonl").write_text("\n".join(map(json.dumps, rows)))
    ran = evalhub("run", "scored.jsonl", "--name", name, "--no-wait", "--ids")
    assert ran.returncode == 0, ran.stderr
    return work(Run.objects.get(uuid=ran.stdout.strip()))


def test_a_real_drop_closes_the_gate_and_says_why(evalhub: Evalhub, baseline: Run, tmp_path: Path) -> None:
    candidate = _make_run(evalhub, tmp_path, "candidate", BAD)
    summary = tmp_path / "summary.md"
    ran = evalhub(
        *("gate", candidate.uuid, "--baseline", baseline.uuid, "--max-drop", "0.02"), GITHUB_STEP_SUMMARY=str(summary)
    )
    assert ran.returncode == 1, ran.stderr
    assert "FAIL  candidate  tone: worse by 0.3333, more than the 0.02 allowed: worse by 0.33 (" in ran.stdout
    assert ran.stdout.endswith("The gate is closed.\n")
    assert "words" not in ran.stdout, "a drop of 0.02 words means nothing"
    assert "| candidate | ✗ | tone | 1 | 0.667 | -0.333 |" in summary.read_text()


@pytest.mark.parametrize(
    ("values", "max_drop", "said"),
    [
        (UNLUCKY, "0.02", "tone: lower by 0.03333, which may be chance"),
        (BAD, "0.5", "tone: worse by 0.3333, within the 0.5 allowed"),
        (GOOD, "0", "tone: the same on all 30 items"),
    ],
)
def test_it_stays_open_otherwise(
    evalhub: Evalhub, baseline: Run, tmp_path: Path, values: Sequence[float], max_drop: str, said: str
) -> None:
    candidate = _make_run(evalhub, tmp_path, "candidate", values)
    ran = evalhub("gate", candidate.uuid, "--baseline", baseline.uuid, "--max-drop", max_drop)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert said in ran.stdout
    assert ran.stdout.endswith("The gate is open.\n")


def test_the_pinned_run_is_the_baseline_and_metrics_can_be_named(
    evalhub: Evalhub, baseline: Run, tmp_path: Path
) -> None:
    candidate = _make_run(evalhub, tmp_path, "candidate", BAD)
    unpinned = evalhub("gate", "latest")
    assert (unpinned.returncode, unpinned.stderr) == (
        2,
        'No run over the dataset "scored" is pinned as baseline; pin one on its page.\n',
    )
    Run.objects.filter(pk=baseline.pk).update(is_baseline=True)
    named = evalhub("gate", "latest", "--metric", "words", "--max-drop", "100")
    assert (named.returncode, "words: worse by 300" in named.stdout, "tone" in named.stdout) == (1, True, False)
    unknown = evalhub("gate", candidate.uuid, "--metric", "wit")
    assert (unknown.returncode, '"wit" is not measured in both runs' in unknown.stderr) == (2, True)
    itself = evalhub("gate", baseline.uuid)
    assert (itself.returncode, "is the baseline itself" in itself.stderr) == (2, True)


def test_a_failed_run_is_not_compared(evalhub: Evalhub, baseline: Run, tmp_path: Path) -> None:
    candidate = _make_run(evalhub, tmp_path, "candidate", GOOD)
    Run.objects.filter(pk=candidate.pk).update(state="failed", error="The endpoint is down.")
    ran = evalhub("gate", candidate.uuid, "--baseline", baseline.uuid)
    assert (ran.returncode, ran.stdout, ran.stderr) == (4, "", "candidate is failed. The endpoint is down.\n")


def test_a_comparison_shows_every_measure(evalhub: Evalhub, baseline: Run, tmp_path: Path) -> None:
    candidate = _make_run(evalhub, tmp_path, "candidate", BAD)
    rows = json.loads(evalhub("compare", baseline.uuid, candidate.uuid, "--format", "json").stdout)
    assert [(row["Metric"], row["Difference"], row["Items"]) for row in rows if row["Metric"] != "Overall"] == [
        ("tone", "-0.333", 30),
        ("words", "-300.000", 30),
    ]
