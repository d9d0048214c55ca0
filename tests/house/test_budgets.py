"""No file and no function outgrows what a person reads without scrolling."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalhub.launch.paths import REPOSITORY

_LINES = {"*.html": 150, "*.css": 200, "*.py": 400}
_TEST_LINES = 300
_FUNCTION_LINES = 40
_OWN = ("evalhub", "metrics", "runs", "templates", "static", "tests")


def _own_files(pattern: str) -> Iterator[Path]:
    yield from REPOSITORY.glob(pattern)
    for folder in _OWN:
        yield from (path for path in (REPOSITORY / folder).rglob(pattern) if path.parent.name != "migrations")


def _name(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))


def _budget(path: Path, pattern: str) -> int:
    return _TEST_LINES if path.name.startswith("test_") else _LINES[pattern]


@pytest.mark.parametrize("pattern", _LINES)
def test_every_file_keeps_to_its_budget_of_lines(pattern: str) -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in _own_files(pattern)}
    assert {_name(path): lines for path, lines in lengths.items() if lines > _budget(path, pattern)} == {}


def test_every_function_keeps_to_its_budget_of_lines() -> None:
    long = {
        f"{_name(path)}:{node.lineno} {node.name}": lines
        for path in _own_files("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > _FUNCTION_LINES
    }
    assert long == {}


def test_imports_stand_at_the_top_of_their_file() -> None:
    """Except in `apps.py`, which Django reads before there can be any models."""
    hidden = [
        f"{_name(path)}:{inner.lineno}"
        for path in _own_files("*.py")
        if path.name != "apps.py"
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_the_budgets_see_the_files_they_are_for() -> None:
    seen = {_name(path) for path in _own_files("*.py")}
    assert {"manage.py", "evalhub/settings.py", "runs/models/run.py", "tests/house/test_budgets.py"} <= seen
