"""The state of an execution, told from the states of its runs alone."""

from __future__ import annotations

from collections.abc import Collection

from runs.choices import LIVE_STATES, RunState


def joined_state(states: Collection[str]) -> RunState | None:
    """What several runs are doing together; None for no runs at all.

    It is live while any run is. Over, it is cancelled when any run was, and else what all runs are, or partial where
    they differ.
    """
    found = {RunState(state) for state in states}
    if not found:
        return None
    if found & LIVE_STATES:
        return _live_state(found)
    for decisive in (RunState.RECORDED, RunState.CANCELLED):
        if decisive in found:
            return decisive
    return found.pop() if len(found) == 1 else RunState.PARTIAL


def _live_state(found: set[RunState]) -> RunState:
    if found & LIVE_STATES == {RunState.CANCELLING}:
        return RunState.CANCELLING
    if found <= {RunState.QUEUED, RunState.RECORDED}:
        return RunState.QUEUED
    return RunState.ANSWERING if RunState.ANSWERING in found else RunState.SCORING
