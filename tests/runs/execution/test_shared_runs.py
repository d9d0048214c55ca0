"""Published files from upload to the numbers of a finished run, by the heuristics that suit them."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from evalhub.accounts.models import Project, User
from runs.execution import closing, working
from runs.models import Run, Score
from runs.services.runs import MetricChoice, RunRequest, create_run
from runs.services.targets import recorded_target
from tests.runs.datasets.loading import load
from tests.runs.execution.scenes import assert_whole

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"
SUMS = DATA / "gsm8k" / "gemma-2-9b-it.jsonl"
CALLS = DATA / "bfcl" / "simple_python.claude-sonnet-4-5-20250929-FC.jsonl"

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (SUMS.exists() and CALLS.exists()), reason=f"no {SUMS} and {CALLS} beside the repository"),
]


def finished_run(path: Path, metrics: list[MetricChoice], *, project: Project, by: User) -> Run:
    version = load(path.read_bytes(), project=project, by=by, name=path.name).version
    assert version is not None
    target = recorded_target(project=project, name=version.recorded_target, version="", by=by)
    run = create_run(RunRequest(project=project, version=version, target=target, metrics=metrics), by=by)
    working.start_run(run.pk)
    for batch_id in run.batches.values_list("id", flat=True):
        working.execute_batch(batch_id)
    closing.close_run(run.pk)
    assert_whole(run)
    return Run.objects.get(pk=run.pk)


def test_sums_are_scored_by_their_last_number_and_by_their_form(project: Project, alice: User) -> None:
    fenced = MetricChoice(key="json_valid", parameters={"allow_fence": True})
    run = finished_run(SUMS, [MetricChoice(key="numeric_closeness"), fenced], project=project, by=alice)
    closeness, form = run.run_metrics.all()
    # 374 answers equal the expected text; 23 more are the same number in another dress.
    assert closeness.n_scored == 450
    assert closeness.mean == pytest.approx(397 / 450)
    assert form.mean is not None
    assert 0.9 < form.mean < 1


def test_calls_are_scored_as_their_owner_scored_them(project: Project, alice: User) -> None:
    loose = MetricChoice(key="tool_call_match", parameters={"loose_text": True})
    run = finished_run(CALLS, [loose], project=project, by=alice)
    (match,) = run.run_metrics.all()
    # The leaderboard counts 242 right, and 4 whole numbers where it asks for decimals wrong.
    right = Score.objects.filter(run=run, value=1.0).count()
    assert (match.n_scored, right) == (250, 246)
