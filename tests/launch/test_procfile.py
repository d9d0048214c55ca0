"""The production lines of the Procfile really start, on servers named by the environment."""

import os
import shlex
import sys
from contextlib import ExitStack
from pathlib import Path

from evalhub.launch.paths import REPOSITORY
from tests.launch.running import Program, environment_of_a_person, free_port, get, is_ready, wait_for

_LINES = dict(line.split(": ", 1) for line in (REPOSITORY / "Procfile").read_text().splitlines())


def test_release_web_worker_and_beat_start_work_and_stop(own_database_url: str, tmp_path: Path) -> None:
    port = free_port()
    environment = environment_of_a_person(
        DATABASE_URL=own_database_url,
        CELERY_BROKER_URL=os.environ["CELERY_BROKER_URL"],
        EVALHUB_DATA_DIR=str(tmp_path),
        PORT=str(port),
        PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    )
    with ExitStack() as stack:

        def start(name: str) -> Program:
            # exec: the signal that ends it reaches the program, not a shell before it.
            line = _LINES[name] if "&&" in _LINES[name] else f"exec {_LINES[name]}"
            return stack.enter_context(Program(["bash", "-c", line], environment))

        release = start("release")
        assert release.process.wait(120) == 0, release.said
        web, worker, beat = start("web"), start("worker"), start("beat")
        wait_for(lambda: get(port, "/healthz")[0] == 200, seconds=60, what="the web line")
        wait_for(lambda: is_ready(port), seconds=60, what="the worker line")
        beat.wait_for_words("beat: Starting", seconds=60)
        assert [program.end() for program in (web, worker, beat)] == [0, 0, 0]


def test_every_line_begins_with_a_program_of_this_environment() -> None:
    programs = {name: shlex.split(line)[0] for name, line in _LINES.items()}
    assert programs == {"release": "python3", "web": "granian", "worker": "celery", "beat": "celery"}
    assert all((Path(sys.executable).parent / program).exists() for program in programs.values())
