"""The supervisor brings back what dies, waits longer each time, and stops in order."""

import signal
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from evalhub.launch.errors import LaunchError
from evalhub.launch.service import Service, Stop
from evalhub.launch.supervisor import Supervisor
from tests.launch.running import wait_for

_WAITS = "import signal, sys; signal.signal(signal.SIGTERM, {handler}); print('ready', flush=True); signal.pause()"


def _service(
    name: str, code: str, *, stops: Sequence[Stop] = (Stop(signal.SIGTERM, 10),), step: bool = False
) -> Service:
    return Service(name, [sys.executable, "-c", code], stops, death_signal=signal.SIGKILL, is_step=step)


def _that_waits(name: str, *, handler: str, seconds: float = 10) -> Service:
    return _service(name, _WAITS.format(handler=handler), stops=[Stop(signal.SIGTERM, seconds)])


def _is_listening(logs: Path, name: str) -> bool:
    log = logs / f"{name}.log"
    return log.exists() and "ready" in log.read_text()


def test_each_death_is_said_and_the_next_start_waits_twice_as_long(tmp_path: Path) -> None:
    said: list[str] = []

    def died_twice() -> bool:
        supervisor.revive()
        return len(said) == 2

    with Supervisor(logs=tmp_path, say=said.append) as supervisor:
        supervisor.start(_service("fragile", "raise SystemExit(3)"))
        wait_for(died_twice, seconds=10, what="two deaths")
    assert said == [f"fragile ended with exit code 3; starting it again in {delay} s." for delay in ("0.5", "1")]


def test_a_step_that_has_ended_is_not_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor(logs=tmp_path, say=said.append) as supervisor:
        supervisor.start(_service("step", "print('done')", step=True))
        wait_for(lambda: "done" in (tmp_path / "step.log").read_text(), seconds=10, what="its work")
        supervisor.revive()
        supervisor.wait_for_end("step", seconds=10)
    assert said == []
    assert (tmp_path / "step.log").read_text() == "done\n"


def test_a_step_that_fails_is_told_with_its_error_and_not_with_what_came_after(tmp_path: Path) -> None:
    code = "raise ValueError('port 1 refused\\n\\tIs the server running?')"
    with Supervisor(logs=tmp_path, say=lambda _: None) as supervisor:
        supervisor.start(_service("migrate", code, step=True))
        with pytest.raises(LaunchError) as caught:
            supervisor.wait_for_end("migrate", seconds=10, hint=" Check DATABASE_URL.")
    told = (
        f"migrate failed. Check DATABASE_URL. It said last: ValueError: port 1 refused Its log: {tmp_path}/migrate.log"
    )
    assert str(caught.value) == told


def test_a_step_that_hangs_is_an_error_and_is_stopped(tmp_path: Path) -> None:
    with Supervisor(logs=tmp_path, say=lambda _: None) as supervisor:
        supervisor.start(_that_waits("slow", handler="signal.SIG_DFL"))
        pid = supervisor.pid_of("slow")
        with pytest.raises(LaunchError, match=r"slow takes longer than 0\.1 s"):
            supervisor.wait_for_end("slow", seconds=0.1)
    assert pid
    assert not Path(f"/proc/{pid}").exists()


def test_what_does_not_obey_is_killed_and_said(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor(logs=tmp_path, say=said.append) as supervisor:
        supervisor.start(_that_waits("stubborn", handler="signal.SIG_IGN", seconds=0.2))
        wait_for(lambda: _is_listening(tmp_path, "stubborn"), seconds=10, what="it to listen")
    assert said == ["stubborn ended with signal SIGKILL."]


def test_what_started_last_is_stopped_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    with Supervisor(logs=tmp_path, say=lambda _: None) as supervisor:
        for name in ("database", "worker"):
            note = f"lambda *_: (open({str(order)!r}, 'a').write('{name} '), sys.exit(0))"
            supervisor.start(_that_waits(name, handler=note))
            wait_for(partial(_is_listening, tmp_path, name), seconds=10, what=name)
    assert order.read_text() == "worker database "


def test_leaving_gives_the_signals_back(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Supervisor(logs=tmp_path, say=lambda _: None):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
