"""`manage.py up`, end to end: what a person sees, and what is left when it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import celery
import psutil
import psycopg
import pytest

from evalhub.launch.paths import REPOSITORY, embedded_broker_url, embedded_database_url
from tests.launch.conftest import FirstStart
from tests.launch.running import Up, environment_of_a_person, is_ready, wait_for


@pytest.fixture
def up(first_start: FirstStart) -> Iterator[Up]:
    with Up(first_start.data) as running:
        running.wait_until_it_runs()
        yield running


def _restarted(up: Up, name: str) -> None:
    up.wait_for_words(f"{name} ended with signal SIGKILL; starting it again")
    wait_for(lambda: is_ready(up.port), seconds=60, what=f"{name} to be back")


def test_the_first_start_answers_and_shows_a_made_up_password_once(first_start: FirstStart) -> None:
    assert first_start.health == (200, b"ok\n")
    assert (
        len(re.findall(r"signs in as admin@localhost with the password \S{20} \(shown only now\)", first_start.said))
        == 1
    )
    assert "Traceback" not in first_start.said


def test_sigterm_ends_everything_well(first_start: FirstStart) -> None:
    assert first_start.exit_code == 0
    assert first_start.left_running == []
    assert first_start.said.splitlines()[-1] == "EvalHub has stopped."
    assert "ended with" not in first_start.said


def test_a_second_start_prepares_nothing_again(up: Up) -> None:
    assert "Preparing" not in up.said
    assert "password" not in up.said


def test_the_password_shown_signs_in(first_start: FirstStart, up: Up) -> None:
    found = re.search(r"with the password (\S+)", first_start.said)
    assert found
    code = (
        "from django.contrib.auth import authenticate; import sys;"
        "sys.exit(not authenticate(request=None, email='admin@localhost', password=sys.argv[1]))"
    )
    beside = environment_of_a_person(EVALHUB_DATA_DIR=str(first_start.data), PYTHONPATH=str(REPOSITORY))
    shell = f"import django; django.setup(); {code}"
    beside["DJANGO_SETTINGS_MODULE"] = "evalhub.settings"
    assert subprocess.run([sys.executable, "-c", shell, found[1]], env=beside, check=False).returncode == 0


def test_the_worker_does_a_task(first_start: FirstStart, up: Up, monkeypatch: pytest.MonkeyPatch) -> None:
    # Celery obeys the variable before anything in the code.
    monkeypatch.setenv("CELERY_BROKER_URL", embedded_broker_url(first_start.data))
    app = celery.Celery(set_as_current=False)
    wait_for(lambda: is_ready(up.port), seconds=60, what="the worker")
    app.send_task("celery.backend_cleanup", queue="evalhub")

    def done() -> bool:
        replies = app.control.inspect(timeout=1).stats() or {}
        return any("celery.backend_cleanup" in stats["total"] for stats in replies.values())

    wait_for(done, seconds=30, what="the task to be done")


def test_a_killed_worker_comes_back(up: Up) -> None:
    wait_for(lambda: is_ready(up.port), seconds=60, what="the worker")
    worker = up.child("celery")
    family = worker.children(recursive=True)
    worker.kill()
    _restarted(up, "worker")
    assert psutil.wait_procs(family, timeout=10)[1] == []


def test_a_killed_database_comes_back_with_its_data(first_start: FirstStart, up: Up) -> None:
    url = embedded_database_url(first_start.data)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    up.child("bin/postgres").kill()
    _restarted(up, "postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
        connection.execute("DROP TABLE kept")


def test_nothing_outlives_a_supervisor_killed_outright(up: Up) -> None:
    tree = up.tree()
    assert len(tree) > 8
    up.process.send_signal(signal.SIGKILL)
    _, alive = psutil.wait_procs(tree, timeout=30)
    assert alive == []


def test_ctrl_c_ends_everything_well(up: Up) -> None:
    tree = up.tree()
    assert up.end(signal.SIGINT) == 0
    assert psutil.wait_procs(tree, timeout=5)[1] == []


def test_a_second_one_on_the_folder_says_where_the_first_runs(first_start: FirstStart, up: Up) -> None:
    with Up(first_start.data) as second:
        assert second.process.wait(30) == 1
        wait_for(lambda: bool(second.lines), seconds=5, what="its reason")
        expected = (
            f"EvalHub already runs on {first_start.data}: http://localhost:{up.port}/ (process {up.process.pid}).\n"
        )
        assert second.said == expected


def test_a_taken_port_gives_one_clear_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = _refusal(Up(tmp_path, port=taken.getsockname()[1]))
    assert re.fullmatch(r"EvalHub cannot listen on 127.0.0.1:\d+: address already in use. Choose .+\n", said)


def test_a_port_that_is_none_gives_one_clear_sentence(tmp_path: Path) -> None:
    said = _refusal(Up(tmp_path, EVALHUB_PORT="eighty"))
    assert said == "EVALHUB_PORT is 'eighty'; it must be a number from 1 to 65535.\n"


def test_a_folder_that_cannot_be_written_gives_one_clear_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    said = _refusal(Up(blocked / "data"))
    assert said.startswith(f"The data folder {blocked}/data cannot be written")
    assert said.count("\n") == 1


def test_a_database_that_does_not_answer_is_named_with_its_setting(first_start: FirstStart) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    said = _refusal(Up(first_start.data, DATABASE_URL=url))
    assert "Check DATABASE_URL." in said
    assert "port 1 failed: Connection refused" in said
    assert "Traceback" not in said


def test_servers_named_by_the_environment_are_used_instead(first_start: FirstStart, own_database_url: str) -> None:
    broker = os.environ["CELERY_BROKER_URL"]
    with Up(first_start.data, DATABASE_URL=own_database_url, CELERY_BROKER_URL=broker) as up:
        up.wait_until_it_runs()
        wait_for(lambda: is_ready(up.port), seconds=60, what="the worker")
        programs = {" ".join(process.cmdline()) for process in up.tree()}
        assert not any("postgres" in program or "valkey-server" in program for program in programs)
        assert up.end() == 0


def _refusal(up: Up) -> str:
    """What an `up` said that ended with a reason."""
    with up:
        assert up.process.wait(60) == 1
        wait_for(lambda: bool(up.lines), seconds=5, what="its reason")
        up._reader.join(timeout=5)
        return up.said
