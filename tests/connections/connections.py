"""Connections of a team for tests."""

from __future__ import annotations

from typing import Any

from evalhub.accounts.models import Team
from evalhub.connections.models import Connection

API_KEY = "sk-very-secret-1234567890"


def make_connection(*, team: Team, name: str = "Judge", api_key: str = API_KEY, **fields: Any) -> Connection:
    fields = {"base_url": "https://api.example.org/v1", "default_model": "judge-1", **fields}
    connection = Connection(team=team, name=name, **fields)
    connection.set_secret(api_key)
    connection.save()
    return connection
