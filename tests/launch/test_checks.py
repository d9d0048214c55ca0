"""`manage.py checks` runs every check, however many fail."""

import sys

import pytest

from evalhub.launch import checks
from evalhub.launch.checks import Check, main


@pytest.fixture(autouse=True)
def three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checks of which the second fails."""
    commands = {"first": "pass", "second": "print('too long'); raise SystemExit(3)", "third": "pass"}
    made = tuple(Check(name, [sys.executable, "-c", code]) for name, code in commands.items())
    monkeypatch.setattr(checks, "CHECKS", made)


def test_one_failure_fails_all_but_only_after_every_check_has_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines if line.endswith(" s")] == [
        ["ok", "first"],
        ["FAILED", "second"],
        ["ok", "third"],
    ]
    assert "too long" in lines
    assert lines[-1] == "Failed: second."


def test_named_checks_run_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["first", "third"]) == 0
    assert "second" not in capsys.readouterr().out


def test_an_unknown_name_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fist"]) == 2
    assert capsys.readouterr().out == "There is no check fist; there are first, second, third.\n"
