"""Questions that two runs both answered, as pairs of their run items."""

from __future__ import annotations

import numpy as np

from runs.choices import ItemState
from runs.columns import read_columns
from runs.comparison.measures import source_of
from runs.comparison.pairing import match_items
from runs.models import Run, RunItem


def paired_items(baseline: Run, candidate: Run) -> list[tuple[int, int]]:
    """The ids of both runs' first answers to each shared question, in the baseline's order; errors are no answers."""
    ours, theirs = (source_of(run, read_columns(run), None) for run in (baseline, candidate))
    match = match_items(ours, theirs)
    answered = np.flatnonzero(ours.questions() != 0)
    before, after = _first_answers(baseline), _first_answers(candidate)
    places = ((int(ordinal), match.place_of(int(ordinal))) for ordinal in answered)
    return [
        (before[ordinal], after[place])
        for ordinal, place in places
        if place is not None and ordinal in before and place in after
    ]


def _first_answers(run: Run) -> dict[int, int]:
    """The run item of each ordinal's first repeat that has an answer."""
    items = RunItem.objects.filter(run=run, state=ItemState.DONE).order_by("ordinal", "-repeat")
    return dict(items.values_list("ordinal", "pk"))
