"""From `manage.py` to the module that does the work, inside an environment that holds what the lock names."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from evalhub.launch.environment import LockedSet, python_with
from evalhub.launch.errors import LaunchError
from evalhub.launch.paths import REPOSITORY

OWN_COMMANDS = {
    "up": ("evalhub.launch.up", LockedSet.RUNTIME),
    "test": ("evalhub.launch.suite", LockedSet.DEVELOPMENT),
    "checks": ("evalhub.launch.checks", LockedSet.DEVELOPMENT),
    "lock": ("evalhub.launch.locks", LockedSet.RUNTIME),
}
_DJANGO = ("django", LockedSet.RUNTIME)


def main(arguments: Sequence[str]) -> int:
    """Run one command; comes back only with a reason not to."""
    command = arguments[0] if arguments else "help"
    module, locked_set = OWN_COMMANDS.get(command, _DJANGO)
    own_arguments = arguments[1:] if command in OWN_COMMANDS else arguments
    try:
        _become(python_with(locked_set), module, own_arguments)
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _become(python: str, module: str, arguments: Sequence[str]) -> NoReturn:
    """Replace this process, so that signals and the exit code need no go-between."""
    environment = dict(os.environ)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")]))
    environment.setdefault("DJANGO_SETTINGS_MODULE", "evalhub.settings")
    sys.stdout.flush()
    # -P: modules come from the checkout, never from the folder the person happens to stand in.
    os.execve(  # noqa: S606 - no shell is wanted
        python, [python, "-P", "-m", module, *arguments], environment
    )
