"""Which usual scale holds what was seen."""

from __future__ import annotations

import pytest

from metrics.scale import usual_range


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ((0, 1), (0, 1)),
        ((0.2, 0.9), (0, 1)),
        ((1, 1), (0, 1)),
        ((1, 5), (1, 5)),
        ((2, 4), (1, 5)),
        ((1, 7), (1, 10)),
        ((1, 10), (1, 10)),
        ((0, 5), (0, 10)),
        ((0.5, 2), (0, 10)),
        ((0, 10.5), (0, 100)),
        ((37, 98), (0, 100)),
        ((-0.1, 0.5), (None, None)),
        ((0, 101), (None, None)),
    ],
)
def test_the_narrowest_usual_range_that_holds_the_values(
    seen: tuple[float, float], expected: tuple[float | None, float | None]
) -> None:
    assert usual_range(*seen) == expected
