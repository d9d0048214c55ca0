"""The programs of EvalHub itself: web server, worker, and the steps that go before them."""

import signal
import sys

from evalhub.launch.service import Service, Stop

WEB = "web"
WORKER = "worker"
# For commands that end: a pool would wait long for a database that is away, and then not say why.
WITHOUT_POOL = {"EVALHUB_DATABASE_POOL": "0"}
# One process with threads: pages wait for the database more than they compute, and memory stays small.
# Threads are cheap, and a program may hold one while it waits for its run.
_WEB_THREADS = 32


def web_service(*, host: str, port: int) -> Service:
    """The pages and the API, served by granian."""
    where = ("--host", host, "--port", str(port))
    size = ("--workers", "1", "--blocking-threads", str(_WEB_THREADS), "--respawn-failed-workers")
    return Service(
        name=WEB,
        command=python_module("granian", "--interface", "wsgi", "--no-ws", *where, *size, "evalhub.wsgi:application"),
        stops=[Stop(signal.SIGTERM, 5)],
        death_signal=signal.SIGTERM,
    )


def worker_service() -> Service:
    """The Celery worker, with the clock for periodic tasks inside."""
    # Gossip and mingle serve many workers that watch each other; a single one only starts later for them.
    alone = ("--without-gossip", "--without-mingle")
    return Service(
        name=WORKER,
        command=python_module("celery", "--app", "evalhub.celery:app", "worker", "--loglevel=INFO", "--beat", *alone),
        # TERM lets running tasks end; QUIT drops them, and their leases bring them back.
        stops=[Stop(signal.SIGTERM, 5), Stop(signal.SIGQUIT, 5)],
        death_signal=signal.SIGQUIT,
    )


def django_step(name: str, *arguments: str) -> Service:
    """A Django command that runs once, out of sight, with its words in the log `name`."""
    return Service(
        name=name,
        command=django_command(*arguments),
        environment=WITHOUT_POOL,
        is_step=True,
        stops=[Stop(signal.SIGTERM, 5)],
        death_signal=signal.SIGTERM,
    )


def django_command(*arguments: str) -> list[str]:
    return python_module("django", *arguments)


def python_module(name: str, *arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", name, *arguments]
