"""One worker and one batch, from the claim to its end; and a run's way from the queue to its batches."""

from __future__ import annotations

import logging

from django.db import connection, transaction

from runs.choices import RunState
from runs.execution import claims
from runs.execution.batches import cut_batches
from runs.execution.claims import Claim, ClaimLost
from runs.execution.plan import Plan, asks_endpoints, has_to_ask, load_plan
from runs.execution.resuming import chunk_so_far, owner
from runs.execution.scoring import work_batch
from runs.execution.turn import take_turn
from runs.models import Run
from runs.packing import split_into_chunks

logger = logging.getLogger(__name__)


@transaction.atomic
def start_run(run_id: int) -> bool:
    """Cut a queued run into batches, or make those it has ready to go on; False when it is not queued any more."""
    run = Run.objects.filter(pk=run_id).first()
    if run is None or not claims.start_work(run_id, state=_first_state(run)):
        return False
    if run.batches.exists():
        split_into_chunks(run, metric_ids=list(run.run_metrics.values_list("id", flat=True)))
    else:
        cut_batches(run, with_calls=asks_endpoints(run))
    if run.execution:
        run.execution.settle()
    return True


def _first_state(run: Run) -> RunState:
    return RunState.ANSWERING if has_to_ask(run) else RunState.SCORING


def execute_batch(batch_id: int) -> int | None:
    """Work the batch if it is free. Returns the run, or None when the batch was not to be had or was lost meanwhile.

    Where endpoints have to be asked, further batches of the run are worked with it.
    """
    claim = claims.claim_batch(batch_id, owner=owner())
    if claim is None:
        return None
    try:
        plan = load_plan(claim.run_id)
        take_turn(claim, plan) if plan.has_calls else _work(claim, plan)
    except ClaimLost:
        logger.info("batch %s was taken up by another worker", batch_id)
        return None
    except Exception as error:  # whatever it is, the batch is tried again and in the end given up, with its reason
        logger.exception("batch %s stopped", batch_id)
        connection.close()  # it may be the connection that broke
        claims.fail_try(claim, f"{type(error).__name__}: {error}")
    return claim.run_id


def _work(claim: Claim, plan: Plan) -> None:
    completed = work_batch(claim, plan, chunk_so_far(claim, plan))
    claims.finish_batch(claim) if completed else claims.release_batch(claim)
