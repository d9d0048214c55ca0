"""`manage.py test`: the whole suite on a throw-away PostgreSQL and Valkey, with what browser tests need installed."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from evalhub.launch.embedded import start_servers
from evalhub.launch.errors import LaunchError, StopRequested
from evalhub.launch.paths import REPOSITORY, static_root
from evalhub.launch.service import die_with_us
from evalhub.launch.supervisor import Supervisor
from evalhub.launch.system_packages import install_missing_packages

_SECONDS_TO_STOP = 20


def main(arguments: Sequence[str]) -> int:
    """Run pytest with these arguments; its exit code."""
    install_missing_packages()
    with tempfile.TemporaryDirectory(prefix="evalhub-test-") as folder:
        data = Path(folder)
        # WhiteNoise warns when there is none.
        static_root(data).mkdir()
        try:
            with Supervisor(logs=data / "logs", say=_say) as supervisor:
                addresses = start_servers(supervisor, data, throw_away=True)
                return _run_pytest(arguments, {**addresses, "EVALHUB_DATA_DIR": str(data)})
        except LaunchError as error:
            _say(str(error))
            return 1
        except StopRequested as request:
            return 128 + request.signal


def _run_pytest(arguments: Sequence[str], variables: Mapping[str, str]) -> int:
    environment = {**os.environ, **variables, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    is_whole = all(argument.startswith("-") for argument in arguments)
    side_by_side = ["--numprocesses=auto"] if is_whole else []
    command = [*die_with_us(signal.SIGTERM), sys.executable, "-m", "pytest", *side_by_side, *arguments]
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment)
    try:
        return process.wait()
    except StopRequested as request:
        # Ctrl-C has reached pytest from the terminal already; other signals came to us alone.
        if request.signal is not signal.SIGINT:
            process.send_signal(signal.SIGINT)
        return process.wait(_SECONDS_TO_STOP)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
