"""The locks hold what pyproject.toml asks for, with hashes, and no committed file names a package host."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from evalhub.launch.environment import LockedSet
from evalhub.launch.paths import REPOSITORY
from evalhub.launch.stamps import own_files

_PYPROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
_RUNTIME = _PYPROJECT["project"]["dependencies"]
_ASKED = {LockedSet.RUNTIME: _RUNTIME, LockedSet.DEVELOPMENT: [*_RUNTIME, *_PYPROJECT["dependency-groups"]["dev"]]}
# Put together here, so that this file does not name them either.
_PACKAGE_HOSTS = [".".join(parts).encode() for parts in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]


def _entries(locked_set: LockedSet) -> Iterator[str]:
    """Each requirement of a lock with its hashes, as one line."""
    yield from locked_set.path.read_text().replace("\\\n", " ").strip().splitlines()


def _versions(locked_set: LockedSet) -> dict[str, set[Version]]:
    """A package may be locked at more than one version, each for some Pythons."""
    found: dict[str, set[Version]] = {}
    for entry in _entries(locked_set):
        pinned = re.match(r"([A-Za-z0-9._-]+)(?:\[.*?])?==([^\s;]+)", entry)
        assert pinned, entry
        found.setdefault(canonicalize_name(pinned[1]), set()).add(Version(pinned[2]))
    return found


@pytest.mark.parametrize("locked_set", LockedSet)
def test_a_lock_satisfies_pyproject(locked_set: LockedSet) -> None:
    locked = _versions(locked_set)
    for text in _ASKED[locked_set]:
        asked = Requirement(text)
        versions = locked.get(canonicalize_name(asked.name), set())
        assert versions, f"{asked.name} is missing from {locked_set.value}; run `python3 manage.py lock`"
        assert all(asked.specifier.contains(version) for version in versions), text


def test_the_development_lock_holds_the_runtime_lock() -> None:
    runtime, development = _versions(LockedSet.RUNTIME), _versions(LockedSet.DEVELOPMENT)
    assert {name for name, versions in runtime.items() if development.get(name) != versions} == set()


@pytest.mark.parametrize("locked_set", LockedSet)
def test_every_locked_package_has_its_hashes(locked_set: LockedSet) -> None:
    assert [entry for entry in _entries(locked_set) if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("locked_set", LockedSet)
def test_a_lock_names_no_address(locked_set: LockedSet) -> None:
    assert "://" not in locked_set.path.read_text()


def test_no_committed_file_names_a_package_host() -> None:
    naming = [path.name for path in own_files() if any(host in path.read_bytes() for host in _PACKAGE_HOSTS)]
    assert naming == []
