"""The style sheets keep the rules that hold the look together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static/css"
SHEETS = sorted(CSS.rglob("*.css"))
LITERAL_COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(|:\s*(?:white|black|red|green)\b", re.IGNORECASE)


def _name(path: Path) -> str:
    return str(path.relative_to(CSS))


def test_app_css_imports_every_sheet_once() -> None:
    imported = re.findall(r'@import url\("([^"]+)"\)', (CSS / "app.css").read_text())
    assert sorted(imported) == sorted(_name(sheet) for sheet in SHEETS if sheet.name != "app.css")


@pytest.mark.parametrize("sheet", [s for s in SHEETS if s.name != "tokens.css"], ids=_name)
def test_colours_are_named_in_the_tokens_alone(sheet: Path) -> None:
    assert LITERAL_COLOUR.findall(sheet.read_text()) == []


@pytest.mark.parametrize("sheet", [s for s in SHEETS if s.name != "app.css"], ids=_name)
def test_every_token_that_is_read_is_set_somewhere(sheet: Path) -> None:
    everything = "".join(path.read_text() for path in SHEETS)
    # A knob read with a fallback may stay unset.
    read = set(re.findall(r"var\((--[\w-]+)\)", sheet.read_text()))
    assert {name for name in read if f"{name}:" not in everything} == set()


@pytest.mark.parametrize("sheet", SHEETS, ids=_name)
def test_a_sheet_is_short_layered_and_without_force(sheet: Path) -> None:
    text = sheet.read_text()
    assert len(text.splitlines()) <= 200
    assert "@layer" in text
    assert "!important" not in text


def test_templates_carry_neither_inline_styles_nor_inline_handlers() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"\sstyle=|\son[a-z]+=", path.read_text())
    ]
    assert offenders == []
