"""What a worker does with a run, in the test's own process."""

from __future__ import annotations

from runs.execution.closing import close_run
from runs.execution.working import execute_batch, start_run
from runs.models import Run


def work(run: Run) -> Run:
    """Work the queued run to its end; the run as it is then."""
    assert start_run(run.pk)
    for batch_id in run.batches.values_list("id", flat=True):
        execute_batch(batch_id)
    assert close_run(run.pk)
    return Run.objects.get(pk=run.pk)
