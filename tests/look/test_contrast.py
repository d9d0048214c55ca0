"""Every ink is legible on every surface it may stand on, in both themes (WCAG 2.2 AA)."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

TOKENS = Path(__file__).resolve().parents[2] / "static/css/tokens.css"
TEXT, GRAPHIC = 4.5, 3.0
THEMES = ("light", "dark")
SURFACES = ("surface-0", "surface-1", "surface-2", "surface-3", "surface-overlay", "surface-selected")
TONES = ("good", "warn", "bad", "info", "accent", "neutral")

TEXT_PAIRS = [
    *product(("ink", "ink-muted", "ink-accent"), SURFACES),
    *product(("ink-faint",), ("surface-0", "surface-1", "surface-2", "surface-overlay", "surface-selected")),
    *product(("ink-good", "ink-warn", "ink-bad"), SURFACES),
    *((f"ink-{tone}", f"fill-{tone}") for tone in TONES),
    *(("ink", f"fill-{tone}") for tone in TONES),
    *((f"ink-grade-{letter}", f"fill-grade-{letter}") for letter in "abcdf"),
    ("ink-added", "fill-added"),
    ("ink-removed", "fill-removed"),
    ("ink", "fill-mark"),
    ("ink-on-strong", "fill-strong"),
    ("ink-on-strong", "fill-strong-hover"),
    ("ink-on-accent", "fill-accent-solid"),
    ("ink-on-accent", "fill-accent-solid-hover"),
    ("ink-on-bad", "fill-bad-solid"),
    ("ink-on-bad", "fill-bad-solid-hover"),
]
GRAPHIC_PAIRS = [
    *product(("line-control", "focus-ring"), ("surface-0", "surface-1", "surface-2", "surface-overlay")),
    *((f"mark-{tone}", f"fill-{tone}") for tone in ("accent", "bad")),
    *((f"mark-{tone}", "surface-1") for tone in TONES),
]


def _colours() -> dict[str, tuple[str, str]]:
    """Token → its light and its dark colour."""
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS.read_text())
    return {name: (light, dark) for name, light, dark in found}


def _luminance(colour: str) -> float:
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(first: str, second: str) -> float:
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_measure_agrees_with_the_published_extremes() -> None:
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "surface"), TEXT_PAIRS)
def test_text_is_legible(ink: str, surface: str, theme: str) -> None:
    colours = _colours()
    side = THEMES.index(theme)
    assert _contrast(colours[ink][side], colours[surface][side]) >= TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("mark", "surface"), GRAPHIC_PAIRS)
def test_a_line_that_carries_meaning_is_seen(mark: str, surface: str, theme: str) -> None:
    colours = _colours()
    side = THEMES.index(theme)
    assert _contrast(colours[mark][side], colours[surface][side]) >= GRAPHIC
