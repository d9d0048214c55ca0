"""Letters for overall scores."""

from __future__ import annotations

from metrics.scale import TOLERANCE

LEAST_OVERALL = (("A", 0.9), ("B", 0.8), ("C", 0.7), ("D", 0.6))


def grade(overall: float | None) -> str:
    """A from 0.9, B from 0.8, C from 0.7, D from 0.6, F below; nothing where there is no score."""
    if overall is None:
        return ""
    return next((letter for letter, least in LEAST_OVERALL if overall >= least - TOLERANCE), "F")
