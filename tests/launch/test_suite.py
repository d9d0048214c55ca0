"""`manage.py test` hands on pytest's words and exit code, leaves no server, and gets what browser tests need."""

import subprocess
import sys

import pytest

from evalhub.launch import system_packages
from evalhub.launch.system_packages import install_missing_packages
from tests.launch.running import Program, environment_of_a_person


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["tests/launch/test_paths.py"], 0, "4 passed"),
        (["tests/launch/test_paths.py", "-k", "nothing_is_called_so"], 5, "4 deselected"),
    ],
)
def test_the_exit_code_and_the_closing_line_are_pytests(arguments: list[str], code: int, words: str) -> None:
    command = [sys.executable, "manage.py", "test", *arguments]
    with Program(command, environment_of_a_person()) as program:
        program.wait_for_words("test session starts")
        servers = [process for process in program.tree() if "postgres" in process.name() or "valkey" in process.name()]
        assert program.process.wait(60) == code
        program.wait_for_words(words, seconds=5)
    assert servers
    assert not any(server.is_running() for server in servers)


def test_what_is_missing_is_installed_by_root(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0, stdout="")

    monkeypatch.setattr(system_packages, "NEEDED", {"chromium": lambda: False, "libatomic1": lambda: True})
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", run)
    install_missing_packages()
    assert [command[2] for command in ran] == ["update", "install"]
    assert ran[-1][-1] == "chromium"


def test_what_only_root_may_install_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system_packages, "NEEDED", {"chromium": lambda: False})
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda name: None if name == "sudo" else f"/usr/bin/{name}")
    install_missing_packages()
    assert "apt-get install chromium" in capsys.readouterr().err
