"""The embedded PostgreSQL starts, stops and recovers, whoever runs it."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from evalhub.launch import postgres
from evalhub.launch.errors import LaunchError
from evalhub.launch.paths import embedded_database_url, postgres_socket, socket_dir
from evalhub.launch.postgres import AS_PERSON, AS_ROOT, Runner, is_allowed
from evalhub.launch.supervisor import Supervisor

# As root: each way that this machine allows. Otherwise: as the person.
_WAYS = [way for way in AS_ROOT if is_allowed(way)] if os.geteuid() == 0 else [AS_PERSON]


@contextmanager
def _server(data: Path) -> Iterator[psycopg.Connection]:
    """A connection to a server that is started for it and stopped after."""
    with Supervisor(logs=data / "logs", say=lambda _: None) as supervisor:
        _start(supervisor, data)
        with psycopg.connect(embedded_database_url(data), autocommit=True) as connection:
            yield connection


def _start(supervisor: Supervisor, data: Path, *, throw_away: bool = True) -> None:
    supervisor.start(postgres.postgres_service(data, throw_away=throw_away))
    supervisor.wait_until(postgres.NAME, lambda: postgres.is_ready(data), seconds=30, patient=True)


def _use(way: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "AS_ROOT", (way,))


@pytest.mark.parametrize("way", _WAYS, ids=lambda way: " ".join(way.prefix[:2]) or "person")
def test_a_new_folder_serves_and_keeps_its_rows_over_a_restart(
    way: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _use(way, monkeypatch)
    with _server(tmp_path) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    with _server(tmp_path) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    assert not postgres_socket(tmp_path).exists()


@pytest.mark.parametrize("way", _WAYS, ids=lambda way: " ".join(way.prefix[:2]) or "person")
def test_the_folders_above_may_be_closed_to_others_and_keep_their_modes(
    way: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _use(way, monkeypatch)
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with _server(home / "data") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_folder_last_used_in_one_way_serves_in_every_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, way in enumerate([*_WAYS, *_WAYS]):
        _use(way, monkeypatch)
        with _server(tmp_path) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS used (number int)")
            connection.execute("INSERT INTO used VALUES (%s)", [number])
    with _server(tmp_path) as connection:
        assert connection.execute("SELECT count(*) FROM used").fetchone() == (2 * len(_WAYS),)


def test_a_pid_file_naming_another_living_process_does_not_keep_it_from_starting(tmp_path: Path) -> None:
    with _server(tmp_path):
        pid_file = (tmp_path / "postgres" / "postmaster.pid").read_text()
        lock_file = Path(f"{postgres_socket(tmp_path)}.lock").read_text()
    own = str(os.getpid())
    for path, text in (
        (tmp_path / "postgres" / "postmaster.pid", pid_file),
        (Path(f"{postgres_socket(tmp_path)}.lock"), lock_file),
    ):
        path.write_text("\n".join([own, *text.splitlines()[1:]]) + "\n")
    with _server(tmp_path) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_start_waits_for_what_a_killed_server_left_running(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor(logs=tmp_path / "logs", say=said.append) as supervisor:
        _start(supervisor, tmp_path, throw_away=False)
        with psycopg.connect(embedded_database_url(tmp_path), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        pid = supervisor.pid_of(postgres.NAME)
        assert pid
        # A backend that is stopped does not notice that its server has died.
        backend = next(child for child in psutil.Process(pid).children() if "walwriter" in " ".join(child.cmdline()))
        backend.suspend()
        psutil.Process(pid).kill()
        supervisor.wait_until(postgres.NAME, lambda: bool(said), seconds=10, patient=True)
        assert (tmp_path / "postgres" / "postmaster.pid").exists()
        backend.resume()
        supervisor.wait_until(postgres.NAME, lambda: postgres.is_ready(tmp_path), seconds=30, patient=True)
        with psycopg.connect(embedded_database_url(tmp_path)) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_an_interrupted_first_start_is_begun_again(tmp_path: Path) -> None:
    half_made = tmp_path / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")
    with _server(tmp_path) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("evalhub",)
    assert not half_made.exists()


def test_a_path_too_long_for_a_socket_is_served_through_a_short_one(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 30)
    with _server(data) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert len(os.fsencode(postgres_socket(data))) <= 107
    shutil.rmtree(socket_dir(data))


def test_only_its_owner_may_reach_the_socket(tmp_path: Path) -> None:
    with _server(tmp_path):
        folder = socket_dir(tmp_path).stat()
        assert (stat.S_IMODE(folder.st_mode), folder.st_uid) == (0o700, os.geteuid())


def test_a_root_who_may_become_nobody_else_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "AS_ROOT", (Runner(prefix=("false",), owner=0),))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(LaunchError, match="Start EvalHub as an ordinary user, or name another server in DATABASE_URL"):
        postgres.postgres_service(tmp_path)
