"""One supervised program: how it is started, told apart from its neighbours, and stopped."""

import contextlib
import logging
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path

from evalhub.launch.paths import REPOSITORY

_LOG_BYTES = 5_000_000
_LOGS_KEPT = 3
_PYTHON_ERROR = re.compile(r"[\w.]+(Error|Exception|Timeout): ")
_ANY_TROUBLE = re.compile(r"\b(ERROR|CRITICAL|FATAL|PANIC)\b")


@dataclass(frozen=True)
class Stop:
    """A signal, and how many seconds a program may take to obey it."""

    signal: signal.Signals
    seconds: float


@dataclass(frozen=True)
class Service:
    """What a program is; a `Process` is one life of it."""

    name: str
    command: Sequence[str]
    stops: Sequence[Stop]
    # What the kernel sends it when this process dies, however that happens.
    death_signal: signal.Signals
    # Words before the command that change who runs it. A change of user clears the death signal, so that is set after.
    wrapper: Sequence[str] = ()
    environment: Mapping[str, str] | None = None
    trouble: re.Pattern[str] = _ANY_TROUBLE
    # A step ends by itself, and is not started again.
    is_step: bool = False
    before_start: Callable[[], None] | None = None


class Process:
    """A running service; its output goes to a log file, and lines that mean trouble also to the terminal."""

    def __init__(self, service: Service, *, logs: Path, say: Callable[[str], None]) -> None:
        self.service = service
        self.started_at = time.monotonic()
        self.last_words = ""
        self._say = say
        self._log = _open_log(service.name, logs)
        self._popen = subprocess.Popen(
            [*service.wrapper, *die_with_us(service.death_signal), *service.command],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(service.environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches the supervisor alone, which then stops everything in order.
            start_new_session=True,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, name=f"log of {service.name}", daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._popen.pid

    def exit_code(self) -> int | None:
        """Its exit code, or None while it runs; what a dead one left behind in its group is killed."""
        code = self._popen.poll()
        if code is not None:
            self._end_group()
        return code

    def stop(self) -> int:
        """End it politely, then firmly; the exit code."""
        for stop in self.service.stops:
            self._popen.send_signal(stop.signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(stop.seconds)
                break
        else:
            self._popen.kill()
        code = self._popen.wait()
        self._end_group()
        return code

    def _end_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        # A grandchild in another group may hold the pipe open, so the reader is not waited for without end.
        self._reader.join(timeout=1)
        for handler in list(self._log.handlers):
            handler.close()
            self._log.removeHandler(handler)

    def _read(self) -> None:
        for line in self._popen.stdout or ():
            self._keep_last_words(line.strip())
            self._log.info(line.rstrip("\n"))
            if self.service.trouble.search(line):
                self._say(f"{self.service.name}: {line.rstrip()}")

    def _keep_last_words(self, line: str) -> None:
        """What explains an end: the last line, or the last error a Python program named, whatever it said after."""
        if line and not (_PYTHON_ERROR.match(self.last_words) and not _PYTHON_ERROR.match(line)):
            self.last_words = line


def _open_log(name: str, logs: Path) -> logging.Logger:
    logger = logging.getLogger(f"{__name__}.{name}")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(
        RotatingFileHandler(logs / f"{name}.log", maxBytes=_LOG_BYTES, backupCount=_LOGS_KEPT, encoding="utf-8")
    )
    return logger


def die_with_us(death_signal: signal.Signals) -> list[str]:
    """The kernel's promise that the program ends when this process does, however that dies (Linux only)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", death_signal.name.removeprefix("SIG")] if setpriv else []
