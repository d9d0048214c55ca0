"""`manage.py up`: everything EvalHub needs, started in order, kept alive, and stopped by Ctrl-C."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from evalhub.launch.address import Address, answers, claim_data_dir, read_address, require_free
from evalhub.launch.embedded import start_servers
from evalhub.launch.errors import LaunchError, StopRequested
from evalhub.launch.paths import data_dir, logs_dir
from evalhub.launch.programs import WEB, WITHOUT_POOL, django_command, django_step, web_service, worker_service
from evalhub.launch.stamps import schema_stamp, static_stamp
from evalhub.launch.supervisor import Supervisor

_SECONDS_TO_ANSWER = 60
_SECONDS_TO_COLLECT = 300
_SECONDS_TO_MIGRATE = 24 * 3600


def main(arguments: Sequence[str]) -> int:
    """Run EvalHub until somebody stops it."""
    options = _parse(arguments)
    data = data_dir()
    try:
        address = read_address(os.environ)
        with claim_data_dir(data, address), Supervisor(logs=logs_dir(), say=_say) as supervisor:
            require_free(address)
            _bring_up(supervisor, data, address, wants_demo=options.demo)
            supervisor.watch()
    except LaunchError as error:
        _say(str(error))
        return 1
    except StopRequested:
        _say("EvalHub has stopped.")
        return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="manage.py up", description="Start EvalHub on this machine.")
    parser.add_argument("--demo", action="store_true", help="load a small sample project once EvalHub runs")
    return parser.parse_args(arguments)


def _bring_up(supervisor: Supervisor, data: Path, address: Address, *, wants_demo: bool) -> None:
    is_first_start = not (os.environ.get("DATABASE_URL") or (data / "postgres").exists())
    static = static_stamp(data)
    is_collecting = not static.is_current()
    if is_collecting:
        _say("Preparing styles and scripts …")
        supervisor.start(django_step("collectstatic", "collectstatic", "--no-input", "--verbosity", "0"))
    start_servers(supervisor, data)
    _prepare_database(supervisor, data)
    if is_collecting:
        supervisor.wait_for_end("collectstatic", seconds=_SECONDS_TO_COLLECT)
        static.set()
    supervisor.start(web_service(host=address.host, port=address.port), worker_service())
    supervisor.wait_until(WEB, lambda: answers(address), seconds=_SECONDS_TO_ANSWER)
    if os.environ.get("EVALHUB_JUDGE_BASE_URL"):
        _run_in_sight("create_judge_connections")
    _say(f"EvalHub runs at {address.url} (Ctrl-C stops it; data and logs in {data}).")
    if wants_demo or (is_first_start and _agrees("Load a small sample project to look around in?")):
        _run_in_sight("seed_demo")
    elif is_first_start:
        _say("For a small sample project to look around in, call beside it: python3 manage.py seed_demo")


def _prepare_database(supervisor: Supervisor, data: Path) -> None:
    """Migrate and see that somebody can sign in. An embedded database tells by a stamp that both are done."""
    stamp = schema_stamp(data)
    is_embedded = not os.environ.get("DATABASE_URL")
    if is_embedded and stamp.is_current():
        return
    _say("Preparing the database …")
    supervisor.start(django_step("migrate", "migrate", "--no-input"))
    supervisor.wait_for_end("migrate", seconds=_SECONDS_TO_MIGRATE, hint="" if is_embedded else " Check DATABASE_URL.")
    if not _run_in_sight("create_first_admin"):
        raise LaunchError("Without an admin nobody could sign in, so EvalHub stops. Start it again to make one.")
    if is_embedded:
        stamp.set()


def _run_in_sight(*command: str) -> bool:
    """Run a Django command that talks to the person at the terminal; whether it ended well."""
    done = subprocess.run(django_command(*command), env={**os.environ, **WITHOUT_POOL}, check=False)
    return done.returncode == 0


def _agrees(question: str) -> bool:
    """Ask, where there is somebody to ask."""
    return sys.stdin.isatty() and input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}


def _say(sentence: str) -> None:
    print(sentence, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
