"""What a worker begins with: its name, and what the database holds already of the batch that it claimed."""

from __future__ import annotations

import os
import socket

from django.db import transaction

from runs.execution import claims, deletion
from runs.execution.claims import Claim
from runs.execution.plan import Plan
from runs.models import Run, RunItem
from runs.packing import Chunk, chunk_of_scores


def owner() -> str:
    """This process, for people who look for it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def chunk_so_far(claim: Claim, plan: Plan) -> Chunk:
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
