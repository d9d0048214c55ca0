"""Taking back what went wrong in a run, so that it is computed again: all of it, or what had certain causes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from runs.causes import ANSWER, SCORE, error_causes
from runs.choices import ItemState
from runs.models import Run, RunBatch

_FORGET_SCORES = """
    DELETE FROM runs_score WHERE run_id = %(run)s AND status <> 'scored' AND reason = ANY(%(reasons)s)
    RETURNING run_item_id
"""
_FORGET_ANSWERS = """
    UPDATE runs_runitem SET state = %(running)s, error_code = '', error_message = ''
    WHERE run_id = %(run)s AND state = %(errored)s AND error_code = ANY(%(codes)s)
    RETURNING id
"""
# Of an item without an answer nothing could be said; and what was made of a part that is computed again changes too.
_FORGET_WHAT_FOLLOWED = """
    DELETE FROM runs_score s USING runs_runmetric m, metrics_metricrevision r, metrics_metric k
    WHERE s.run_id = %(run)s AND s.status <> 'scored'
      AND (s.run_item_id = ANY(%(unanswered)s)
           OR s.run_item_id = ANY(%(unscored)s) AND k.kind = 'composite')
      AND m.id = s.run_metric_id AND r.id = m.revision_id AND k.id = r.metric_id
"""
_FORGET_CALLS = """
    DELETE FROM runs_judgecall c WHERE c.run_id = %(run)s AND c.run_item_id = ANY(%(items)s)
      AND NOT EXISTS (SELECT FROM runs_score s WHERE s.run_id = c.run_id AND s.run_item_id = c.run_item_id
                      AND s.run_metric_id = c.run_metric_id)
"""


def forget_errors(run: Run, *, causes: Collection[str] | None) -> QuerySet[RunBatch]:
    """Delete what went wrong, by cause (`error_causes`) or all of it; returns the batches that are incomplete now.

    Answers that were given and scores that were computed stay. The run's row must be held.
    """
    known = {cause.key for cause in error_causes(run) if cause.is_error}
    keys = known if causes is None else set(causes)
    reasons = [key.removeprefix(SCORE) for key in keys if key.startswith(SCORE)]
    codes = [key.removeprefix(ANSWER) for key in keys if key.startswith(ANSWER)]
    states = {"running": ItemState.RUNNING, "errored": ItemState.ERRORED}
    unscored = _returned_ids(_FORGET_SCORES, {"run": run.pk, "reasons": reasons})
    unanswered = _returned_ids(_FORGET_ANSWERS, {"run": run.pk, "codes": codes, **states})
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_WHAT_FOLLOWED, {"run": run.pk, "unanswered": unanswered, "unscored": unscored})
        cursor.execute(_FORGET_CALLS, {"run": run.pk, "items": unscored + unanswered})
    return _batches_of(run, unscored + unanswered)


def _returned_ids(statement: str, parameters: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [row[0] for row in cursor.fetchall()]


def _batches_of(run: Run, run_item_ids: list[int]) -> QuerySet[RunBatch]:
    items = run.run_items.filter(id__in=run_item_ids).values_list("ordinal", "repeat")
    places = np.unique([ordinal * run.repeats + repeat for ordinal, repeat in items])
    ranges = list(run.batches.values_list("id", "start", "stop"))
    touched = [
        batch_id for batch_id, start, stop in ranges if np.searchsorted(places, start) < np.searchsorted(places, stop)
    ]
    return RunBatch.objects.filter(id__in=touched)
