"""A data folder on which EvalHub has run once."""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest
from psycopg import sql

from tests.launch.running import Up, get


@dataclass(frozen=True)
class FirstStart:
    """What a first start on an empty folder did, from its begin to its end."""

    data: Path
    said: str
    health: tuple[int, bytes]
    exit_code: int
    left_running: list[psutil.Process]


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> FirstStart:
    data = tmp_path_factory.mktemp("evalhub")
    with Up(data) as up:
        up.wait_until_it_runs()
        health = get(up.port, "/healthz")
        tree = up.tree()
        code = up.end()
        _, alive = psutil.wait_procs(tree, timeout=5)
        return FirstStart(data=data, said=up.said, health=health, exit_code=code, left_running=alive)


@pytest.fixture
def own_database_url() -> Iterator[str]:
    """An empty database of its own on the server that the tests use."""
    url = os.environ["DATABASE_URL"]
    name = f"launch_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
