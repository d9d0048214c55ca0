"""Where the client finds EvalHub and its key: options, then the environment, then what `evalhub login` kept."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from evalhub.client.errors import Misused

URL, API_KEY, PROJECT = "EVALHUB_URL", "EVALHUB_API_KEY", "EVALHUB_PROJECT"


@dataclass(frozen=True, slots=True)
class Place:
    """An EvalHub, the key to it, and the key of the usual project there."""

    url: str
    api_key: str
    project: str = ""


def kept_path(environment: Mapping[str, str]) -> Path:
    """The file that `login` writes."""
    folder = environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME") or Path.home()) / ".config"
    return Path(folder) / "evalhub" / "login.json"


def keep(place: Place, path: Path) -> None:
    """Write the place down so that nobody but its owner can read it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        # An older file of this name may be open to others.
        os.fchmod(file.fileno(), 0o600)
        json.dump(asdict(place), file, indent=2)
    unfinished.replace(path)


def find_place(*, url: str = "", api_key: str = "", project: str = "", environment: Mapping[str, str]) -> Place:
    """What was said, else what the environment says, else what was kept. Raises `Misused` where all are silent."""
    kept = _kept(kept_path(environment))
    place = Place(
        url=url or environment.get(URL) or kept.get("url", ""),
        api_key=api_key or environment.get(API_KEY) or kept.get("api_key", ""),
        project=project or environment.get(PROJECT) or kept.get("project", ""),
    )
    if not place.url or not place.api_key:
        raise Misused(f"No EvalHub is known here; use `evalhub login`, or set {URL} and {API_KEY}.")
    if not place.url.startswith(("https://", "http://")):
        raise Misused(f'The address "{place.url}" must begin with https:// or http://.')
    return place


def _kept(path: Path) -> dict[str, str]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Misused(f"{path} cannot be read: {error}. Use `evalhub login` to write it anew.") from error
    return {str(name): str(value) for name, value in said.items()} if isinstance(said, dict) else {}
