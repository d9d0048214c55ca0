"""What `collectstatic` leaves for the web server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as project_settings
from django.core.management import call_command
from django.test import override_settings


@pytest.fixture
def collected(tmp_path: Path) -> Iterator[Path]:
    """EvalHub's own static files, collected as in production."""
    joined = {"staticfiles": {"BACKEND": "evalhub.core.static_files.JoinedStaticFilesStorage"}}
    with override_settings(
        STATIC_ROOT=tmp_path,
        STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
        STORAGES={**project_settings.STORAGES, **joined},
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        yield tmp_path


def _entry_sheet(collected: Path) -> Path:
    manifest = json.loads((collected / "staticfiles.json").read_text())
    return collected / str(manifest["paths"]["css/app.css"])


def test_the_sheets_are_joined_in_the_order_of_their_imports(collected: Path) -> None:
    sheet = _entry_sheet(collected).read_text()
    assert "@import" not in sheet
    assert sheet.index("@layer reset, tokens") < sheet.index("--surface-0:") < sheet.index(".button {")


def test_collecting_again_gives_the_same_sheet(collected: Path) -> None:
    first = _entry_sheet(collected)
    call_command("collectstatic", interactive=False, verbosity=0)
    assert _entry_sheet(collected) == first


def test_the_sheet_is_small_on_the_wire(collected: Path) -> None:
    compressed = _entry_sheet(collected).with_suffix(".css.br")
    assert compressed.stat().st_size < 20_000


def test_the_behaviours_are_small_on_the_wire(collected: Path) -> None:
    scripts = list(collected.glob("js/*.js.br"))
    assert scripts
    assert sum(script.stat().st_size for script in scripts) < 20_000
