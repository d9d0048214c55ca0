"""The command `evalhub` as people run it: a process of its own, against a live server."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from evalhub.accounts.models import Project, User
from tests.api.conftest import make_key
from tests.worker import REPOSITORY

Ran = subprocess.CompletedProcess[str]
Evalhub = Callable[..., Ran]


@pytest.fixture
def bobs_key(transactional_db: None, bob: User, project: Project) -> str:
    return make_key(bob, project=project)


@pytest.fixture
def environment(live_server: LiveServer, bobs_key: str, tmp_path: Path) -> dict[str, str]:
    """Of a user who has nothing but an address and a key."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "EVALHUB_URL": live_server.url,
        "EVALHUB_API_KEY": bobs_key,
    }


@pytest.fixture
def evalhub(environment: dict[str, str], tmp_path: Path) -> Evalhub:
    """`evalhub("status", …)` runs the command in a folder of its own; `environment` may add to the user's."""

    def run(*arguments: str | Path, **more: str) -> Ran:
        return subprocess.run(
            [sys.executable, "-m", "evalhub.client", *map(str, arguments)],
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": str(REPOSITORY), **more},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return run
