"""Remembers what a step was last done with, so that a second start does not do it again."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from evalhub.launch.paths import REPOSITORY, static_root

_LOCK = REPOSITORY / "requirements.lock"
_SETTINGS = REPOSITORY / "evalhub" / "settings.py"


class Stamp:
    """A digest of a step's inputs, kept in a file beside the step's result, so that both vanish together."""

    def __init__(self, path: Path, digest: str) -> None:
        self._path = path
        self._digest = digest

    def is_current(self) -> bool:
        return self._path.exists() and self._path.read_text() == self._digest

    def set(self) -> None:
        self._path.write_text(self._digest)


def schema_stamp(data: Path) -> Stamp:
    """What the embedded database was migrated with: our migrations, and by the lock those of packages."""
    migrations = (path for path in own_files() if path.parent.name == "migrations" and path.suffix == ".py")
    return Stamp(data / "postgres" / "evalhub-schema", _digest([_LOCK, _SETTINGS, *migrations]))


def static_stamp(data: Path) -> Stamp:
    """What the static files were collected from: our folders and finders, and by the lock those of packages."""
    files = (
        path for path in own_files() if path.name == "finders.py" or "static" in path.relative_to(REPOSITORY).parts
    )
    return Stamp(static_root(data) / "evalhub-collected", _digest([_LOCK, _SETTINGS, *files]))


def own_files() -> Iterator[Path]:
    """Every file of the checkout, without hidden folders: the environment, the data, the history."""
    for folder, subfolders, names in os.walk(REPOSITORY):
        subfolders[:] = [name for name in subfolders if not name.startswith((".", "__"))]
        yield from (Path(folder, name) for name in names)


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(os.fsencode(path.relative_to(REPOSITORY)) + b"\0")
        digest.update(path.read_bytes() + b"\0")
    return digest.hexdigest()
