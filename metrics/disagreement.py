"""When a judge and people disagree about an item: the one rule of the item table, the queues and the trust page; pure.

Whose word is set beside the judge's differs with the place, not the rule: in a run it is the newest value of any one
person, by the run's own threshold; where trust is measured it is the verdict of all who spoke, compared as was chosen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from metrics.scale import TOLERANCE

Values = NDArray[np.float64]
Verdicts = NDArray[np.int8]
Bools = NDArray[np.bool_]


def differing(judge: Values, people: Values, *, passes: tuple[Verdicts, Verdicts] | None = None) -> Bools:
    """Where the two differ: in whether the item passes, where `passes` says that of both; else in the value."""
    if passes is not None:
        judge_passes, people_pass = passes
        in_verdict: Bools = judge_passes != people_pass
        return in_verdict
    in_value: Bools = np.abs(judge - people) > TOLERANCE  # what is missing differs from nothing
    return in_value
