"""Where static files are found: in the apps, and one by one in packages that bring many more than pages ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.staticfiles.finders import AppDirectoriesFinder, BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage

# Their pages are not served; packing their files would take longer than all others together.
_UNUSED_APPS = {"rest_framework", "drf_spectacular_sidecar"}


@dataclass(frozen=True, slots=True)
class Picked:
    """Files in a folder of a package, and under which address they are served."""

    package: str
    folder: str
    names: tuple[str, ...]
    prefix: str


PICKED = (
    Picked("plotly", "package_data", ("plotly.min.js",), "plotly"),
    Picked(
        "drf_spectacular_sidecar",
        "static/drf_spectacular_sidecar/swagger-ui-dist",
        # A script that names its map is refused without it.
        (
            "swagger-ui.css",
            "swagger-ui.css.map",
            "swagger-ui-bundle.js",
            "swagger-ui-bundle.js.map",
            "favicon-32x32.png",
        ),
        "drf_spectacular_sidecar/swagger-ui-dist",
    ),
)


class UsedAppsFinder(AppDirectoriesFinder):
    """The static files of the apps whose pages are served."""

    def __init__(self, app_names: Sequence[str] | None = None, *args: Any, **kwargs: Any) -> None:
        used = [config.name for config in apps.get_app_configs() if config.name not in _UNUSED_APPS]
        super().__init__(app_names or used, *args, **kwargs)


class PickedFinder(BaseFinder):
    """The files named above, and nothing else of their packages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._storages = {picked: _storage_of(picked) for picked in PICKED}

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:  # noqa: ANN401  # a path, or a list of them
        for picked, storage in self._storages.items():
            for name in picked.names:
                if path == f"{picked.prefix}/{name}":
                    return [storage.path(name)] if find_all else storage.path(name)
        return []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        for picked, storage in self._storages.items():
            for name in picked.names:
                if not matches_patterns(name, [*(ignore_patterns or ())]):
                    yield name, storage


def _storage_of(picked: Picked) -> FileSystemStorage:
    spec = find_spec(picked.package)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"The package {picked.package} is not installed; install the requirements again.")
    storage = FileSystemStorage(location=Path(spec.origin).parent / picked.folder)
    storage.prefix = picked.prefix  # type: ignore[attr-defined]  # collectstatic reads it from every storage
    return storage
