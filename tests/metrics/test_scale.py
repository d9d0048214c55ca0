"""What a scale holds, and which usual one holds what was seen."""

from __future__ import annotations

import pytest

from metrics.scale import Scale, usual_range


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


@pytest.mark.parametrize(
    ("scale", "inside", "outside", "ends"),
    [
        (Scale(minimum=1, maximum=5), 5.0, 5.1, "from 1 to 5"),
        (Scale(minimum=0, maximum=None), 1e6, -1.0, "from 0"),
        (Scale(minimum=None, maximum=10), -1e6, 11.0, "up to 10"),
    ],
)
def test_a_scale_holds_what_lies_within_its_ends(scale: Scale, inside: float, outside: float, ends: str) -> None:
    assert (scale.holds(inside), scale.holds(outside), scale.ends) == (True, False, ends)
