"""A real Celery worker over the test's own database, to be started, killed and waited for.

The test needs committed rows (`transactional_db`); the fixture `worker` gives it a worker that is not started yet, with
a broker that is empty before and after.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from kombu import Connection

REPOSITORY = Path(__file__).resolve().parent.parent
# Leases and sweeps short enough for a test to see them run out.
QUICK = {
    "EVALHUB_LEASE_SECONDS": "2",
    "EVALHUB_RING_SECONDS": "2",
    "EVALHUB_SWEEP_SECONDS": "0.5",
    "EVALHUB_RETRY_SECONDS": "0.2",
}


def wait_until(is_so: Callable[[], bool], *, seconds: float = 30, what: str = "") -> None:
    """Look until it is so; fails the test when it is not in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(f"Not within {seconds:g} s: {what or is_so.__name__}")
        time.sleep(0.02)


class Worker:
    """One worker with its own process group, so that a kill takes its children too."""

    def __init__(self, log: Path, *, processes: int = 2) -> None:
        self._log = log
        self._processes = processes
        self._running: subprocess.Popen[bytes] | None = None

    def start(self, *, sweeps: bool = True, **environment: str) -> None:
        """Start it and wait until it takes tasks. `sweeps` starts the clock of periodic tasks in it."""
        assert self._running is None, "the worker runs already"
        command = [sys.executable, "-m", "celery", "-A", "evalhub", "worker", "--loglevel=INFO"]
        command += [f"--concurrency={self._processes}", f"--hostname=test-{os.getpid()}-{id(self)}@local"]
        command += ["--without-mingle", "--without-gossip"]
        if sweeps:
            command += ["--beat"]
        with self._log.open("ab") as log:
            mark = log.tell()
            self._running = subprocess.Popen(
                command,
                cwd=REPOSITORY,
                env={**os.environ, **QUICK, **_addresses(), **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(lambda: b" ready." in self._log.read_bytes()[mark:], what=f"the worker is ready ({self._log})")

    def kill(self) -> None:
        """SIGKILL to the whole group: no process of it gets to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM: the worker ends the tasks in hand first."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """Stop its time: it holds what it holds, and hears nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, which: signal.Signals) -> None:
        assert self._running is not None, "the worker does not run"
        os.killpg(self._running.pid, which)

    def _end(self, how: signal.Signals) -> None:
        if self._running is None:
            return
        os.killpg(self._running.pid, how)
        try:
            self._running.wait(timeout=20)
        finally:
            if self._running.poll() is None:
                os.killpg(self._running.pid, signal.SIGKILL)
            self._running = None

    @property
    def log_text(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""


def empty_broker() -> None:
    """Lose every message of the tests, as a broker does that is restarted without its file."""
    with Connection(settings.CELERY_BROKER_URL) as broker:
        broker.SimpleQueue(settings.CELERY_TASK_DEFAULT_QUEUE).clear()


def _addresses() -> dict[str, str]:
    database = connection.settings_dict
    user, password = quote(database["USER"] or ""), quote(database["PASSWORD"] or "")
    credentials = f"{user}:{password}@" if password else f"{user}@"
    host, port = database["HOST"] or "", database["PORT"] or "5432"
    name = quote(database["NAME"])
    if not host:
        socket_dir = database["OPTIONS"].get("host", "")
        host_part, query = "", f"?host={quote(socket_dir)}&port={port}"
    else:
        host_part, query = f"{host}:{port}", ""
    return {
        "DATABASE_URL": f"postgresql://{credentials}{host_part}/{name}{query}",
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        "EVALHUB_QUEUE": settings.CELERY_TASK_DEFAULT_QUEUE,
        "DJANGO_SETTINGS_MODULE": "evalhub.settings",
    }


@pytest.fixture
def worker(transactional_db: None, tmp_path: Path) -> Iterator[Worker]:
    """A worker that is not started yet."""
    yield from _worker(tmp_path / "worker.log")


@pytest.fixture
def second_worker(transactional_db: None, tmp_path: Path) -> Iterator[Worker]:
    """One more, for tests of two that get in each other's way."""
    yield from _worker(tmp_path / "second-worker.log")


def _worker(log: Path) -> Iterator[Worker]:
    empty_broker()
    worker = Worker(log)
    yield worker
    worker.kill()
    empty_broker()
