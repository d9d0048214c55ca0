"""Sample metrics of the style guide: tiles and their histograms."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """One bar of a sample histogram."""

    fraction: float
    label: str
    href: str
    tone: str
    is_selected: bool


@dataclass(frozen=True)
class Tile:
    """A metric of the sample run, in the names of `_metric_tile.html`."""

    name: str
    mean: str
    interval: str
    low: float
    mean_fraction: float
    high: float
    bars: list[Bar]
    status: str = "passed"
    tone: str = "good"
    threshold: str = "≥ 0.70"
    threshold_fraction: float = 0.7
    scale: str = "0–1"
    is_higher_better: bool = True
    scored: int = 312
    unscored: int = 0
    errored: int = 0
    href: str = "#tile"
    unscored_href: str = "#unscored"
    errored_href: str = "#errored"
    is_selected: bool = False


def histogram_bars(*, counts: tuple[int, ...], threshold_bin: int, selected_bin: int = -1) -> list[Bar]:
    width = 1 / len(counts)
    return [
        Bar(
            fraction=round(count / max(counts), 4),
            label=f"{index * width:.2f} to {(index + 1) * width:.2f}: {count} items",
            href=f"#bar-{index}",
            tone="good" if index >= threshold_bin else "bad",
            is_selected=index == selected_bin,
        )
        for index, count in enumerate(counts)
    ]


_HIGH = (0, 1, 0, 2, 1, 3, 2, 4, 6, 5, 8, 9, 12, 18, 21, 34, 40, 52, 61, 33)
_SPREAD = (6, 4, 8, 9, 12, 14, 16, 15, 19, 22, 24, 21, 25, 22, 26, 20, 18, 14, 10, 7)
_SPLIT = (74, 3, 0, 0, 1, 0, 0, 2, 0, 0, 1, 0, 0, 0, 3, 0, 0, 2, 4, 222)
_LOW = (140, 66, 31, 20, 14, 9, 8, 6, 4, 4, 3, 2, 2, 1, 1, 0, 1, 0, 0, 0)

TILES = [
    Tile("Answer relevance", "0.86", "0.84 to 0.88", 0.84, 0.86, 0.88, histogram_bars(counts=_HIGH, threshold_bin=14)),
    Tile(
        "Factual accuracy",
        "0.58",
        "0.55 to 0.61",
        0.55,
        0.58,
        0.61,
        histogram_bars(counts=_SPREAD, threshold_bin=14, selected_bin=5),
        status="failed",
        tone="bad",
        unscored=4,
        errored=2,
        scored=306,
        is_selected=True,
    ),
    Tile(
        "Contains",
        "74.8 %",
        "69.7 to 79.3",
        0.697,
        0.748,
        0.793,
        histogram_bars(counts=_SPLIT, threshold_bin=10),
        scale="0–100 %",
        threshold="≥ 70 %",
    ),
    Tile(
        "Toxicity",
        "0.09",
        "0.07 to 0.11",
        0.07,
        0.09,
        0.11,
        [
            Bar(b.fraction, b.label, b.href, "good" if i < 4 else "bad", False)
            for i, b in enumerate(histogram_bars(counts=_LOW, threshold_bin=0))
        ],
        threshold="≤ 0.20",
        threshold_fraction=0.2,
        is_higher_better=False,
    ),
    Tile(
        "Completeness",
        "0.71",
        "0.68 to 0.74",
        0.68,
        0.71,
        0.74,
        histogram_bars(counts=_SPREAD[::-1], threshold_bin=14),
        tone="good",
    ),
]
