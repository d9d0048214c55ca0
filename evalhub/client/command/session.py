"""What every part of the command works with: the terminal, the EvalHub, the project, and runs by name."""

from __future__ import annotations

import os
import re
from argparse import Namespace
from enum import IntEnum
from functools import cached_property

from rich.console import Console

from evalhub.client.api import Client
from evalhub.client.settings import Place, find_place
from evalhub.client.shapes import Project, Run

NEWEST = "latest"
_RUN_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


class Exit(IntEnum):
    """How the command ends; documented in docs/client.md, so that builds can tell."""

    DONE = 0
    GATE_FAILED = 1
    MISUSED = 2
    SERVER = 3
    RUN_FAILED = 4
    INTERRUPTED = 130


class Session:
    """One call of the command. Results go to `out`, all that is said about the work to `err`."""

    def __init__(self, options: Namespace) -> None:
        self.options = options
        # Piped output is for programs: no line of it is broken, nothing in it coloured.
        self.out = Console(highlight=False, soft_wrap=True)
        self.err = Console(stderr=True, highlight=False, soft_wrap=True)

    @cached_property
    def place(self) -> Place:
        options = self.options
        return find_place(
            url=options.url, api_key=options.api_key, project=options.project, environment=dict(os.environ)
        )

    @cached_property
    def client(self) -> Client:
        return Client(self.place.url, self.place.api_key)

    @cached_property
    def project(self) -> Project:
        return self.client.project(self.place.project)

    def run(self, name: str) -> Run:
        """The run of that id, or of the address of it; `latest` is the newest of the project."""
        if name == NEWEST:
            return self.client.newest_run(self.project)
        found = _RUN_ID.search(name)
        return self.client.run(found[0] if found else name)

    def address_of(self, run: Run) -> str:
        return f"{self.client.base_url}{run.page}"

    def note(self, text: str) -> None:
        """Say something about the work; never part of the results."""
        self.err.print(text, markup=False)

    def answer(self, text: str) -> None:
        """A line of the results."""
        self.out.print(text, markup=False)

    def close(self) -> None:
        if "client" in self.__dict__:
            self.client.close()
