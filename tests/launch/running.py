"""EvalHub as people run it: `manage.py up` in a process of its own, watched from outside."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

import psutil

from evalhub.launch.paths import REPOSITORY

_PAUSE = 0.05


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Return when the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what}"
        threading.Event().wait(_PAUSE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def get(port: int, path: str) -> tuple[int, bytes]:
    """Status and body; status 0 when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path, headers={"Host": "localhost"})
        response = connection.getresponse()
        return response.status, response.read()
    return 0, b""


def is_ready(port: int) -> bool:
    """Whether pages, database, broker and worker all answer."""
    status, body = get(port, "/readyz")
    return status == http.HTTPStatus.OK and all(json.loads(body).values())


def environment_of_a_person(**changes: str) -> dict[str, str]:
    """The environment without what the test run put into it, and with compiled modules kept, as they are for people."""
    ours = re.compile(
        r"DATABASE_URL|CELERY_BROKER_URL|DJANGO_SETTINGS_MODULE|PYTHONPATH|PYTHONDONTWRITEBYTECODE|EVALHUB_|PYTEST_"
    )
    return {name: value for name, value in os.environ.items() if not ours.match(name)} | changes


class Program:
    """A program in a process group of its own, with what it has said so far."""

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=REPOSITORY,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def wait_for_words(self, words: str, *, seconds: float = 90) -> None:
        wait_for(lambda: words in self.said or self.has_ended, seconds=seconds, what=words)
        assert words in self.said, self.said

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def tree(self) -> list[psutil.Process]:
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def end(self, number: signal.Signals = signal.SIGTERM, *, seconds: float = 40) -> int:
        """Send a signal and wait for the end; the exit code."""
        self.process.send_signal(number)
        code = self.process.wait(seconds)
        self._reader.join(timeout=5)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing running, whatever the test did."""
        with contextlib.suppress(psutil.NoSuchProcess):
            tree = self.tree()
            if not self.has_ended:
                self.process.terminate()
            _, alive = psutil.wait_procs(tree, timeout=30)
            for process in alive:
                process.kill()
        self.process.wait(10)

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line)


class Up(Program):
    """`manage.py up` on a data folder and a port."""

    def __init__(self, data: Path, *, port: int | None = None, **environment: str) -> None:
        self.port = port or free_port()
        chosen = {"EVALHUB_DATA_DIR": str(data), "EVALHUB_PORT": str(self.port), **environment}
        super().__init__([sys.executable, "manage.py", "up"], environment_of_a_person(**chosen))

    def wait_until_it_runs(self) -> None:
        self.wait_for_words("EvalHub runs at")

    def child(self, *words: str) -> psutil.Process:
        """The direct child whose command line holds the words."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if all(word in " ".join(child.cmdline()) for word in words))
