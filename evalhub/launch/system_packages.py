"""What the browser tests need from the system, installed by apt where that is allowed."""

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def _has_chromium() -> bool:
    return any(shutil.which(name) for name in _CHROMIUM_NAMES)


def _has_libatomic() -> bool:
    return ctypes.util.find_library("atomic") is not None


# Debian package → is what it brings here already. Playwright's own Node needs libatomic.
NEEDED: Mapping[str, Callable[[], bool]] = {"chromium": _has_chromium, "libatomic1": _has_libatomic}


def install_missing_packages() -> None:
    """Install what is missing; where that cannot be done, say it and go on: only the browser tests will fail."""
    missing = [package for package, is_here in NEEDED.items() if not is_here()]
    if not missing:
        return
    by_hand = f"apt-get install {' '.join(missing)}"
    apt = _apt_as_root()
    if apt is None:
        print(
            f"The browser tests need {' and '.join(missing)}, which only root may install: {by_hand}", file=sys.stderr
        )
        return
    print(f"Installing {' and '.join(missing)} for the browser tests …", flush=True)
    if not (_run([*apt, "update"]) and _run([*apt, "install", "--yes", "--no-install-recommends", *missing])):
        print(f"apt could not install them, so the browser tests will fail. By hand: {by_hand}", file=sys.stderr)


def _apt_as_root() -> list[str] | None:
    apt = shutil.which("apt-get")
    if apt is None:
        return None
    if os.geteuid() == 0:
        return [apt, "-qq"]
    sudo = shutil.which("sudo")
    if sudo and _run([sudo, "--non-interactive", "true"], quiet=True):
        return [sudo, "--non-interactive", "--preserve-env=DEBIAN_FRONTEND", apt, "-qq"]
    return None


def _run(command: Sequence[str], *, quiet: bool = False) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0 and not quiet:
        print(done.stdout[-2000:], file=sys.stderr)
    return done.returncode == 0
