"""`manage.py lock`: writes both locks anew from pyproject.toml, with hashes and without the name of any host."""

import subprocess
import sys
from collections.abc import Sequence

from evalhub.launch.environment import LockedSet, find_uv, installer_environment
from evalhub.launch.errors import LaunchError
from evalhub.launch.paths import REPOSITORY

# One lock for every platform and for each Python from the oldest that EvalHub supports.
_COMPILE = (
    "pip",
    "compile",
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
)
_GROUPS: dict[LockedSet, Sequence[str]] = {LockedSet.RUNTIME: (), LockedSet.DEVELOPMENT: ("--group", "dev")}


def main(arguments: Sequence[str]) -> int:
    """Refresh the locks; further arguments go to uv, such as `--upgrade` or `--upgrade-package django`."""
    try:
        uv = find_uv()
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    for locked_set, groups in _GROUPS.items():
        command = [uv, *_COMPILE, "--quiet", *groups, *arguments, "-o", locked_set.value, "pyproject.toml"]
        code = subprocess.run(command, cwd=REPOSITORY, env=installer_environment(), check=False).returncode
        if code != 0:
            return code
        print(f"{locked_set.value} is up to date.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
