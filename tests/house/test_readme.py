"""What the README says is true: its settings are read, its commands exist, its links lead somewhere."""

import ast
import re
from pathlib import Path

from django.core.management import get_commands

from evalhub.launch.entry import OWN_COMMANDS
from evalhub.launch.paths import REPOSITORY

_README = (REPOSITORY / "README.md").read_text()
_OUR_NAME = re.compile(r"(EVALHUB_[A-Z_]+|DATABASE_URL|CELERY_BROKER_URL)")


def _documented() -> set[str]:
    table = _README.split("## Settings")[1].split("\n## ")[0]
    first_cells = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    return {name for cell in first_cells for name in re.findall(r"`([A-Z_]+)`", cell)}


def _read_by_settings() -> set[str]:
    """The first argument of each `env.<kind>(…)` in the settings."""
    calls = (node for node in ast.walk(_tree(REPOSITORY / "evalhub" / "settings.py")) if isinstance(node, ast.Call))
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def _read_by_commands() -> set[str]:
    """Whole strings that are names of ours, in what starts EvalHub and in its commands."""
    files = [*(REPOSITORY / "evalhub/launch").glob("*.py"), *REPOSITORY.glob("**/management/commands/[a-z]*.py")]
    strings = (
        node.value
        for path in files
        if ".venv" not in path.parts
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {text for text in strings if _OUR_NAME.fullmatch(text)}


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def test_the_table_names_exactly_the_settings_that_are_read() -> None:
    assert _documented() == _read_by_settings() | _read_by_commands()


def test_every_named_command_exists() -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", _README))
    assert "up" in named
    assert named <= set(OWN_COMMANDS) | set(get_commands())


def test_every_link_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", _README) if "://" not in link]
    assert links
    assert [link for link in links if not (REPOSITORY / link).exists()] == []


def test_it_stays_one_screen_of_prose() -> None:
    assert len(_README.splitlines()) <= 80
