"""The Python environment beside the checkout: made when missing, refreshed when its lock changed, free when neither."""

import enum
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

from evalhub.launch.errors import LaunchError
from evalhub.launch.paths import REPOSITORY

VENV = REPOSITORY / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "evalhub-installed"
_UV_REQUIREMENT = "uv>=0.9,<1"
_PINNED_EVERYWHERE = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*])?==(?P<version>[^\s;]+) *\\?$", re.MULTILINE)


class LockedSet(enum.Enum):
    """Which of the two locks a command needs; the development set holds the runtime set."""

    RUNTIME = "requirements.lock"
    DEVELOPMENT = "requirements-dev.lock"

    @property
    def path(self) -> Path:
        return REPOSITORY / self.value


def python_with(wanted: LockedSet) -> str:
    """Path of a Python that holds the wanted set, installing it first when need be."""
    if Path(sys.prefix) != VENV and _already_holds(wanted):
        return sys.executable
    # The lock file doubles as the lock: two commands started together must not build one environment twice.
    with wanted.path.open() as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        installed = _read_stamp()
        if wanted is LockedSet.RUNTIME and installed.startswith(LockedSet.DEVELOPMENT.value):
            wanted = LockedSet.DEVELOPMENT
        if not VENV_PYTHON.exists() or installed != _stamp_for(wanted):
            _install(wanted)
    return str(VENV_PYTHON)


def _already_holds(wanted: LockedSet) -> bool:
    """Whether the running Python has exactly the locked versions, as in a container image made from the lock."""
    for pin in _PINNED_EVERYWHERE.finditer(wanted.path.read_text()):
        try:
            if importlib.metadata.version(pin["name"]) != pin["version"]:
                return False
        except importlib.metadata.PackageNotFoundError:
            return False
    return True


def _read_stamp() -> str:
    return STAMP.read_text() if STAMP.exists() else ""


def _stamp_for(wanted: LockedSet) -> str:
    """What the environment is made of: the lock, and the interpreter below (an upgraded Python needs a new one)."""
    digest = hashlib.sha256(wanted.path.read_bytes()).hexdigest()
    return f"{wanted.value} {digest} {os.path.realpath(VENV_PYTHON)}"


def _install(wanted: LockedSet) -> None:
    print(f"Installing what {wanted.value} names into {VENV.name} …", flush=True)
    try:
        made_for_another_python = _read_stamp() and not _read_stamp().endswith(f" {os.path.realpath(VENV_PYTHON)}")
        if made_for_another_python or not VENV_PYTHON.exists():
            _make_venv()
        uv = find_uv()
        command = [uv, "pip", "install", "--python", str(VENV_PYTHON), "--require-hashes", "-r", str(wanted.path)]
        _run_installer(command)
        STAMP.write_text(_stamp_for(wanted))
    except OSError as error:
        raise LaunchError(
            f"Cannot write the environment {VENV}: {error.strerror}. Make the folder writable."
        ) from error


def _make_venv() -> None:
    if importlib.util.find_spec("pip") is None and shutil.which("uv") is None:
        raise LaunchError("Python's pip is missing. On Debian or Ubuntu: apt-get install python3-pip")
    base = Path(getattr(sys, "_base_executable", sys.executable))
    # Debian's Python cannot put pip into a venv without one more package; pip stays outside and is told where.
    venv.EnvBuilder(clear=VENV.exists(), symlinks=True, with_pip=False).create(VENV)
    if not VENV_PYTHON.exists():
        raise LaunchError(f"{base} could not make the environment {VENV}.")


def find_uv() -> str:
    """Path of the installer, put into the environment when the machine has none."""
    on_path = shutil.which("uv")
    own = VENV / "bin" / "uv"
    if on_path is None and not own.exists():
        _run_installer([*_pip(), "install", "--quiet", "--disable-pip-version-check", _UV_REQUIREMENT])
    return on_path or str(own)


def _pip() -> list[str]:
    """The pip of the Python below the environment, installing into the environment."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return [base, "-m", "pip", "--python", str(VENV_PYTHON)]


def _run_installer(command: Sequence[str]) -> None:
    """Run one installing command; its words are shown only when it fails."""
    done = subprocess.run(
        command, check=False, env=installer_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        said = "\n".join(f"  {line}" for line in done.stdout.strip().splitlines()[-6:])
        raise LaunchError(
            "The dependencies could not be installed. Is the package index reachable from here?"
            f" (A mirror is named by PIP_INDEX_URL, a proxy by HTTPS_PROXY.)\n{said}"
        )


def installer_environment() -> dict[str, str]:
    """uv reads neither pip's index nor the system's certificates unless told."""
    environment = {"UV_SYSTEM_CERTS": "1", **os.environ}
    index = os.environ.get("PIP_INDEX_URL") or _index_in_pip_configuration()
    if index:
        environment.setdefault("UV_DEFAULT_INDEX", index)
    return environment


def _index_in_pip_configuration() -> str:
    base = getattr(sys, "_base_executable", None) or sys.executable
    asked = subprocess.run(
        [base, "-m", "pip", "config", "get", "global.index-url"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() if asked.returncode == 0 else ""
