"""One worker and one batch, from the claim to its end; and a run's way from the queue to its batches."""

from __future__ import annotations

import logging
import os
import socket

from django.db import connection, transaction

from runs.execution import claims, deletion
from runs.execution.batches import cut_batches
from runs.execution.claims import Claim, ClaimLost
from runs.execution.plan import Plan, load_plan
from runs.execution.scoring import work_batch
from runs.models import Run, RunItem
from runs.packing import Chunk, chunk_of_scores, split_into_chunks

logger = logging.getLogger(__name__)


@transaction.atomic
def start_run(run_id: int) -> bool:
    """Cut a queued run into batches, or make those it has ready to go on; False when it is not queued any more."""
    if not claims.start_scoring(run_id):
        return False
    run = Run.objects.get(pk=run_id)
    if run.batches.exists():
        split_into_chunks(run, metric_ids=list(run.run_metrics.values_list("id", flat=True)))
    else:
        cut_batches(run)
    if run.execution:
        run.execution.settle()
    return True


def execute_batch(batch_id: int) -> int | None:
    """Work the batch if it is free. Returns the run, or None when the batch was not to be had or was lost meanwhile."""
    claim = claims.claim_batch(batch_id, owner=_owner())
    if claim is None:
        return None
    try:
        plan = load_plan(claim.run_id)
        completed = work_batch(claim, plan, _chunk_so_far(claim, plan))
        claims.finish_batch(claim) if completed else claims.release_batch(claim)
    except ClaimLost:
        logger.info("batch %s was taken up by another worker", batch_id)
        return None
    except Exception as error:  # whatever it is, the batch is tried again and in the end given up, with its reason
        logger.exception("batch %s stopped", batch_id)
        connection.close()  # it may be the connection that broke
        claims.fail_try(claim, f"{type(error).__name__}: {error}")
    return claim.run_id


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _chunk_so_far(claim: Claim, plan: Plan) -> Chunk:
    """What the database holds of the batch; read after the claim, so no earlier worker can add to it any more."""
    start, stop = claim.start, claim.stop
    if _has_items(plan.run, start, stop):
        with transaction.atomic():
            claims.lock_claim(claim)
            deletion.delete_orphaned_scores(plan.run, metric_ids=plan.metric_ids, start=start, stop=stop)
        return chunk_of_scores(plan.run, metric_ids=plan.metric_ids, start=start, stop=stop)
    return Chunk.empty(run_id=plan.run.pk, metric_ids=plan.metric_ids, start=start, stop=stop)


def _has_items(run: Run, start: int, stop: int) -> bool:
    ordinals = (start // run.repeats, (stop - 1) // run.repeats)
    return RunItem.objects.filter(run=run, ordinal__range=ordinals).exists()
