"""Starts the embedded PostgreSQL and Valkey of a data folder, where the environment names no others."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from evalhub.launch import postgres, valkey
from evalhub.launch.paths import embedded_broker_url, embedded_database_url
from evalhub.launch.service import Service
from evalhub.launch.supervisor import Supervisor

# Recovery after a crash in the middle of a big import may take this long.
_POSTGRES_SECONDS = 120
_VALKEY_SECONDS = 60


def start_servers(supervisor: Supervisor, data: Path, *, throw_away: bool = False) -> dict[str, str]:
    """Start what is needed and wait for it; the addresses to use, by environment variable."""
    addresses = {
        "DATABASE_URL": os.environ.get("DATABASE_URL", ""),
        "CELERY_BROKER_URL": os.environ.get("CELERY_BROKER_URL", ""),
    }
    needed: list[tuple[Service, Callable[[Path], bool], float]] = []
    if not addresses["DATABASE_URL"]:
        addresses["DATABASE_URL"] = embedded_database_url(data)
        needed.append((postgres.postgres_service(data, throw_away=throw_away), postgres.is_ready, _POSTGRES_SECONDS))
    if not addresses["CELERY_BROKER_URL"]:
        addresses["CELERY_BROKER_URL"] = embedded_broker_url(data)
        needed.append((valkey.valkey_service(data), valkey.is_ready, _VALKEY_SECONDS))
    supervisor.start(*(service for service, _, _ in needed))
    for service, is_ready, seconds in needed:
        supervisor.wait_until(service.name, partial(is_ready, data), seconds=seconds, patient=True)
    return addresses
