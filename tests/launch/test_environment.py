"""The environment is made once, said plainly when it cannot be, and costs nothing the second time."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evalhub.launch import environment
from evalhub.launch.entry import main
from evalhub.launch.environment import LockedSet, python_with
from evalhub.launch.errors import LaunchError
from evalhub.launch.paths import REPOSITORY
from tests.launch.running import environment_of_a_person

# The Python below any environment, where nothing of ours is installed.
_BARE_PYTHON = str(getattr(sys, "_base_executable", sys.executable))
_NOWHERE = "http://127.0.0.1:1/simple"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment that was made with the runtime set."""
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "VENV_PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(environment, "STAMP", venv / "stamp")
    monkeypatch.setattr(environment, "_already_holds", lambda wanted: False)
    (venv / "stamp").write_text(environment._stamp_for(LockedSet.RUNTIME))
    return venv


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that would have run; none does."""
    ran: list[list[str]] = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        ran.append(command)
        return subprocess.CompletedProcess(command, 0, stdout="", stderr="")

    monkeypatch.setattr(subprocess, "run", run)
    return ran


def test_a_current_environment_runs_no_command(made: Path, commands: list[list[str]]) -> None:
    assert python_with(LockedSet.RUNTIME) == str(made / "bin" / "python")
    assert commands == []


def test_a_changed_lock_is_installed_into_what_is_there(
    made: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    interpreter = os.path.realpath(sys.executable)
    (made / "stamp").write_text(f"requirements.lock of-yesterday {interpreter}")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    python_with(LockedSet.RUNTIME)
    assert commands[-1][:3] == ["/usr/bin/uv", "pip", "install"]
    assert "--require-hashes" in commands[-1]
    assert (made / "stamp").read_text() == environment._stamp_for(LockedSet.RUNTIME)


def test_an_environment_that_somebody_else_made_is_filled_and_not_wiped(made: Path, commands: list[list[str]]) -> None:
    (made / "stamp").unlink()
    (made / "theirs").touch()
    python_with(LockedSet.RUNTIME)
    assert "install" in commands[-1]
    assert (made / "theirs").exists()


def test_an_environment_of_an_upgraded_python_is_made_anew(
    made: Path, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (made / "stamp").write_text("requirements.lock of-yesterday /usr/bin/python3.10")
    (made / "old").touch()
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    python_with(LockedSet.RUNTIME)
    assert not (made / "old").exists()
    assert (made / "bin" / "python").exists()


def test_starting_does_not_take_the_test_tools_away(made: Path, commands: list[list[str]]) -> None:
    stamp = environment._stamp_for(LockedSet.DEVELOPMENT)
    (made / "stamp").write_text(stamp)
    python_with(LockedSet.RUNTIME)
    assert commands == []
    assert (made / "stamp").read_text() == stamp


def test_an_environment_that_holds_the_locked_versions_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "VENV", Path("/nowhere"))
    assert python_with(LockedSet.DEVELOPMENT) == sys.executable


def test_other_versions_than_the_locked_ones_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: "0.0.1")
    assert not environment._already_holds(LockedSet.RUNTIME)


def test_without_a_network_one_clear_sentence_is_said(tmp_path: Path) -> None:
    for name in ("manage.py", "requirements.lock", "evalhub"):
        source = REPOSITORY / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    offline = environment_of_a_person(PIP_INDEX_URL=_NOWHERE, PIP_RETRIES="0", UV_HTTP_RETRIES="0", UV_NO_CACHE="1")
    command = [_BARE_PYTHON, str(tmp_path / "manage.py"), "check"]
    done = subprocess.run(command, env=offline, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("The dependencies could not be installed. Is the package index reachable from here?")
    assert "Traceback" not in done.stderr


def test_a_reason_not_to_start_is_an_exit_code_and_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(wanted: LockedSet) -> str:
        raise LaunchError("Because.")

    monkeypatch.setattr("evalhub.launch.entry.python_with", refuse)
    assert main(["up"]) == 1
    assert capsys.readouterr().err == "Because.\n"


def test_an_old_python_can_read_the_sentence_that_refuses_it() -> None:
    source = (REPOSITORY / "manage.py").read_text()
    ast.parse(source, feature_version=(3, 6))
    pretend = f"import sys, runpy; sys.version_info = (3, 9, 2); runpy.run_path({str(REPOSITORY / 'manage.py')!r})"
    done = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("EvalHub needs Python 3.11 or newer")


def test_manage_py_and_what_it_imports_need_nothing_installed() -> None:
    command = [_BARE_PYTHON, "-I", "-S", "-c", "import sys; sys.path.insert(0, '.'); import evalhub.launch.entry"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
