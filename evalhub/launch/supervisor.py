"""Keeps services alive: starts them in order, brings back the ones that die, stops them the other way round."""

import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType, TracebackType
from typing import NoReturn, Self

from evalhub.launch.errors import LaunchError, StopRequested
from evalhub.launch.service import Process, Service

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_READY_PAUSE = 0.02
_WATCH_PAUSE = 0.2
_FIRST_DELAY = 0.5
_LONGEST_DELAY = 30.0
# One that lived this long had recovered; its next death is counted as a first one.
_STABLE_AFTER = 60.0


class Supervisor:
    """Runs services as children until it is left; use as a context manager, in the main thread.

    The main thread matters twice: signals arrive there, and the kernel takes the death of the *thread* that
    started a child for the death of its parent.
    """

    def __init__(self, *, logs: Path, say: Callable[[str], None]) -> None:
        self._logs = logs
        self._say = say
        self._processes: dict[str, Process] = {}
        self._deaths: dict[str, int] = {}
        self._due: dict[str, tuple[float, Service]] = {}
        self._order: list[Sequence[str]] = []

    def __enter__(self) -> Self:
        self._logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._handlers = {number: signal.signal(number, _request_stop) for number in _STOP_SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in _STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        self.stop()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def start(self, *services: Service) -> None:
        """Start services that belong to one step; steps are stopped in reverse."""
        self._order.append([service.name for service in services])
        for service in services:
            self._launch(service)

    def wait_until(self, name: str, is_ready: Callable[[], bool], *, seconds: float, patient: bool = False) -> None:
        """Return when the service is ready. One that ends meanwhile is an error, or if `patient` is started again."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            process = self._processes.get(name)
            ended = process is not None and process.exit_code() is not None
            late = time.monotonic() > deadline
            if late or (ended and not patient):
                how = "is not ready in time" if late else "ended while starting"
                raise LaunchError(f"{name} {how}. {self._account_of(process)}")
            if patient:
                self.revive()
            time.sleep(_READY_PAUSE)

    def wait_for_end(self, name: str, *, seconds: float, hint: str = "") -> None:
        """Return when a step has ended well."""
        process = self._processes[name]
        deadline = time.monotonic() + seconds
        while (code := process.exit_code()) is None and time.monotonic() < deadline:
            time.sleep(_READY_PAUSE)
        if code is None:
            raise LaunchError(f"{name} takes longer than {seconds:g} s. {self._account_of(process)}")
        del self._processes[name]
        if code != 0:
            raise LaunchError(f"{name} failed.{hint} {self._account_of(process)}")

    def watch(self) -> NoReturn:
        """Bring back whatever dies, until somebody asks to stop (`StopRequested`)."""
        while True:
            self.revive()
            time.sleep(_WATCH_PAUSE)

    def revive(self) -> None:
        """Notice deaths, and start again the ones whose delay is over."""
        for name, process in list(self._processes.items()):
            code = None if process.service.is_step else process.exit_code()
            if code is not None:
                self._note_death(name, process, code)
        now = time.monotonic()
        for name, (due, service) in list(self._due.items()):
            if due <= now:
                del self._due[name]
                self._launch(service)

    def stop(self) -> None:
        """Stop everything, last step first, the services of a step side by side."""
        self._due.clear()
        for names in reversed(self._order):
            running = [self._processes.pop(name) for name in names if name in self._processes]
            with ThreadPoolExecutor(max_workers=max(1, len(running))) as pool:
                codes = list(pool.map(Process.stop, running))
            for process, code in zip(running, codes, strict=True):
                if code not in {0, -process.service.stops[0].signal}:
                    self._say(f"{process.service.name} ended with {_in_words(code)}.")
        self._order.clear()

    def pid_of(self, name: str) -> int | None:
        process = self._processes.get(name)
        return process.pid if process else None

    def _launch(self, service: Service) -> None:
        if service.before_start:
            service.before_start()
        self._processes[service.name] = Process(service, logs=self._logs, say=self._say)

    def _note_death(self, name: str, process: Process, code: int) -> None:
        del self._processes[name]
        lived = time.monotonic() - process.started_at
        deaths = 0 if lived > _STABLE_AFTER else self._deaths.get(name, 0)
        delay = min(_FIRST_DELAY * 2**deaths, _LONGEST_DELAY)
        self._deaths[name] = deaths + 1
        self._due[name] = (time.monotonic() + delay, process.service)
        self._say(f"{name} ended with {_in_words(code)}; starting it again in {delay:g} s.")

    def _account_of(self, process: Process | None) -> str:
        """What a service said last, and where to read the rest."""
        if process is None:
            return f"Its log is in {self._logs}."
        said = f"It said last: {process.last_words} " if process.last_words else ""
        return f"{said}Its log: {self._logs / process.service.name}.log"


def _request_stop(number: int, _: FrameType | None) -> NoReturn:
    raise StopRequested(signal.Signals(number))


def _in_words(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
